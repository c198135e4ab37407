#pragma once

#include "base/enums.hpp"
#include "wire/control.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace strike::dashboard {

/// Who carries a command out.
enum class control_target : std::uint8_t { strategies, exec, replay };

} // namespace strike::dashboard

template <> struct strike::enum_names<strike::dashboard::control_target> {
  using target = dashboard::control_target;
  static constexpr std::string_view what = "control target";
  static constexpr std::array table = {enum_name{target::strategies, "strategies"}, enum_name{target::exec, "exec"},
                                       enum_name{target::replay, "replay"}};
};

namespace strike::dashboard {

/// What an operator wants, read from JSON such as {"action":"stop_strategy","strategy":"gamma"}.
struct control_command {
  control_target target = control_target::strategies;
  decltype(wire::control_request::body) body;
  std::string text; ///< for the audit: "stop_strategy gamma", "kill_trading venue deribit, flatten: news"
};

/// Actions: start_strategy and stop_strategy {strategy}; pause_replay, resume_replay, set_replay_speed {factor},
/// seek_replay {to_ms}; of exec, for all or for one of {venue}, {strategy}, {instrument}: halt_trading {reason,
/// reduce_only}, resume_trading, kill_trading {reason, flatten}; cancel_all_orders {strategy; empty or absent: all}.
/// @returns `ec::malformed` that names what is wrong
result<control_command> parse_command(std::string_view json);

/// Whether it makes risk smaller: a halt, a kill, a cancel of all.
bool stops_trading(const control_command& what);

} // namespace strike::dashboard
