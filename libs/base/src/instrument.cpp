#include "base/instrument.hpp"

namespace strike {

namespace {

/// The multiple of `tick` at or below p; also for negative prices.
price floor_to(price p, price tick) {
  auto rest = p.nanos % tick.nanos;
  if (rest < 0) rest += tick.nanos;
  return {p.nanos - rest};
}

} // namespace

price tick_table::tick_at(price p) const {
  price tick = base;
  for (const auto& x : steps)
    if (x.above < p) tick = x.tick;
  return tick;
}

bool tick_table::is_on_tick(price p) const { return p.nanos % tick_at(p).nanos == 0; }

price tick_table::round_down(price p) const { return floor_to(p, tick_at(p)); }

price tick_table::round_up(price p) const {
  const auto down = round_down(p);
  return down == p ? p : down + tick_at(p);
}

price tick_table::next_above(price p) const {
  // the smallest tick that applies just above p
  price tick = base;
  for (const auto& x : steps)
    if (x.above <= p) tick = x.tick;
  return floor_to(p, tick) + tick;
}

price tick_table::next_below(price p) const {
  const auto tick = tick_at(p);
  const auto down = floor_to(p, tick);
  return down == p ? p - tick : down;
}

} // namespace strike
