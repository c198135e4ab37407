#pragma once

#include "exec/live_venues.hpp"

namespace strike::exec {

/// Real orders at Deribit: a row of `live_venue_kinds`. Reads `[exec.deribit]` and the key of the environment.
live_venue read_live_deribit(config::section root);

} // namespace strike::exec
