#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace strike::journal {

/// A file that is being written; closed with the object. Errors are `ec::io` and name the file.
class disk_file {
public:
  virtual ~disk_file() = default;
  /// All of it, at the end. After an error a part of it may be there.
  virtual result<void> write(std::string_view bytes) = 0;
  /// Cuts the file, so that the next write goes there.
  virtual result<void> truncate(std::uint64_t size) = 0;
  /// Returns once everything written would survive a power failure.
  virtual result<void> sync() = 0;
};

/// The file system as recordings need it. Tests hand in one that is full.
class disk {
public:
  virtual ~disk() = default;
  /// A new file, durable by name. Its folder must exist.
  /// @returns `ec::io`, also if there is such a file
  virtual result<std::unique_ptr<disk_file>> create(const std::filesystem::path& file) = 0;
  /// Writes at the end of a file, which is made if it is missing; nobody else can open it so until it is closed.
  /// @returns `ec::io`, also while another process holds it
  virtual result<std::unique_ptr<disk_file>> append_alone(const std::filesystem::path& file) = 0;
  /// What an unprivileged user may still write.
  virtual result<std::uint64_t> free_bytes(const std::filesystem::path& folder) = 0;
};

/// That of this machine. Any thread.
disk& real_disk();

} // namespace strike::journal
