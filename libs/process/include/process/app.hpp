#pragma once

#include "base/error.hpp"
#include "process/environment.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace strike::process {

/// What makes one service of the many.
struct service_description {
  std::string name; ///< "recorder": in the log, the metrics and the help
  std::string help; ///< one paragraph
  /// Reads its settings, starts its parts and returns; signals are looked at only then. What it returns as an error is
  /// printed, what it has started so far is stopped, and the process ends with code 2.
  std::function<result<void>(environment&)> start;
  std::function<void(CLI::App&)> add_options{}; ///< its own options, beside those that every service has
  std::string default_config{}; ///< strike.toml, where there is none and none is given
};

/// The whole of a service's `main`: command line, configuration, log, health, actor system, start, then waits for
/// SIGINT or SIGTERM (or `environment::finish`, `environment::fail`) and stops in order. First line of `main`: signals
/// must be blocked before any thread runs. A second stop signal, or `stop_timeout` running out, ends the process at
/// once with code 1, after a line that names what still runs.
/// @returns the exit code: 0 clean, 1 failed while running, 2 could not start
int run(int argc, char** argv, const service_description& what);

} // namespace strike::process
