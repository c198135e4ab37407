#pragma once

#include "exec/live_venues.hpp"

namespace strike::exec {

/// Real orders at Derive: `[exec.derive]`, and the keys of the environment. Mistakes are recorded in the document.
live_venue read_live_derive(config::section root);

} // namespace strike::exec
