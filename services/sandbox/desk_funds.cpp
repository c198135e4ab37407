#include "sandbox/trading_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

// Of `trading_desk`: positions, balances and what orders may cost. A plain margin, so that a client can run out of it:
// no venue's model.
namespace strike::sandbox {

namespace {

constexpr std::int64_t e18 = nanos_per_unit * nanos_per_unit;
constexpr double short_option_factor = 5;

bool is_margined(instrument_kind x) { return x == instrument_kind::future || x == instrument_kind::perpetual; }
bool is_coin_future(const instrument& x) { return x.info.is_inverse && is_margined(x.info.kind); }
bool is_spot(const instrument& x) { return x.info.kind == instrument_kind::spot; }
bool is_binary(const instrument& x) { return x.info.kind == instrument_kind::binary; }
money money_of(double x) { return {static_cast<int128>(std::llround(x * 1e9))}; }

} // namespace

match::holding trading_desk::position(owner_id owner, instrument_id of) const {
  auto made = exchange_.accounts().of(owner, of);
  const auto found = undone_.find({owner, of.index});
  if (found == undone_.end()) return made;
  made.size -= found->second.size;
  made.cost -= found->second.flow;
  made.fees -= found->second.fee;
  return made;
}

quantity trading_desk::held_at_the_end(owner_id owner, instrument_id of) const {
  quantity size;
  for (const auto& x : settlements_)
    if (x.owner == owner && x.instrument == of) size += x.size;
  return size;
}

/// Of what was taken back nothing is left to be paid out.
void trading_desk::on_settlement(const match::settlement& what) {
  auto made = what;
  if (const auto found = undone_.find({what.owner, what.instrument.index}); found != undone_.end()) {
    auto& x = found->second;
    if (what.size != quantity{}) x.flow.nanos += what.payoff.nanos * x.size.nanos / what.size.nanos;
    made.size -= std::exchange(x.size, quantity{});
  }
  settlements_.push_back(made);
}

void trading_desk::each_position(owner_id of,
                                 const std::function<void(instrument_id, const match::holding&)>& visit) const {
  exchange_.accounts().each([&](owner_id owner, instrument_id id, const match::holding&) {
    if (owner == of) visit(id, position(owner, id));
  });
}

void trading_desk::reverse(std::uint64_t fill_sequence) {
  auto& x = fills_[fill_sequence - 1];
  if (std::exchange(x.is_reversed, true)) return;
  const auto signed_size = x.what.side == side::buy ? x.what.size : -x.what.size;
  auto& to = undone_[{x.owner, x.what.instrument.index}];
  to.size += signed_size;
  to.flow += match::trade_flow(rules_.of(x.what.instrument), x.what.at, signed_size);
  to.fee += x.what.fee;
}

std::vector<std::string> trading_desk::currencies(owner_id of) const {
  std::set<std::string> made;
  for (const auto& [currency, unused] : accounts_[of].start) made.insert(currency);
  for (const auto& x : exchange_.accounts().balances())
    if (x.owner == of && x.at == how_.at) made.insert(x.currency);
  return {made.begin(), made.end()};
}

money trading_desk::balance(owner_id of, std::string_view currency) const {
  money sum;
  if (const auto found = accounts_[of].start.find(currency); found != accounts_[of].start.end()) sum += found->second;
  for (const auto& x : exchange_.accounts().balances())
    if (x.owner == of && x.at == how_.at && x.currency == currency) sum += x.cash;
  exchange_.accounts().each([&](owner_id owner, instrument_id id, const match::holding& h) {
    const auto& what = rules_.of(id);
    if (owner != of || what.at != how_.at) return;
    if ((is_spot(what) && what.info.base == currency) || (is_binary(what) && what.symbol == currency))
      sum.nanos += h.size.nanos;
  });
  for (const auto& [key, x] : undone_) {
    if (key.first != of) continue;
    const auto& what = rules_.of(instrument_id{key.second});
    if (what.info.settlement == currency) sum -= x.flow - x.fee;
    if ((is_spot(what) && what.info.base == currency) || (is_binary(what) && what.symbol == currency))
      sum.nanos -= x.size.nanos;
  }
  return sum;
}

money trading_desk::open_profit(owner_id of, std::string_view currency) const {
  money sum;
  each_position(of, [&](instrument_id id, const match::holding& h) {
    const auto& what = rules_.of(id);
    const auto mark = exchange_.mark(id);
    if (h.size == quantity{} || !mark || *mark <= 0 || !is_margined(what.info.kind) || what.info.settlement != currency)
      return;
    sum += money_of(match::trade_flow(what, *mark, -h.size)) + h.cost;
  });
  return sum;
}

money trading_desk::option_value(owner_id of, std::string_view currency) const {
  money sum;
  each_position(of, [&](instrument_id id, const match::holding& h) {
    const auto& what = rules_.of(id);
    if (what.info.kind != instrument_kind::option || what.info.settlement != currency) return;
    if (const auto mark = exchange_.mark(id)) sum += money_of(match::trade_flow(what, *mark, -h.size));
  });
  return sum;
}

/// Of a position or of what an order would make of it; `size` is signed.
money trading_desk::margin_of(instrument_id id, quantity size, optional_price at) const {
  const auto& what = rules_.of(id);
  const double units = std::abs(to_double(size) * to_double(what.multiplier));
  const double mark = at ? to_double(*at) : exchange_.mark(id).value_or(0);
  if (is_coin_future(what)) return money_of(mark > 0 ? units / mark * how_.margin : 0);
  if (is_margined(what.info.kind)) return money_of(units * mark * how_.margin);
  if (what.info.kind != instrument_kind::option || size >= quantity{}) return {};
  const double underlying = what.info.is_inverse ? 1 : view_.at(id).quote.index.value_or(0);
  return money_of(units * underlying * how_.margin * short_option_factor);
}

money trading_desk::margin_of_position(owner_id owner, instrument_id of) const {
  const auto held = position(owner, of).size;
  return held == quantity{} ? money{} : margin_of(of, held, {});
}

money trading_desk::margin_of_positions(owner_id of, std::string_view currency) const {
  money sum;
  each_position(of, [&](instrument_id id, const match::holding& h) {
    if (h.size != quantity{} && rules_.of(id).info.settlement == currency) sum += margin_of_position(of, id);
  });
  return sum;
}

/// What `size` of an order takes from its account, and in which currency.
trading_desk::need trading_desk::need_of(const order_request& x, quantity size) const {
  const auto& what = rules_.of(x.instrument);
  const bool is_market = x.type == order_type::market;
  const auto at = is_market ? opposite_touch(x.instrument, x.side) : optional_price{x.limit};
  const money cost{int128{at ? (*at).nanos : 0} * size.nanos / nanos_per_unit * what.multiplier.nanos / nanos_per_unit};
  if (x.reduce_only) return {what.info.settlement, {}};
  if (is_spot(what) || is_binary(what)) {
    if (x.side == side::buy) return {what.info.settlement, cost};
    return {is_spot(what) ? what.info.base : what.symbol, {size.nanos}};
  }
  if (what.info.kind == instrument_kind::option && x.side == side::buy) return {what.info.settlement, cost};
  return {what.info.settlement, margin_of(x.instrument, x.side == side::buy ? size : -size, at)};
}

money trading_desk::margin_of_orders(owner_id of, std::string_view currency) const {
  money sum;
  for (const auto id : accounts_[of].open) {
    const auto& x = at(id);
    if (x.state == order_state::pending) continue; // waits for its trigger
    if (const auto wants = need_of(x.request, x.rest()); wants.currency == currency) sum += wants.amount;
  }
  return sum;
}

money trading_desk::available(owner_id of, std::string_view currency) const {
  return balance(of, currency) + open_profit(of, currency) - margin_of_positions(of, currency) -
         margin_of_orders(of, currency);
}

std::optional<refused> trading_desk::funds_objection(owner_id owner, const order_request& x) const {
  const auto held = position(owner, x.instrument).size;
  const auto against = x.side == side::buy ? -held : held; // what the order closes
  const auto& what = rules_.of(x.instrument);
  const bool can_close = !is_spot(what) && !is_binary(what);
  const auto opening = can_close ? x.size - std::clamp(against, quantity{}, x.size) : x.size;
  const auto wants = need_of(x, opening);
  if (wants.amount <= money{}) return {};
  const auto left = available(owner, wants.currency);
  if (wants.amount <= left) return {};
  return refused{objection::funds, fmt::format("needs {} {}, available are {}", to_string(wants.amount), wants.currency,
                                               to_string(left))};
}

} // namespace strike::sandbox
