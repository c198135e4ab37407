#pragma once

#include "base/error.hpp"
#include "catalog/view.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strike::catalog {

/// What cache files say of the past. Reads as far back as it is asked. One thread.
class history {
public:
  /// @param files each of one venue
  /// @returns `ec::not_found`, `ec::io` or `ec::malformed` that names the file
  static result<std::unique_ptr<history>> open(const std::vector<std::filesystem::path>& files);
  ~history();

  /// The markets as they were known at that time, of the files that reach back so far; volume and liquidity are none,
  /// as no history of them is kept. Cheap while the time stays between two changes.
  /// @returns `ec::not_found` if none reaches back so far, with the time from which on something is known
  result<view_ptr> as_of(std::int64_t at_ns);
  /// Files that do not reach back to the time that was last asked for, with what they know; a line each.
  const std::vector<std::string>& gaps() const { return gaps_; }

private:
  class timeline;
  history();
  result<view_ptr> look_up(std::int64_t at_ns);

  std::vector<std::unique_ptr<timeline>> venues_;
  std::optional<result<view_ptr>> shown_;
  std::int64_t from_ns_ = 0, until_ns_ = 0; ///< where `shown_` holds
  std::vector<std::string> gaps_;
};

} // namespace strike::catalog
