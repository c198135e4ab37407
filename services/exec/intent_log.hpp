#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::exec {

/// The front of the order store: lines in a file beside it, each safe from the death of the process when `append`
/// returns. One write(2) takes some microseconds, a transaction ten times as long, and an order waits for it.
class intent_log {
public:
  /// Every line that is there is unfiled. One that was torn by a death was never acknowledged, so that nothing followed
  /// from it: it is cut off.
  /// @returns `ec::io`, naming the file
  static result<intent_log> open(std::filesystem::path file);
  intent_log(intent_log&& x) noexcept;
  ~intent_log();

  /// @param line without its end, and without one within
  /// @returns `ec::io`: nothing of it is kept
  result<void> append(std::string_view line);
  const std::vector<std::string>& unfiled() const { return unfiled_; } ///< oldest first
  /// All of them are in the store now. A file above `longest` bytes is emptied.
  result<void> filed(std::uint64_t longest);

private:
  intent_log(std::filesystem::path file, int fd) : file_{std::move(file)}, fd_{fd} {}
  result<void> failed() const;

  std::filesystem::path file_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::vector<std::string> unfiled_;
};

} // namespace strike::exec
