#pragma once

#include "chaos/trader.hpp"

#include <string>
#include <vector>

namespace chaos {

/// The sandbox's truth, the store and what strategies were told, compared order by order and fill by fill.
struct verdict {
  std::size_t orders = 0, sent = 0, fills = 0, reversed = 0;
  std::map<std::string, std::size_t> states; ///< orders by their final state
  std::vector<std::string> faults;           ///< each names an order, a fill or a position; empty: all is equal
};

/// To be called when nothing is open any more.
verdict compare(const world& truth, const traders& told, instrument_registry& names);

} // namespace chaos
