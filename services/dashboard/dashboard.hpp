#pragma once

#include "bus/context.hpp"
#include "catalog/settings.hpp"
#include "config/section.hpp"
#include "dashboard/boards.hpp"
#include "dashboard/control_desk.hpp"
#include "process/environment.hpp"
#include "process/secret.hpp"
#include "simulator/simulation_config.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::dashboard {

/// `[dashboard]` of strike.toml, and what it needs of other tables to make sense of positions.
struct settings {
  std::vector<bus::connect_config> upstream;  ///< who publishes what strategies show: strategies, replays
  std::vector<bus::connect_config> feeds;     ///< market data: gateways, replays or a router
  std::vector<bus::connect_config> orders;    ///< order updates: exec
  std::vector<bus::connect_config> recorders; ///< who says no more than that it lives
  control_desk::endpoints controls;
  std::string listen = "127.0.0.1:8080";   ///< port 0 takes a free one
  process::secret_text token;              ///< empty: no controls, and loopback only
  simulator::simulation_config simulation; ///< rules of instruments, starting cash
  std::optional<catalog::settings> catalog;
};

/// Mistakes are recorded in the document. The token is `STRIKE_DASHBOARD_TOKEN` (or _FILE) of the environment.
/// @param upstream, listen if not empty: what the command line says instead
settings read_settings(config::section root, std::string_view upstream = {}, std::string_view listen = {});

/// What a dashboard needs of its process; outlives it.
struct surroundings {
  process::logger& log;
  process::metric_registry& metrics;
  process::readiness& ready;
};

/// A dashboard that runs until it is destroyed.
class running_dashboard {
public:
  virtual ~running_dashboard() = default;
  /// "http://127.0.0.1:8080/"
  virtual const std::string& url() const = 0;
  /// For who has no bus between himself and the dashboard: a backtest tells all it does, and must lose nothing.
  virtual shared_boards& boards() = 0;
};

/// @returns `ec::invalid_config` or `ec::io`
result<std::unique_ptr<running_dashboard>> open(const surroundings& with, const bus::context& where, settings how);

/// Serves the web page, in any service: until the process stops.
/// @returns where, as "http://127.0.0.1:8080/"; `ec::invalid_config` or `ec::io`
result<std::string> start(process::environment& env, const bus::context& where, settings how);

} // namespace strike::dashboard
