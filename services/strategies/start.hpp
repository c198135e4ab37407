#pragma once

#include "bus/context.hpp"
#include "process/environment.hpp"
#include "strategies/host_settings.hpp"

#include <caf/actor.hpp>

#include <memory>
#include <string>

namespace strike::strategies {

struct running {
  caf::actor host;     ///< see host_actor
  std::string control; ///< as bound
};

/// Starts the host with its dashboard publisher and its control endpoint. Their endpoints, with the ports that were
/// chosen, are logged.
/// @param router takes the messages of router/messages.hpp
/// @returns `ec::invalid_config` or `ec::io`
result<running> start(process::environment& env, const bus::context& where,
                      std::shared_ptr<instrument_registry> instruments, caf::actor router, settings how);

/// The whole service: its settings, an embedded router, the host.
result<void> start_service(process::environment& env, std::shared_ptr<const strategy_registry> types,
                           const bus::context& where = bus::context{});

} // namespace strike::strategies
