#pragma once

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace strike::bus {

/// Wakes a thread that sleeps in poll(), from any thread.
class wake_signal {
public:
  wake_signal() : fd_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  }
  ~wake_signal() { close(fd_); }
  wake_signal(const wake_signal&) = delete;
  wake_signal& operator=(const wake_signal&) = delete;

  int fd() const { return fd_; }
  void set() const { // cannot fail: the counter never nears its limit
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = write(fd_, &one, sizeof one);
  }
  void clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = read(fd_, &count, sizeof count);
  }

private:
  int fd_;
};

} // namespace strike::bus
