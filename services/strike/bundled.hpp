#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string_view>

namespace strike {

/// The configuration that is used when none is named: both strategies on whatever a recording holds.
std::string_view bundled_config();
/// Of `strike live`: both strategies on the venues' perpetuals and options.
std::string_view bundled_live_config();
/// The same against the sandbox on this host.
std::string_view bundled_sandbox_config();

/// The bundled mock recording as a file that lives as long as this object.
class bundled_recording {
public:
  /// @returns `ec::io` if the temporary folder cannot be written
  static result<bundled_recording> unpack();
  bundled_recording(bundled_recording&& other) noexcept : file_{std::exchange(other.file_, {})} {}
  bundled_recording& operator=(bundled_recording&&) = delete;
  ~bundled_recording();
  const std::filesystem::path& file() const { return file_; }

private:
  explicit bundled_recording(std::filesystem::path file) : file_{std::move(file)} {}
  std::filesystem::path file_;
};

} // namespace strike
