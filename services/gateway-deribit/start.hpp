#pragma once

#include "bus/context.hpp"
#include "gateway/gateway.hpp"
#include "process/environment.hpp"

namespace strike::gateway_deribit {

inline constexpr const char* default_publish = "tcp://127.0.0.1:5551";

/// Starts Deribit's gateway in this process. Settings: `[gateway.deribit]`.
/// @param publish another endpoint than the configured one; empty: that one
/// @returns `ec::invalid_config` or `ec::io`
result<gateway::running> start(process::environment& env, const bus::context& where, std::string_view publish = {});

/// The whole service.
result<void> start_service(process::environment& env);

} // namespace strike::gateway_deribit
