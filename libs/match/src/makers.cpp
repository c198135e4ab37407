#include "exchange_state.hpp"

#include <algorithm>
#include <cmath>

namespace strike::match {

/// Fills resting orders that the opposite display reaches or passes, up to what it shows.
void exchange::state::cross(market& m, side of) {
  auto& line = m.own->resting(of);
  for (auto i = line.size(); i-- > 0;) {
    const auto at = line[i];
    const auto& order = orders[at];
    const auto limit = order.request.limit;
    if (is_worse(of, m.shown.best(opposite(of)), limit)) return; // the rest of the line stands behind this one
    const auto wanted = closable(order);
    quantity sum;
    m.shown.each_offer(of, limit, nullptr, [&](price level, quantity available) {
      const auto part = std::min(available, wanted - sum);
      if (config.consume) m.shown.consume(of, level, part);
      sum += part;
      return sum < wanted;
    });
    if (sum > quantity{} || wanted == quantity{}) fill_resting(m, at, sum, fill_reason::cross);
  }
}

void exchange::state::update_queue(market& m, side of) {
  const auto& line = m.own->resting(of);
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto& order = orders[line[i]];
    const auto size = m.shown.size_at(of, order.request.limit);
    if (!size || size == order.shown) continue;
    const double now = to_double(*size);
    if (order.front && order.shown)
      order.front = m.own->queue.after_change(*order.front, to_double(*order.shown), now, to_double(order.traded));
    else
      order.front = std::min(order.front.value_or(now), now); // seen for the first time: we stand behind all of it
    order.shown = size;
    order.traded = {};
  }
}

void exchange::state::match_trade(market& m, const trade& t, side aggressor) {
  const auto of = opposite(aggressor);
  auto& line = m.own->resting(of);
  quantity taken; // of this trade, by own orders
  for (auto i = line.size(); i-- > 0;) {
    const auto at = line[i];
    auto& order = orders[at];
    if (is_worse(of, t.at, order.request.limit)) return;
    auto why = fill_reason::trade;
    const auto share = trade_share(order, t, taken, why);
    if (share <= quantity{}) continue;
    const auto size = std::min(share, closable(order));
    taken += size;
    fill_resting(m, at, size, why);
  }
}

/// What a trade at or through the order's price leaves for it, and how it moves in the queue.
quantity exchange::state::trade_share(live_order& order, const trade& t, quantity taken, fill_reason& why) {
  if (t.at != order.request.limit) { // all that stood before us at our price is gone
    order.front = 0.0;
    return t.size - taken;
  }
  why = fill_reason::queue;
  order.traded += t.size;
  if (!order.front) return {};
  const double front = *order.front - to_double(t.size);
  order.front = std::max(front, 0.0);
  if (front >= 0) return {};
  const auto lot = rules.of(order.request.instrument).lot;
  const quantity ours{std::llround(-front / to_double(lot)) * lot.nanos};
  return std::min(ours, t.size) - taken;
}

/// Fills and, once nothing is left, removes a resting order. Size 0 ends a reduce-only order without a position.
void exchange::state::fill_resting(market& m, order_slab::slot at, quantity size, fill_reason why) {
  auto& order = orders[at];
  if (size <= quantity{}) {
    end(at, order_state::cancelled, "reduce only: no position is left");
    return;
  }
  execute(m, order, order.request.limit, size, liquidity::maker, why);
  if (order.rest() == quantity{}) leave(m, at);
}

/// What may fill: the rest of the order, or of the position if it may only reduce that.
quantity exchange::state::closable(const live_order& order) const {
  if (!order.request.reduce_only) return order.rest();
  const auto held = accounts.of(order.owner, order.request.instrument).size;
  const auto open = order.request.side == side::buy ? -held : held;
  return std::clamp(open, quantity{}, order.rest());
}

void exchange::state::leave(market& m, order_slab::slot at) {
  const auto& order = orders[at];
  if (order.request.stop > price{})
    std::erase(m.own->stops, at);
  else
    m.own->resting(order.request.side).remove(order.request.limit, at);
  if (order.request.tif == time_in_force::gtd) {
    good_till.erase({order.request.expire_ns, order.id.value});
    reset_deadline();
  }
  orders.remove(at);
}

} // namespace strike::match
