#include "sandbox/made_instrument.hpp"

#include <algorithm>

namespace strike::sandbox {

namespace {

price nearest(double x) { return *nearest_decimal<price>(x); }

} // namespace

price mirrored(price p) { return price{nanos_per_unit} - p; }

book_levels mirrored(const book_levels& levels) {
  book_levels x;
  for (const auto& level : levels) x.push_back({mirrored(level.at), level.size});
  return x;
}

ticker mirrored(const ticker& x) {
  ticker y = x;
  const auto flip = [](optional_price p) { return p ? optional_price{mirrored(*p)} : p; };
  y.best_bid = flip(x.best_ask);
  y.best_ask = flip(x.best_bid);
  std::swap(y.best_bid_size, y.best_ask_size);
  y.last = flip(x.last);
  y.mark = 1 - *x.mark;
  return y;
}

quote_book::target touch_about(const valuation& value, const instrument& rules) {
  const auto kind = rules.info.kind;
  quote_book::target to{.bid = rules.ticks.round_down(nearest(value.fair - value.half_spread)),
                        .ask = rules.ticks.round_up(nearest(value.fair + value.half_spread))};
  if (kind == instrument_kind::option_combo) return to; // may be below 0
  const price tick = rules.ticks.base;
  if (kind == instrument_kind::binary) {
    to.bid = std::clamp(*to.bid, tick, mirrored(tick) - tick);
    to.ask = std::clamp(*to.ask, *to.bid + tick, mirrored(tick));
    return to;
  }
  if (*to.bid < tick) to.bid.reset();
  to.ask = std::max(*to.ask, to.bid ? rules.ticks.next_above(*to.bid) : tick);
  return to;
}

quote_book::limits book_limits(const made_contract& of, std::size_t depth) {
  quote_book::limits x{.lot = of.rules.lot, .typical = of.typical, .depth = depth};
  if (of.rules.info.kind == instrument_kind::option_combo) return x;
  x.lowest = of.rules.ticks.base;
  if (of.rules.info.kind == instrument_kind::binary) x.highest = mirrored(of.rules.ticks.base);
  return x;
}

} // namespace strike::sandbox
