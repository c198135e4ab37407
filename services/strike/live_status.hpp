#pragma once

#include "base/market_event.hpp"
#include "process/metrics.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace strike {

/// What flows, for people: one line a venue, from the metrics of the gateways in this process. One thread.
class live_status {
public:
  live_status(process::metric_registry& metrics, std::vector<venue> venues);

  /// "deribit     312 events/s, the last 0.1 s ago, 338 of 338 topics, 412 instruments" ...
  /// @param elapsed_s since the last call, > 0
  std::vector<std::string> lines(double elapsed_s);

private:
  struct source {
    venue at;
    std::array<process::counter*, enum_names<channel>::table.size()> events;
    process::gauge &age_ns, &wanted, &subscribed, &instruments;
    std::uint64_t last = 0;
  };
  std::vector<source> sources_;
};

} // namespace strike
