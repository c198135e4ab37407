#pragma once

#include "router/messages.hpp"
#include "strategies/exec_route.hpp"
#include "wire/dashboard.hpp"

#include <caf/atom.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace strike::strategies {

/// How one strategy is, as the host sees it.
struct strategy_facts {
  std::string name, type;
  wire::run_state state = wire::run_state::stopped;
  std::string reason; ///< why it does not run
  std::uint32_t restarts = 0;
  bool operator==(const strategy_facts&) const = default;
};

using exec_news_ptr = std::shared_ptr<const exec_news>;

} // namespace strike::strategies

CAF_BEGIN_TYPE_ID_BLOCK(strike_strategies, caf::first_custom_type_id + 200)
CAF_ADD_ATOM(strike_strategies, strike::strategies, start_atom, "s_start")
CAF_ADD_ATOM(strike_strategies, strike::strategies, stop_atom, "s_stop")
CAF_ADD_ATOM(strike_strategies, strike::strategies, reconfigure_atom, "s_reconf")
CAF_ADD_ATOM(strike_strategies, strike::strategies, list_atom, "s_list")
CAF_ADD_ATOM(strike_strategies, strike::strategies, control_atom, "s_control")
CAF_ADD_ATOM(strike_strategies, strike::strategies, restart_atom, "s_restart")
CAF_ADD_ATOM(strike_strategies, strike::strategies, show_atom, "s_show")
CAF_ADD_ATOM(strike_strategies, strike::strategies, wake_atom, "s_wake")
CAF_ADD_ATOM(strike_strategies, strike::strategies, begin_atom, "s_begin")
CAF_END_TYPE_ID_BLOCK(strike_strategies)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<strike::strategies::strategy_facts>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::strategies::exec_news_ptr)
