#pragma once

#include <cstddef>
#include <vector>

namespace strike {

struct routing_cost {
  std::size_t instruments = 0;
  double ns_an_event = 0; ///< from received bytes to a parcel for the consumer
};

/// What routing an event costs with 10 to 100,000 instruments that tick in random order.
std::vector<routing_cost> measure_routing();

} // namespace strike
