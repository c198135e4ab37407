#pragma once

#include "process/metrics.hpp"
#include "router/routing.hpp"

#include <map>
#include <string>

namespace strike::router {

/// Shows on `/metrics` what a routing has counted. One thread.
class routing_metrics {
public:
  routing_metrics(process::metric_registry& registry, std::string router)
      : registry_{registry}, router_{std::move(router)} {}

  /// Now and then: takes a lock for each metric.
  void update(const routing& from);

private:
  void raise(std::string_view name, std::string_view help, std::uint64_t to, std::string_view consumer = {});

  process::metric_registry& registry_;
  std::string router_;
};

} // namespace strike::router
