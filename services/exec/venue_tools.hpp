#pragma once

#include "base/registry.hpp"
#include "base/rules.hpp"
#include "exec/order_venue.hpp"
#include "net/network.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"

namespace strike::exec {

/// What an adapter of a real venue has of exec; outlives it. All of it belongs to exec's thread.
struct venue_tools {
  net::network& network;
  instrument_registry& instruments;
  instrument_rules& rules;
  process::logger& log;
  process::metric_registry& metrics;
  order_keys& keys;
};

} // namespace strike::exec
