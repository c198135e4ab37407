#pragma once

#include "process/metrics.hpp"

namespace strike::exec {

/// The metrics of exec.
struct desk_metrics {
  explicit desk_metrics(process::metric_registry& in);

  process::counter &requests, &malformed, &unknown, &placed, &refused, &fills, &updates, &undelivered;
  process::counter &questions, &differences, &foreign_fills, &contradictions, &store_failures;
  process::gauge &open, &doubtful;
};

} // namespace strike::exec
