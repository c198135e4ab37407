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
  using labels = process::metric_registry::labels;
  /// What was shown of a consumer so far; one that comes back under its name counts from 0 again.
  struct followed {
    consumer_ptr who;
    std::map<std::string, std::uint64_t, std::less<>> shown;
  };
  void follow(const consumer_ptr& who);

  process::metric_registry& registry_;
  std::string router_;
  std::map<std::string, std::uint64_t, std::less<>> shown_;
  std::map<std::string, followed> consumers_; ///< by name
};

} // namespace strike::router
