#pragma once

#include "catalog/settings.hpp"
#include "catalog/view.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

namespace strike::dashboard {

/// What others have fetched of the venues' lists: reads the cache files of `[catalog]`, and again when they change.
/// Asks no venue. On a thread of its own; any thread may ask.
class catalog_reader {
public:
  /// @param report what a person should know, one line
  catalog_reader(catalog::settings how, std::function<void(std::string_view)> report);
  ~catalog_reader() = default;

  /// Null: nothing was read yet.
  catalog::view_ptr current() const;

private:
  void watch(const std::stop_token& stop, const catalog::settings& how,
             const std::function<void(std::string_view)>& report);

  mutable std::mutex guard_;
  catalog::view_ptr view_;
  std::jthread thread_;
};

} // namespace strike::dashboard
