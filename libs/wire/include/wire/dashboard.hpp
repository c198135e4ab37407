#pragma once

#include "base/enums.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strike::wire {

enum class run_state : std::uint8_t {
  running,
  stopped,    ///< on request, or not enabled
  restarting, ///< it died and waits for its next start
  failed,     ///< its configuration cannot be made into a strategy
};

} // namespace strike::wire

template <> struct strike::enum_names<strike::wire::run_state> {
  using run_state = wire::run_state;
  static constexpr std::string_view what = "run state";
  static constexpr std::array table = {
      enum_name{run_state::running, "running"}, enum_name{run_state::stopped, "stopped"},
      enum_name{run_state::restarting, "restarting"}, enum_name{run_state::failed, "failed"}};
};

namespace strike::wire {

/// What a strategy shows; each replaces the one before. Source: proto/strike/v1/dashboard.proto.
struct dashboard_state {
  std::string strategy;                   ///< the instance's name; never empty
  std::uint64_t epoch = 0;                ///< the publisher's start, nanoseconds; never 0
  std::uint64_t sequence = 0;             ///< of the topic, from 1
  std::int64_t at_ns = 0;                 ///< the strategy's own time: simulated in a replay
  std::string state_json;                 ///< widget id to value, and "host"; not parsed here
  std::optional<std::string> layout_json; ///< when it changed, at the start, and for a new subscriber
  wire::run_state run_state = wire::run_state::running;
  std::string reason;         ///< why it does not run; empty while it runs
  std::uint32_t restarts = 0; ///< since its process started
  std::string type;           ///< "momentum"
  bool operator==(const dashboard_state&) const = default;
};

/// Bytes of a text that are not UTF-8 become U+FFFD.
/// @param out cleared first
void encode(std::string& out, const dashboard_state& state);
/// @returns `ec::malformed` if the bytes are no DashboardState, if strategy, epoch or sequence is missing, or if
/// only a newer version knows the run state
result<dashboard_state> decode_dashboard_state(std::string_view bytes);

} // namespace strike::wire
