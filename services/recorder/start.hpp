#pragma once

#include "bus/context.hpp"
#include "process/environment.hpp"
#include "recorder/settings.hpp"

namespace strike::recorder {

/// Starts a recorder in this process; a fault of the disk does not stop it from starting. Limits on the size of files
/// become errors like a full disk instead of the end of the process (SIGXFSZ is ignored).
/// @returns `ec::invalid_config`: no upstream, or an endpoint that cannot be connected to or bound; `ec::io`
result<void> start(process::environment& env, const bus::context& where, settings how);

} // namespace strike::recorder
