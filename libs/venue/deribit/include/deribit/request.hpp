#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::deribit {

// The frames that a market-data connection sends. Source: Deribit API v2, sections "Authentication", "Heartbeats",
// "Subscriptions".

std::string hello(std::uint64_t id, std::string_view version);
/// Answers a test request.
std::string test(std::uint64_t id);
std::string set_heartbeat(std::uint64_t id, std::int64_t seconds);
/// @param is_private once logged in: `raw` intervals need it
std::string subscribe(std::uint64_t id, bool is_private, std::span<const std::string> channels);
std::string unsubscribe(std::uint64_t id, bool is_private, std::span<const std::string> channels);

/// `public/auth` by signature, so that the secret does not leave this process.
/// @param timestamp_ms Unix milliseconds, accepted for about a minute
/// @param nonce fresh each time
std::string log_in(std::uint64_t id, std::string_view client_id, std::string_view secret, std::int64_t timestamp_ms,
                   std::string_view nonce);
std::string refresh(std::uint64_t id, std::string_view refresh_token);

/// lowercase_hex(HMAC_SHA256(secret, timestamp "\n" nonce "\n" data)); the second newline stands also where data is
/// empty.
std::string signature(std::string_view secret, std::int64_t timestamp_ms, std::string_view nonce,
                      std::string_view data);

/// What a request may hold at most. Source: section "Subscriptions": 500 channels, 32 kB.
inline constexpr std::size_t most_channels = 500, most_bytes = 30'000;
/// What a channel adds to a request.
constexpr std::size_t bytes_of(std::string_view channel) { return channel.size() + 3; }

} // namespace strike::deribit
