#pragma once

#include "base/error.hpp"
#include "config/section.hpp"
#include "process/secret.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway_deribit {

/// How often the channels of some instruments send.
struct interval_rule {
  std::string symbol; ///< exact, or what symbols start with
  bool is_prefix = false;
  std::string interval;
};

/// An API key. Market data needs none, but for `raw` intervals.
struct api_key {
  std::string id;
  process::secret_text secret;
};

/// `[gateway.deribit]`, but for what every gateway has, and DERIBIT_CLIENT_ID with DERIBIT_CLIENT_SECRET.
struct settings {
  std::string url = "wss://www.deribit.com/ws/api/v2", rest = "https://www.deribit.com/api/v2";
  bool testnet = false;             ///< which network must answer
  std::string interval = "100ms";   ///< "100ms", "agg2", "raw"
  std::vector<interval_rule> rules; ///< the first that matches wins over `interval`
  std::shared_ptr<const api_key> key;
  std::chrono::seconds heartbeat{10};
  std::chrono::nanoseconds silence = std::chrono::seconds{30}; ///< of a socket: longer than the heartbeat
  std::chrono::nanoseconds request_timeout = std::chrono::seconds{10};
  std::chrono::nanoseconds refresh = std::chrono::minutes{10}; ///< of the instrument list
  std::size_t topics_per_socket = 500;
  /// The venue's pool of credits and what a subscribe or unsubscribe costs; 80 % of what the page says.
  /// Source: Deribit API v2, "Rate limits": 3000 of 30000, 10000 a second.
  double credits = 24'000, credits_per_second = 8'000, subscribe_cost = 3'000;
  std::size_t many_gaps = 50; ///< books out of sync at the same time: the socket is replaced

  const std::string& interval_of(std::string_view symbol) const;
};

/// Mistakes are recorded in the document, a key without its other half too.
settings read_settings(config::section root);

} // namespace strike::gateway_deribit
