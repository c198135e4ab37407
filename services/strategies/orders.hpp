#pragma once

#include "base/order.hpp"

namespace strike::strategies {

/// The prices of both sides of an instrument, as last seen.
struct touch {
  optional_price bid, ask;
  bool is_two_sided() const { return bid.has_value() && ask.has_value(); }
  double mid() const { return 0.5 * (to_double(*bid) + to_double(*ask)); } ///< two-sided only
  optional_price opposite_of(side x) const { return x == side::buy ? ask : bid; }
};

/// Down to a multiple of the lot; 0 if that is below the minimum.
quantity whole_lots(const instrument& rules, quantity size);
/// To the nearest multiple of the lot; 0 if that is below the minimum.
quantity nearest_lots(const instrument& rules, double size);

/// A price `ticks` worse than `from` for whoever trades that side, on the tick and never more aggressive by rounding.
/// Stops within the prices there are: above 0 (but for combos), binaries below 1.
price with_slippage(const instrument& rules, side by, price from, std::int64_t ticks);

/// An order that takes at once or is cancelled: a market order, or a limit at the opposite touch and `slippage` ticks.
/// `at` has the side that it takes.
order_request taker_order(const instrument& rules, instrument_id what, side by, quantity size, const touch& at,
                          order_type type, std::int64_t slippage);

} // namespace strike::strategies
