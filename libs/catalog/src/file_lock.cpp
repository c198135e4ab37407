#include "file_lock.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace strike::catalog {

result<file_lock> file_lock::take(const std::filesystem::path& file) {
  auto name = file;
  name += ".lock";
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return fail(ec::io, fmt::format("{}: {}", name.string(), std::strerror(errno)));
  file_lock made{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return made;
  if (errno != EWOULDBLOCK) return fail(ec::io, fmt::format("{}: {}", name.string(), std::strerror(errno)));
  return fail(ec::session_down, fmt::format("{}: another process refreshes it; try again in a minute", file.string()));
}

file_lock::~file_lock() {
  if (fd_ >= 0) ::close(fd_);
}

} // namespace strike::catalog
