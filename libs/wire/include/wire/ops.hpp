#pragma once

#include "base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::wire {

/// Where a replay stands.
struct replay_position {
  bool is_paused = false, is_over = false;
  double speed = 1;             ///< recorded seconds in a second
  std::int64_t position_ns = 0; ///< recorded time that is now
  std::int64_t first_ns = 0;    ///< recorded time of the first event
  double fraction = 0;          ///< of the recording's bytes that were read
  bool operator==(const replay_position&) const = default;
};

/// A service's sign of life. Source: proto/strike/v1/ops.proto.
struct heartbeat {
  std::string service;     ///< never empty
  std::string instance;    ///< tells several of one service apart
  std::uint64_t epoch = 0; ///< its start, nanoseconds; never 0
  std::int64_t at_ns = 0;
  std::string version;
  bool ready = false;                            ///< as /readyz
  std::map<std::string, std::uint64_t> counters; ///< since the start
  std::optional<replay_position> replay;         ///< of a replay
  bool operator==(const heartbeat&) const = default;
};

/// Bytes of a text that are not UTF-8 become U+FFFD.
/// @param out cleared first
void encode(std::string& out, const heartbeat& beat);
/// @returns `ec::malformed` if the bytes are no Heartbeat, or if service or epoch is missing
result<heartbeat> decode_heartbeat(std::string_view bytes);

} // namespace strike::wire
