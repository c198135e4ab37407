#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace strike::wire {

/// What a strategy shows; each replaces the one before. Source: proto/strike/v1/dashboard.proto.
struct dashboard_state {
  std::string strategy;                   ///< the instance's name; never empty
  std::uint64_t epoch = 0;                ///< the publisher's start, nanoseconds; never 0
  std::uint64_t sequence = 0;             ///< of the topic, from 1
  std::int64_t at_ns = 0;                 ///< the strategy's own time: simulated in a replay
  std::string state_json;                 ///< widget id to value; not parsed here
  std::optional<std::string> layout_json; ///< when it changed, at the start, and for a new subscriber
  bool operator==(const dashboard_state&) const = default;
};

/// Bytes of a text that are not UTF-8 become U+FFFD.
/// @param out cleared first
void encode(std::string& out, const dashboard_state& state);
/// @returns `ec::malformed` if the bytes are no DashboardState, or if strategy, epoch or sequence is missing
result<dashboard_state> decode_dashboard_state(std::string_view bytes);

} // namespace strike::wire
