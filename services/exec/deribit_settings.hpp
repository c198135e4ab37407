#pragma once

#include "config/section.hpp"
#include "process/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace strike::exec {

/// An API key with `trade:read_write` and `account:read_write`.
struct deribit_key {
  std::string id;
  process::secret_text secret;
};

/// `[exec.deribit]`, and DERIBIT_CLIENT_ID with DERIBIT_CLIENT_SECRET.
struct deribit_settings {
  std::string url = "wss://www.deribit.com/ws/api/v2";
  bool testnet = false;                   ///< which network must answer
  std::shared_ptr<const deribit_key> key; ///< null: none is set, and nothing can be traded
  bool cancel_on_disconnect = true;       ///< the venue cancels what this connection placed when it ends
  std::vector<std::string> currencies{"BTC", "ETH", "USDC", "USDT", "EURR"}; ///< whose trades are asked for

  std::chrono::nanoseconds valid_for = std::chrono::seconds{5}; ///< an order that the venue takes up later is refused
  /// How long after that an order which the venue does not have can still appear: the venue lets requests wait up to 5
  /// s for its portfolio lock.
  std::chrono::nanoseconds absent_after = std::chrono::seconds{6};
  std::chrono::nanoseconds order_wait = std::chrono::seconds{2};  ///< in the queue or for a retry; then it is refused
  std::chrono::nanoseconds lookback = std::chrono::hours{7 * 24}; ///< for fills of orders that were never answered
  std::chrono::nanoseconds request_timeout = std::chrono::seconds{5};
  std::chrono::seconds heartbeat{10};
  std::chrono::nanoseconds silence = std::chrono::seconds{25}; ///< of the connection: it is replaced
  std::chrono::nanoseconds retry_first = std::chrono::milliseconds{200}, retry_longest = std::chrono::seconds{5};
  int retries = 6; ///< of a request that the venue asks to repeat

  /// What the venue allows until it says otherwise for this account, and which part of that is used.
  /// Source: Deribit API v2, "Rate limits": the lowest volume; 500 of 50000 credits, 10000 a second.
  double matching_per_second = 5, matching_burst = 20, other_per_second = 20, other_burst = 100, limit_share = 0.8;
  double cancel_reserve = 4; ///< matching requests that new orders leave to cancels
  std::size_t queue = 200;   ///< orders and amends that may wait; more are refused

  bool operator==(const deribit_settings&) const = default;
};

/// Mistakes are recorded in the document, a key without its other half too.
deribit_settings read_deribit_settings(config::section root);

} // namespace strike::exec
