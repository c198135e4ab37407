#include "journal/disk.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace strike::journal {

namespace {

std::unexpected<error> io_fault(const std::string& name, int number) {
  return fail(ec::io, fmt::format("{}: {}", name, std::strerror(number)));
}

class real_file final : public disk_file {
public:
  real_file(int fd, std::string name) : fd_{fd}, name_{std::move(name)} {}
  ~real_file() override { ::close(fd_); }
  real_file(const real_file&) = delete;
  real_file& operator=(const real_file&) = delete;

  result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return io_fault(name_, errno);
      if (count == 0) return io_fault(name_, ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }
  result<void> truncate(std::uint64_t size) override {
    return ::ftruncate(fd_, static_cast<off_t>(size)) == 0 ? result<void>{} : io_fault(name_, errno);
  }
  result<void> sync() override { return ::fdatasync(fd_) == 0 ? result<void>{} : io_fault(name_, errno); }

private:
  int fd_;
  std::string name_;
};

class posix_disk final : public disk {
public:
  result<std::unique_ptr<disk_file>> create(const std::filesystem::path& file) override {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) return io_fault(file.string(), errno);
    auto made = std::make_unique<real_file>(fd, file.string());
    if (auto done = sync_folder(file.parent_path()); !done) return std::unexpected{done.error()};
    return made;
  }
  result<std::unique_ptr<disk_file>> append_alone(const std::filesystem::path& file) override {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) return io_fault(file.string(), errno);
    auto made = std::make_unique<real_file>(fd, file.string());
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return io_fault(file.string(), errno);
      return fail(ec::io,
                  fmt::format("{}: another process writes it; give each recorder a folder of its own", file.string()));
    }
    return made;
  }
  result<std::uint64_t> free_bytes(const std::filesystem::path& folder) override {
    struct statvfs of {};
    if (::statvfs(folder.c_str(), &of) != 0) return io_fault(folder.string(), errno);
    return static_cast<std::uint64_t>(of.f_bavail) * of.f_frsize;
  }

private:
  /// A new name is in the folder, which has to reach the disk too.
  static result<void> sync_folder(const std::filesystem::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return io_fault(folder.string(), errno);
    const int done = ::fsync(fd);
    const int number = errno;
    ::close(fd);
    // some network file systems cannot sync a folder, which is no reason not to record
    return done == 0 || number == EINVAL ? result<void>{} : io_fault(folder.string(), number);
  }
};

} // namespace

disk& real_disk() {
  static posix_disk one;
  return one;
}

} // namespace strike::journal
