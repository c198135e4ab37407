#include "process/secret.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace strike::process {

secret_text::secret_text(std::string_view text) : bytes_{std::make_unique<char[]>(text.size())}, size_{text.size()} {
  std::memcpy(bytes_.get(), text.data(), size_);
}

secret_text::secret_text(secret_text&& other) noexcept
    : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)} {}

secret_text& secret_text::operator=(secret_text&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void secret_text::wipe() noexcept {
  if (bytes_) explicit_bzero(bytes_.get(), size_);
}

/// Reads straight into memory that is wiped: no stream buffer keeps a copy.
result<secret_text> secret_from_file(std::string_view name, const char* file) {
  const auto unreadable = [&](int why) {
    return fail(ec::io, fmt::format("{}_FILE: cannot read {}: {}; name a readable file", name, file, strerror(why)));
  };
  const int from = open(file, O_RDONLY | O_CLOEXEC);
  if (from < 0) return unreadable(errno);
  secret_text found;
  found.bytes_ = std::make_unique<char[]>(max_secret_bytes + 1);
  std::size_t count = 0;
  ssize_t got = 0;
  while (count <= max_secret_bytes && (got = read(from, &found.bytes_[count], max_secret_bytes + 1 - count)) > 0)
    count += static_cast<std::size_t>(got);
  const int why = errno;
  close(from);
  found.size_ = count; // all that is to be wiped
  if (got < 0) return unreadable(why);
  if (count > max_secret_bytes)
    return fail(ec::invalid_config, fmt::format("{}_FILE: {} is longer than {} bytes", name, file, max_secret_bytes));
  auto kept = found.reveal();
  while (!kept.empty() && (kept.back() == '\n' || kept.back() == '\r')) kept.remove_suffix(1);
  if (kept.empty()) return fail(ec::invalid_config, fmt::format("{}_FILE: {} is empty; write the secret", name, file));
  return secret_text{kept};
}

result<secret_text> secret(std::string_view name) {
  const std::string variable{name}, file_variable = variable + "_FILE";
  const char* text = std::getenv(variable.c_str());
  const char* file = std::getenv(file_variable.c_str());
  if (text && file)
    return fail(ec::invalid_config, fmt::format("{} and {} are both set; unset one", name, file_variable));
  if (file) return secret_from_file(name, file);
  if (!text)
    return fail(ec::not_found, fmt::format("{} is not set; set it in the environment, or {} to a file that holds it",
                                           name, file_variable));
  const std::string_view kept{text};
  if (kept.empty()) return fail(ec::invalid_config, fmt::format("{} is empty; unset it or set the secret", name));
  if (kept.size() > max_secret_bytes)
    return fail(ec::invalid_config, fmt::format("{} is longer than {} bytes", name, max_secret_bytes));
  return secret_text{kept};
}

} // namespace strike::process
