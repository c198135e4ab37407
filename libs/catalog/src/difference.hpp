#pragma once

#include "catalog/market.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace strike::catalog {

/// The markets of one venue, by id, each id once.
using market_list = std::vector<market_ptr>;
market_list sorted(std::vector<market> markets);

/// What leads from a list back to the one before it.
struct difference {
  std::int64_t at_ns = 0;         ///< since when the later list holds
  std::int64_t since_ns = 0;      ///< since when the earlier one held
  std::vector<std::string> added; ///< ids that only the later list has
  market_list removed;            ///< that only the earlier one has
  market_list changed;            ///< as they were in the earlier one; volume and liquidity are no change
  bool is_empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

/// Without the times.
difference difference_between(const market_list& earlier, const market_list& later);
/// The earlier list.
market_list undone(const difference& x, const market_list& later);

} // namespace strike::catalog
