// Stop orders are held back until the price of their trigger is at or beyond their stop; then they are what they would
// have been without it. Source: Deribit API v2, `private/buy`, `trigger`: last price, mark price, index price.
#include "exchange_state.hpp"

#include <algorithm>

namespace strike::match {

namespace {

bool is_reached(side of, double now, price stop) {
  return of == side::buy ? now >= to_double(stop) : now <= to_double(stop);
}

} // namespace

optional_double exchange::state::trigger_price(const market& m, stop_trigger by) const {
  switch (by) {
  case stop_trigger::last:
    return m.last ? to_double(*m.last) : optional_double{};
  case stop_trigger::mark:
    return m.mark;
  case stop_trigger::index:
    return m.feed != nullptr ? m.feed->value() : optional_double{};
  }
  return {};
}

/// Those that are reached already go at once, as everywhere.
void exchange::state::hold_back(market& m, live_order order) {
  const auto id = order.request.instrument;
  order.arrival = ++arrivals;
  if (order.request.tif == time_in_force::gtd) {
    good_till.emplace(order.request.expire_ns, order.id.value);
    reset_deadline();
  }
  const auto at = orders.add(order);
  m.own->stops.push_back(at);
  report(order, order_state::open);
  release_stops(m, id);
}

/// Lets the stop orders go whose price is reached, the oldest first.
void exchange::state::release_stops(market& m, instrument_id id) {
  if (!m.own) return;
  for (;;) {
    auto& stops = m.own->stops; // one that trades may reach the next: look again
    const auto hit = std::ranges::find_if(stops, [&](order_slab::slot at) {
      const auto& x = orders[at].request;
      const auto now = trigger_price(m, x.trigger);
      return now && is_reached(x.side, *now, x.stop);
    });
    if (hit == stops.end()) return watch(m, id);
    auto order = orders[*hit];
    leave(m, *hit);
    order.request.stop = {};
    if (order.request.reduce_only) order.request.size = closable(order);
    if (order.rest() == quantity{})
      report(order, order_state::cancelled, "reduce only: no position is left");
    else
      submit(m, std::move(order), order_state::cancelled);
  }
}

void exchange::state::amend_stop(order_slab::slot at, price limit, quantity size) {
  auto& order = orders[at];
  if (order.request.type == order_type::limit) order.request.limit = limit;
  order.request.size = size;
  report(order, order_state::open);
}

} // namespace strike::match
