#include "exec/intent_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

namespace strike::exec {

intent_log::intent_log(intent_log&& x) noexcept
    : file_{std::move(x.file_)}, fd_{std::exchange(x.fd_, -1)}, size_{x.size_}, unfiled_{std::move(x.unfiled_)} {}

intent_log::~intent_log() {
  if (fd_ >= 0) ::close(fd_);
}

result<void> intent_log::failed() const {
  return fail(ec::io, fmt::format("{}: {}; is the disk full?", file_.string(), std::strerror(errno)));
}

result<intent_log> intent_log::open(std::filesystem::path file) {
  intent_log made{std::move(file), -1};
  made.fd_ = ::open(made.file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (made.fd_ < 0) return std::unexpected{made.failed().error()};
  std::ifstream in{made.file_, std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return std::unexpected{made.failed().error()};
  std::size_t from = 0;
  for (auto end = all.find('\n'); end != std::string::npos; from = end + 1, end = all.find('\n', from))
    made.unfiled_.push_back(all.substr(from, end - from));
  made.size_ = from;
  if (from != all.size() && ::ftruncate(made.fd_, static_cast<off_t>(from)) != 0)
    return std::unexpected{made.failed().error()};
  return made;
}

result<void> intent_log::append(std::string_view line) {
  std::string whole{line};
  whole.push_back('\n');
  const auto written = ::write(fd_, whole.data(), whole.size());
  if (written == static_cast<ssize_t>(whole.size())) {
    size_ += whole.size();
    whole.pop_back();
    unfiled_.push_back(std::move(whole));
    return {};
  }
  const int why = written < 0 ? errno : ENOSPC;
  if (written > 0 && ::ftruncate(fd_, static_cast<off_t>(size_)) != 0) return failed();
  errno = why;
  return failed();
}

result<void> intent_log::filed(std::uint64_t longest) {
  unfiled_.clear();
  if (size_ <= longest) return {};
  if (::ftruncate(fd_, 0) != 0) return failed();
  size_ = 0;
  return {};
}

} // namespace strike::exec
