#pragma once

#include "process/metrics.hpp"

#include <string>

namespace strike::strategies {

/// One strategy's metrics; a restarted one goes on with the same. What waits for it, the router shows.
struct strategy_metrics {
  process::counter& events;
  process::counter& signals;
  process::counter& orders_refused;
  process::counter& fills;
  process::histogram& callback_ns; ///< of one parcel
  process::histogram& feed_ns;     ///< of the newest event of a parcel: from the gateway's socket to here
};

strategy_metrics metrics_of(process::metric_registry& registry, const std::string& strategy);

} // namespace strike::strategies
