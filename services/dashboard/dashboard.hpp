#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "process/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike::dashboard {

struct settings {
  std::vector<bus::connect_config> upstream; ///< who publishes what strategies show: strategies, replays
  std::string listen = "127.0.0.1:8080";     ///< loopback only; port 0 takes a free one
};

/// Reads `upstream` and `listen` of `[dashboard]`. Mistakes are recorded in the document.
/// @param upstream, listen if not empty: what the command line says instead
settings read_settings(config::section root, std::string_view upstream = {}, std::string_view listen = {});

/// Serves the web page, in any program: until the process stops.
/// @returns where, as "http://127.0.0.1:8080/"; `ec::invalid_config` or `ec::io`
result<std::string> start(process::environment& env, const bus::context& where, settings how);

} // namespace strike::dashboard
