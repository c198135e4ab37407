#include "exchange_state.hpp"
#include "money_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::match {

namespace {

/// Where 64-bit counts of 1e-9 end.
constexpr std::int64_t largest_nanos = 9'200'000'000 * nanos_per_unit;

bool is_combo(instrument_kind kind) {
  return kind == instrument_kind::future_combo || kind == instrument_kind::option_combo;
}

std::string form_fault(const order_request& x, std::int64_t now_ns) {
  const bool is_immediate = x.tif == time_in_force::ioc || x.tif == time_in_force::fok;
  if (x.type == order_type::market && !is_immediate) return "a market order cannot be gtd";
  if (x.post_only && is_immediate) return "a post-only order must be gtc or gtd";
  if (x.tif == time_in_force::gtd && x.expire_ns <= now_ns) return "expire_ns of the gtd order has passed";
  return {};
}

std::string price_fault(const instrument& what, price limit) {
  if (limit <= price{}) return fmt::format("price {} is not above 0", to_string(limit));
  if (what.info.kind == instrument_kind::binary && limit.nanos >= nanos_per_unit)
    return fmt::format("price {} is not below 1", to_string(limit));
  if (!what.ticks.is_on_tick(limit))
    return fmt::format("price {} is not on the tick {}", to_string(limit), to_string(what.ticks.tick_at(limit)));
  return {};
}

std::string stop_fault(const instrument& what, const order_request& x) {
  if (x.post_only) return "a stop order cannot be post-only";
  if (auto why = price_fault(what, x.stop); !why.empty()) return "stop " + why;
  const bool has_index = what.info.kind != instrument_kind::binary;
  return x.trigger == stop_trigger::index && !has_index ? "there is no index to trigger on" : std::string{};
}

std::string size_fault(const instrument& what, quantity size) {
  if (size < what.minimum || size <= quantity{})
    return fmt::format("size {} is below the minimum {} of {}:{}", to_string(size), to_string(what.minimum),
                       to_text(what.at), what.symbol);
  if (size.nanos % what.lot.nanos != 0)
    return fmt::format("size {} is not a multiple of the lot {}", to_string(size), to_string(what.lot));
  return {};
}

/// @param at the limit, or what a market order would meet; of no matter for inverse futures, whose sizes are money
std::string bound_fault(const instrument& what, price at, quantity size, quantity held) {
  const int128 units = mul_div(size.nanos, what.multiplier.nanos, nanos_per_unit);
  if (units > largest_nanos || (!is_coin_future(what) && units * at.nanos / nanos_per_unit > largest_nanos))
    return fmt::format("size {} at price {} is worth more than 9.2e9", to_string(size), to_string(at));
  if (int128{magnitude(held).nanos} + size.nanos > largest_nanos)
    return fmt::format("size {} would make a position above 9.2e9", to_string(size));
  return {};
}

bool reduces(const order_request& x, quantity held) {
  return x.side == side::buy ? held < quantity{} : held > quantity{};
}

} // namespace

std::string exchange::state::closed_fault(const market& m, const instrument& what) const {
  const bool is_past =
      what.info.kind != instrument_kind::binary && what.info.expiry_ns != 0 && what.info.expiry_ns <= now_ns;
  if (m.is_closed || is_past) return fmt::format("{}:{} has expired", to_text(what.at), what.symbol);
  if (m.is_halted) return fmt::format("{}:{} is halted", to_text(what.at), what.symbol);
  return {};
}

std::string exchange::state::refusal(const market& m, const order_request& x, quantity held) const {
  const auto& what = rules.of(x.instrument);
  if (is_combo(what.info.kind))
    return fmt::format("{}:{} is a combo: simulated orders are for single instruments, trade its legs",
                       to_text(what.at), what.symbol);
  auto why = closed_fault(m, what);
  if (why.empty()) why = form_fault(x, now_ns);
  if (why.empty() && x.type == order_type::limit) why = price_fault(what, x.limit);
  if (why.empty() && x.stop != price{}) why = stop_fault(what, x);
  if (why.empty()) why = size_fault(what, x.size);
  if (!why.empty()) return why;
  if (x.reduce_only && !reduces(x, held))
    return fmt::format("reduce only: a {} does not reduce a position of {}", to_text(x.side), to_string(held));
  const auto met = m.shown.best(opposite(x.side));
  const bool is_priced = x.type == order_type::limit;
  return bound_fault(what, is_priced ? x.limit : met == no_bid || met == no_ask ? price{} : met, x.size, held);
}

void exchange::state::place(owner_id owner, order_id id, const order_request& request) {
  live_order order{.id = id, .owner = owner, .request = request};
  const bool never_rests = request.type == order_type::market && request.tif == time_in_force::gtc;
  if (never_rests) order.request.tif = time_in_force::ioc;
  const auto refuse = [&](std::string_view why) { report(order, order_state::rejected, why); };
  if (request.instrument.index >= instruments.size()) return refuse("unknown instrument");
  if (id.value == 0) return refuse("order id 0 means none");
  if (orders.find(id) != order_slab::none) return refuse(fmt::format("order id {} is open already", id.value));
  auto& m = market_of(request.instrument);
  const auto held = accounts.of(owner, request.instrument).size;
  if (const auto why = refusal(m, order.request, held); !why.empty()) return refuse(why);
  desk_of(m, request.instrument);
  owner_count = std::max(owner_count, owner + 1);
  if (request.reduce_only) order.request.size = std::min(request.size, magnitude(held));
  if (request.stop > price{})
    hold_back(m, std::move(order));
  else
    submit(m, std::move(order), order_state::rejected);
  watch(m, request.instrument);
}

void exchange::state::amend(owner_id owner, order_id id, price limit, quantity size) {
  const auto at = orders.find(id);
  if (at == order_slab::none || orders[at].owner != owner) return;
  auto& order = orders[at];
  const auto state_now = order.filled > quantity{} ? order_state::partially_filled : order_state::open;
  const auto& what = rules.of(order.request.instrument);
  const auto traded = order.request.instrument;
  auto& m = market_of(traded);
  auto why = closed_fault(m, what);
  if (why.empty() && order.request.type == order_type::limit) why = price_fault(what, limit);
  if (why.empty()) why = size_fault(what, size);
  if (why.empty()) why = bound_fault(what, limit, size, accounts.of(owner, order.request.instrument).size);
  if (!why.empty()) return report(order, state_now, fmt::format("amend refused: {}", why));
  if (order.request.stop > price{}) return amend_stop(at, limit, size);
  if (size <= order.filled) return end(at, order_state::cancelled, "amended to what is filled");
  if (limit == order.request.limit && size <= order.request.size) {
    order.request.size = size;
    return report(order, state_now);
  }
  live_order fresh{.id = id, .owner = owner, .request = order.request, .filled = order.filled};
  fresh.flat_fee_paid = order.flat_fee_paid;
  leave(m, at);
  fresh.request.limit = limit;
  fresh.request.size = size;
  if (fresh.request.reduce_only) fresh.request.size = fresh.filled + closable(fresh);
  if (fresh.rest() == quantity{}) return report(fresh, order_state::cancelled, "reduce only: no position is left");
  submit(m, std::move(fresh), order_state::cancelled);
  watch(m, traded);
}

/// Takes a resting order out of the market in a final state other than filled.
void exchange::state::end(order_slab::slot at, order_state how, std::string_view reason) {
  const auto order = orders[at];
  leave(market_of(order.request.instrument), at);
  report(order, how, reason);
}

} // namespace strike::match
