#pragma once

#include "base/enums.hpp"
#include "base/instrument.hpp"
#include "config/section.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace strike {

enum class health : std::uint8_t { ok, warning, failed };
template <> struct enum_names<health> {
  static constexpr std::string_view what = "health";
  static constexpr std::array table = {enum_name{health::ok, "ok"}, enum_name{health::warning, "warning"},
                                       enum_name{health::failed, "FAILED"}};
};

/// One line of the doctor.
struct finding {
  health how = health::ok;
  std::string what;   ///< "deribit clock"
  std::string detail; ///< what was seen
  std::string advice; ///< the one thing to do; empty if all is well
};

/// Where a venue is, as its gateway is configured.
struct venue_site {
  venue at = venue::deribit;
  std::string socket_url;        ///< of the market data
  net::http_request time;        ///< the cheapest request that tells the venue's time
  std::int64_t time_unit_ns = 1; ///< how exact that is
  /// Reads the answer. @returns Unix nanoseconds
  std::function<result<std::int64_t>(std::string_view body)> read_time;
};
/// Mistakes are recorded in the document.
std::vector<venue_site> sites_of(config::section root);

/// "wss://host:1234/path" to "host".
std::string host_of(std::string_view url);

/// How far the clocks are apart. The venue's time was taken between our sending and our receipt.
/// @param error_ns how exact the venue's time is
finding judge_clock(venue at, std::int64_t sent_ns, std::int64_t venue_ns, std::int64_t received_ns,
                    std::int64_t error_ns);

/// What can be known without the network: keys in the environment, the disk of the recordings.
std::vector<finding> look_at_keys();
finding look_at_disk(const std::string& folder, std::uint64_t min_free_bytes);

/// Name, reachability with TLS, clock and WebSocket of one venue. Takes some seconds at most.
std::vector<finding> look_at_venue(net::loop& on, const venue_site& site);

} // namespace strike
