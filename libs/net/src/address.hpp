#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace strike::net {

/// Where to connect to, and what to ask for there.
struct address {
  bool tls = false;
  std::string host; ///< name or number; an IPv6 number without brackets
  std::uint16_t port = 0;
  std::string path; ///< with the query, begins with '/'

  /// "host", or "host:port" where it is not the scheme's own: the Host header.
  std::string authority() const;
};

/// @param scheme "ws" or "http"; with an s it is TLS
/// @returns `ec::invalid_config`: not such a URL. User and password in it are none of it; a fragment is dropped
result<address> parse_url(std::string_view text, std::string_view scheme);

/// The environment's proxies, lower-case names before upper-case ones.
struct proxies {
  std::string http;  ///< of ws:// and http://: "user:password@host:port", empty for none
  std::string https; ///< of wss:// and https://
  std::string none;  ///< names that are connected to directly, with commas between; "*": all

  /// @returns `ec::invalid_config` for a proxy that is no http://host:port
  static result<proxies> from_environment();
  /// Empty: directly. An entry of `none` also covers the names that end in it: "example.com" has "www.example.com".
  std::string_view of(const address& to) const;
};

} // namespace strike::net
