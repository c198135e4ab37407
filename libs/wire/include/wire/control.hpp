#pragma once

#include "wire/risk.hpp"

#include <string>
#include <string_view>
#include <variant>

// What an operator asks of a service. Source: proto/strike/v1/control.proto.
namespace strike::wire {

/// The newest version of the control messages that this program understands and what it writes.
inline constexpr std::uint32_t control_version = 1;

/// What only a newer version knows, and so must not be acted on: count it, and answer a request with `ec::malformed`.
struct unknown_control {
  std::string what; ///< for the log and the answer: "ControlRequest: version 2, only 1 is known"
  bool operator==(const unknown_control&) const = default;
};

struct start_strategy {
  std::string strategy; ///< never empty
  bool operator==(const start_strategy&) const = default;
};
struct stop_strategy {
  std::string strategy; ///< never empty
  bool operator==(const stop_strategy&) const = default;
};
struct reconfigure_strategy {
  std::string strategy; ///< never empty
  std::string toml;     ///< the whole [[strategy]] table, without its header; not parsed here
  bool operator==(const reconfigure_strategy&) const = default;
};
struct pause_replay {
  bool operator==(const pause_replay&) const = default;
};
struct resume_replay {
  bool operator==(const resume_replay&) const = default;
};
struct set_replay_speed {
  double factor = 1; ///< > 0 and finite: recorded seconds in a second
  bool operator==(const set_replay_speed&) const = default;
};
struct seek_replay {
  std::int64_t to_ns = 0; ///< recorded time
  bool operator==(const seek_replay&) const = default;
};
/// As `restrict_trading`: all is halted.
struct halt_trading {
  std::string reason;
  bool operator==(const halt_trading&) const = default;
};
struct cancel_all_orders {
  std::string strategy; ///< the orders of this instance; empty: of all
  bool operator==(const cancel_all_orders&) const = default;
};

struct control_request {
  std::uint32_t version = control_version;
  std::uint64_t request_id = 0; ///< the caller's own; the reply brings it back
  std::variant<unknown_control, start_strategy, stop_strategy, reconfigure_strategy, pause_replay, resume_replay,
               set_replay_speed, seek_replay, halt_trading, cancel_all_orders, restrict_trading, resume_trading,
               kill_trading, ask_risk>
      body;
  bool operator==(const control_request&) const = default;
};

struct control_done {
  bool operator==(const control_done&) const = default;
};

struct control_reply {
  std::uint64_t request_id = 0;
  std::variant<unknown_control, control_done, error, risk_report> outcome;
};

/// Bytes of a text that are not UTF-8 become U+FFFD. What is unknown is written without a body, which reads as unknown.
/// @param out cleared first
void encode(std::string& out, const control_request& request);
void encode(std::string& out, const control_reply& reply);

/// @returns `ec::malformed` if the bytes are no ControlRequest, or one without version, strategy or scope, or with a
/// factor that is not above 0 and finite
result<control_request> decode_control_request(std::string_view bytes);
/// @returns `ec::malformed` if the bytes are no ControlReply
result<control_reply> decode_control_reply(std::string_view bytes);

} // namespace strike::wire
