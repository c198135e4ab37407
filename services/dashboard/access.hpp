#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Who may talk to the dashboard, as functions of texts.
namespace strike::dashboard {

/// Where the dashboard listens.
struct listen_address {
  std::string host; ///< an IPv4 address, or "localhost"
  std::uint16_t port = 0;
};

/// Reads "127.0.0.1:8080", "localhost:0"; "0.0.0.0:8080" or another address of this host only with a token.
/// @returns `ec::invalid_config` that says what would do
result<listen_address> parse_listen(std::string_view text, bool has_token);

/// Whether others than this host can reach an address that `parse_listen` took.
bool is_open_to_world(const listen_address& x);

/// Whether a `Host` header names this machine by a loopback name: "localhost:8080", "127.0.0.1", "[::1]:80". A page of
/// the world that had its own name resolve to 127.0.0.1 (DNS rebinding) sends that name, and is told apart by it.
bool is_loopback_host(std::string_view host);

/// Whether an `Origin` header is that of our own page: http or https, and the very `Host` that was asked. None at all
/// is no page of a browser, and allowed.
bool is_same_origin(std::string_view origin, std::string_view host);

} // namespace strike::dashboard
