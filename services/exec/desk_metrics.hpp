#pragma once

#include "base/instrument.hpp"
#include "process/metrics.hpp"

#include <array>

namespace strike::exec {

/// The metrics of exec.
struct desk_metrics {
  explicit desk_metrics(process::metric_registry& in);

  process::counter &requests, &malformed, &unknown, &placed, &refused, &fills, &updates, &undelivered;
  process::counter &questions, &differences, &foreign_fills, &contradictions, &store_failures;
  process::gauge &open, &doubtful;
  std::array<process::gauge*, venue_count> venue_ready{};
  std::array<process::histogram*, venue_count> signal_to_wire{}, wire_to_ack{};
};

} // namespace strike::exec
