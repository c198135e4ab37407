#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace strike::process {

/// A key or password. It cannot be copied or printed, and its memory is wiped when it goes; `reveal` hands it to the
/// code that signs. Moving leaves the source empty and no second copy behind.
class secret_text {
public:
  secret_text() = default;
  explicit secret_text(std::string_view text);
  secret_text(secret_text&& other) noexcept;
  secret_text& operator=(secret_text&& other) noexcept;
  secret_text(const secret_text&) = delete;
  secret_text& operator=(const secret_text&) = delete;
  ~secret_text() { wipe(); }

  /// Valid as long as this object; do not copy it into anything that lives longer than the call.
  std::string_view reveal() const { return {bytes_.get(), size_}; }

  friend std::ostream& operator<<(std::ostream&, const secret_text&) = delete;

private:
  friend result<secret_text> secret_from_file(std::string_view name, const char* file);
  void wipe() noexcept;

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// The environment variable `name`, or the first `max_secret_bytes` of the file that `<name>_FILE` names, without the
/// line ends at its end.
/// @returns `ec::not_found` if neither is set, `ec::invalid_config` if both are, or if it is empty or too long,
/// `ec::io` for a file that cannot be read. No text holds any part of the secret.
result<secret_text> secret(std::string_view name);

inline constexpr std::size_t max_secret_bytes = 64 * 1024;

} // namespace strike::process
