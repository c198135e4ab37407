#pragma once

#include "bus/context.hpp"
#include "process/environment.hpp"

#include <string>

namespace strike {

/// Starts the dashboard in this process and prints where it is.
/// @param upstream who publishes what strategies show
/// @param listen a port on loopback, or "host:port"
result<void> show_dashboard(process::environment& env, const bus::context& where, const std::string& upstream,
                            const std::string& listen);

} // namespace strike
