#include "polymarket/market.hpp"

#include <algorithm>

namespace strike::polymarket {

namespace {

constexpr quantity lot{nanos_per_unit / 100}; // of a share; fixed for all markets
constexpr price finest_tick{nanos_per_unit / 1000};

} // namespace

bool is_tradable(const market& x) { return x.is_active && !x.is_closed && x.accepts_orders && x.has_book; }

result<std::array<instrument, 2>> instruments_of(const market& x) {
  if (!x.tick && !x.is_closed) return fail(ec::malformed, "market " + x.condition + " is open, and has no tick size");
  std::array<instrument, 2> made;
  for (std::size_t i = 0; i < 2; ++i) {
    auto& to = made[i];
    to.at = venue::polymarket;
    to.symbol = x.tokens[i].id;
    to.info = {.kind = instrument_kind::binary, .quote = "pUSD", .settlement = "pUSD", .expiry_ns = x.end_ns};
    to.ticks.base = x.tick.value_or(finest_tick);
    to.lot = lot;
    to.minimum = std::max(lot, x.minimum.value_or(lot)); // old markets say 0
    to.outcome = x.tokens[i].outcome;
    to.complement = x.tokens[1 - i].id;
  }
  return made;
}

} // namespace strike::polymarket
