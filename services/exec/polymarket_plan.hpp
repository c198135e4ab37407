#pragma once

#include "base/order.hpp"
#include "exec/polymarket_settings.hpp"
#include "polymarket/market.hpp"
#include "polymarket/order.hpp"

namespace strike::exec {

/// What one signed order will say.
struct polymarket_plan {
  price limit;
  quantity size;
  polymarket::amounts amounts;
  polymarket::order_kind kind = polymarket::order_kind::gtc;
  std::int64_t expiration_s = 0;
};

/// @param size of this leg: what is left
/// @param limit of a market order the worst price that its book asks for
/// @param venue_ns the venue's clock
/// @returns `ec::invalid_order` for what the venue would refuse or cannot do, with what to do instead
result<polymarket_plan> plan_polymarket(const order_request& asked, price limit, quantity size,
                                        const polymarket::market& at, price tick, const polymarket_settings& how,
                                        std::int64_t venue_ns);

/// What can be said before anything is known of the market.
result<void> check_polymarket(const order_request& asked, const polymarket_settings& how, bool is_closed_only,
                              std::int64_t venue_ns);

} // namespace strike::exec
