#pragma once

#include "bus/context.hpp"
#include "exec/settings.hpp"
#include "process/environment.hpp"

#include <caf/actor.hpp>

#include <memory>
#include <string>

namespace strike::exec {

struct running {
  std::string listen, publish; ///< as bound
  std::string banner;          ///< what is live, what is on paper
};

/// Starts exec in this process.
/// @param router takes the messages of router/messages.hpp
/// @returns `ec::invalid_config` or `ec::io`
result<running> start(process::environment& env, const bus::context& where,
                      std::shared_ptr<instrument_registry> instruments, caf::actor router, settings how);

/// The whole service: `[exec]`, an embedded router, exec.
result<void> start_service(process::environment& env);

} // namespace strike::exec
