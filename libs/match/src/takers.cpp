#include "exchange_state.hpp"

#include <algorithm>

namespace strike::match {

namespace {

price limit_of(const order_request& x) { return x.type == order_type::market ? any_price(x.side) : x.limit; }

/// The first price a taker would meet; none if nothing is available down to `limit`.
optional_price first_offer(const display& shown, side taker, price limit, const tick_table& ticks) {
  optional_price first;
  shown.each_offer(taker, limit, &ticks, [&](price at, quantity) { return first = at, false; });
  return first;
}

bool fills_whole(const display& shown, const live_order& order, const tick_table& ticks) {
  auto missing = order.rest();
  shown.each_offer(order.request.side, limit_of(order.request), &ticks, [&](price, quantity available) {
    missing -= std::min(missing, available);
    return missing > quantity{};
  });
  return missing == quantity{};
}

std::string_view why_no_more(const market& m, const order_request& x) {
  const auto met = m.shown.best(opposite(x.side));
  if (met == no_ask) return m.shown.has_broken_book() ? "no ask displayed: the book is not live" : "no ask displayed";
  if (met == no_bid) return m.shown.has_broken_book() ? "no bid displayed: the book is not live" : "no bid displayed";
  return x.tif == time_in_force::fok ? "fok: too little" : "no more depth"; // short: most ioc orders end so
}

} // namespace

/// An order that passed the checks: takes, then rests or ends.
/// @param refused_as its state if it may not take but would
void exchange::state::submit(market& m, live_order order, order_state refused_as) {
  auto& x = order.request;
  const auto& what = rules.of(x.instrument);
  if (m.trusted != trust::live || m.shown.has_broken_book()) [[unlikely]]
    warn(m, x.instrument, warning::stale_quote, "an order acted on data marked stale or resyncing");
  if (x.post_only) {
    if (const auto met = first_offer(m.shown, x.side, x.limit, what.ticks)) {
      if (config.post_only_reprices)
        x.limit = x.side == side::buy ? what.ticks.next_below(*met) : what.ticks.next_above(*met);
      if (!config.post_only_reprices || x.limit <= price{})
        return report(order, refused_as, "post-only order would cross at " + to_string(*met));
    }
  } else if (x.tif != time_in_force::fok || fills_whole(m.shown, order, what.ticks)) {
    take(m, order, what);
  }
  if (order.rest() == quantity{}) return;
  if (x.tif == time_in_force::gtc || x.tif == time_in_force::gtd) return rest(m, std::move(order));
  report(order, order_state::cancelled, why_no_more(m, x));
}

void exchange::state::take(market& m, live_order& order, const instrument& what) {
  const auto& x = order.request;
  m.shown.each_offer(x.side, limit_of(x), &what.ticks, [&](price at, quantity available) {
    const auto size = std::min(available, order.rest());
    if (config.consume) m.shown.consume(x.side, at, size);
    execute(m, order, at, size, liquidity::taker, fill_reason::touch);
    return order.rest() > quantity{};
  });
}

void exchange::state::rest(market& m, live_order order) {
  const auto& x = order.request;
  order.shown = m.shown.size_at(x.side, x.limit);
  if (order.shown) order.front = to_double(*order.shown);
  order.arrival = ++arrivals;
  if (x.tif == time_in_force::gtd) {
    good_till.emplace(x.expire_ns, order.id.value);
    reset_deadline();
  }
  const auto at = orders.add(order);
  m.own->resting(x.side).add(x.limit, at);
  report(order, order.filled > quantity{} ? order_state::partially_filled : order_state::open);
}

void exchange::state::execute(market& m, live_order& order, price at, quantity size, liquidity by, fill_reason why) {
  const auto& x = order.request;
  if (m.funding) accrue_funding(m, x.instrument); // on the position before this fill
  const auto& fees = m.own->fees;
  const double underlying = *(m.underlying || m.feed == nullptr ? m.underlying : m.feed->value());
  fill done{now_ns, order.id, x.instrument, x.side, at, size, {}, by, why};
  done.fee = fees.fee(rules.of(x.instrument), by, at, size, underlying);
  if (by == liquidity::taker) { // `flat` is per order, not per level
    const bool has_flat = fees.rule == fee_rule::notional || fees.rule == fee_rule::capped_premium;
    if (order.flat_fee_paid && has_flat) done.fee -= fees.flat;
    order.flat_fee_paid = true;
  }
  order.filled += size;
  accounts.book(order.owner, done);
  report(order, order.rest() == quantity{} ? order_state::filled : order_state::partially_filled, {}, &done);
}

void exchange::state::report(const live_order& order, order_state now, std::string_view reason, const fill* execution) {
  order_update update{now_ns, order.id, order.request.instrument, now, order.filled, order.rest(), {}, {}};
  if (is_final(now)) update.remaining = {};
  if (execution != nullptr) update.execution = *execution;
  update.reason = reason;
  listener.on_update(order.owner, update);
}

} // namespace strike::match
