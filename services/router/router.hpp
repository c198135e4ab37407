#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "process/environment.hpp"
#include "router/messages.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strike::router {

struct settings {
  std::vector<bus::connect_config> upstream; ///< gateways, replays or routers
  std::optional<bus::bind_config> publish;   ///< where everything is sent on; none: to local consumers only
  std::chrono::nanoseconds grace{10'000'000'000};
};

/// Reads `upstream` and `grace` of a table, and its `publish` if it has one.
settings read_settings(config::section root, config::section table, const std::vector<std::string>& upstream);

/// Starts a router, of which a process may have several.
/// @param name "router": of the actor, in the metrics
/// @returns the actor, which takes the messages of router/messages.hpp; `ec::invalid_config` or `ec::io`
result<caf::actor> start(process::environment& env, const bus::context& where,
                         std::shared_ptr<instrument_registry> instruments, settings how, const std::string& name);

/// The whole service: `[router]`, and one router that publishes.
result<void> start_service(process::environment& env);

} // namespace strike::router
