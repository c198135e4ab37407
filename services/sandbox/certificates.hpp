#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace strike::sandbox {

/// Whether a certificate can name it: an IP address, or a host of letters, digits, '-', '_' and '.'.
bool is_certificate_name(std::string_view x);

struct certificate_files {
  std::filesystem::path ca;          ///< what clients are to trust
  std::filesystem::path certificate; ///< of localhost, 127.0.0.1, ::1 and the names asked for
  std::filesystem::path key;
};

/// The sandbox's own certificate authority, good for tests only, and a server certificate that it signed, in a folder
/// that is made if need be. What is missing, does not fit or ends within 30 days is made anew; keys are readable by
/// their owner only.
/// @param names under which clients of other hosts or containers reach the server; each a `is_certificate_name`
/// @param now_ns wall time
/// @returns `ec::io` that names the file, or what OpenSSL refused
result<certificate_files> prepare_certificates(const std::filesystem::path& folder,
                                               const std::vector<std::string>& names, std::int64_t now_ns);

} // namespace strike::sandbox
