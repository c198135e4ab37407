#pragma once

#include "bus/context.hpp"
#include "gateway/gateway.hpp"
#include "process/environment.hpp"

namespace strike::gateway_polymarket {

/// Reads `[gateway.polymarket]` and starts the gateway in this process.
/// @returns `ec::invalid_config` or `ec::io`
result<gateway::running> start(process::environment& env, const bus::context& where);

} // namespace strike::gateway_polymarket
