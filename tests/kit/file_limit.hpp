#pragma once

#include <csignal>
#include <cstdint>
#include <sys/resource.h>

/// No file of this process grows above so many bytes while it lives: as if the disk were full.
class file_limit {
public:
  explicit file_limit(std::uint64_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~file_limit() { setrlimit(RLIMIT_FSIZE, &before_); }
  file_limit(const file_limit&) = delete;
  file_limit& operator=(const file_limit&) = delete;

private:
  rlimit before_{};
};
