#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <utility>

namespace strike::catalog {

/// Keeps other processes from refreshing the same file, until it is destroyed or the process ends.
class file_lock {
public:
  /// On "<file>.lock", which stays.
  /// @returns `ec::session_down` while another process holds it, `ec::io`
  static result<file_lock> take(const std::filesystem::path& file);
  file_lock(file_lock&& x) noexcept : fd_{std::exchange(x.fd_, -1)} {}
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

private:
  explicit file_lock(int fd) : fd_{fd} {}
  int fd_;
};

} // namespace strike::catalog
