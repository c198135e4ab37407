#pragma once

#include "journal/disk.hpp"

/// The real file system, which a test can fill.
struct full_disk final : strike::journal::disk {
  std::uint64_t room = UINT64_MAX; ///< bytes that can still be written; a write beyond writes a part
  std::uint64_t free = UINT64_MAX; ///< what `free_bytes` says
  bool can_truncate = true;
  int syncs = 0; ///< of all files

  strike::result<std::unique_ptr<strike::journal::disk_file>> create(const std::filesystem::path& file) override {
    return wrapped(strike::journal::real_disk().create(file));
  }
  strike::result<std::unique_ptr<strike::journal::disk_file>> append_alone(const std::filesystem::path& file) override {
    return wrapped(strike::journal::real_disk().append_alone(file));
  }
  strike::result<std::uint64_t> free_bytes(const std::filesystem::path&) override { return free; }

private:
  struct limited final : strike::journal::disk_file {
    limited(full_disk& owner, std::unique_ptr<strike::journal::disk_file> real) : on{owner}, file{std::move(real)} {}
    strike::result<void> write(std::string_view bytes) override {
      if (on.room >= bytes.size()) {
        on.room -= on.room == UINT64_MAX ? 0 : bytes.size();
        return file->write(bytes);
      }
      (void)file->write(bytes.substr(0, on.room));
      on.room = 0;
      return strike::fail(strike::ec::io, "No space left on device");
    }
    strike::result<void> truncate(std::uint64_t size) override {
      return on.can_truncate ? file->truncate(size) : strike::fail(strike::ec::io, "Input/output error");
    }
    strike::result<void> sync() override {
      ++on.syncs;
      return file->sync();
    }
    full_disk& on;
    std::unique_ptr<strike::journal::disk_file> file;
  };
  strike::result<std::unique_ptr<strike::journal::disk_file>>
  wrapped(strike::result<std::unique_ptr<strike::journal::disk_file>> made) {
    if (!made) return made;
    return std::make_unique<limited>(*this, std::move(*made));
  }
};
