#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "process/environment.hpp"

#include <string>
#include <vector>

namespace strike {

/// The ends of a system in this process that its dashboard connects to; what is empty is not there.
struct dashboard_ends {
  std::vector<std::string> upstream; ///< who publishes what strategies show
  std::vector<std::string> feeds;    ///< market data
  std::vector<std::string> orders;   ///< order updates
  std::vector<std::string> recorders;
  std::string strategies_control, exec_control, replay_control;
};

/// Starts the dashboard in this process and prints where it is.
/// @param listen a port on loopback, or "host:port"
result<void> show_dashboard(process::environment& env, const bus::context& where, const dashboard_ends& ends,
                            const std::string& listen);

/// "8080" is a port on loopback.
std::string listen_from(const std::string& option);

} // namespace strike
