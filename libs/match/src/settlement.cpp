// Payoff per unit at delivery price S and strike K: linear call max(0, S - K), put max(0, K - S), in quote currency;
// inverse call max(0, 1 - K/S), put max(0, K/S - 1), in coin. Binary: the outcome's 1, 0 or 0.5.
// Futures close at S against their cost. Source: specs "The simulated venue", section 4.
#include "exchange_state.hpp"
#include "money_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::match {

namespace {

constexpr double funding_period_ns = 8 * 3600e9;

double payoff_of(const instrument& what, double delivery) {
  if (what.info.kind != instrument_kind::option) return delivery;
  if (!what.info.strike || !what.info.right) return 0;
  const double k = to_double(*what.info.strike);
  const double gain = *what.info.right == option_type::call ? delivery - k : k - delivery;
  return std::max(0.0, what.info.is_inverse ? gain / delivery : gain);
}

/// What the position receives; negative = pays.
money payoff_of(const instrument& what, const holding& h, double delivery, double per_unit) {
  if (is_margined(what.info.kind)) return money_from(trade_flow(what, delivery, -h.size)) + h.cost;
  return money_from(to_double(h.size) * to_double(what.multiplier) * per_unit);
}

} // namespace

/// Ends trading: open orders go first, the best in line first.
void exchange::state::expire(market& m, instrument_id, std::string_view reason) {
  m.is_closed = true;
  if (!m.own) return;
  while (!m.own->stops.empty()) end(m.own->stops.front(), order_state::expired, reason);
  for (const auto of : {side::buy, side::sell})
    for (auto& line = m.own->resting(of); line.size() > 0;) end(line[line.size() - 1], order_state::expired, reason);
}

void exchange::state::settle_at_expiry(market& m, instrument_id id) {
  expire(m, id, "instrument expired");
  bool is_held = false;
  for (owner_id owner = 0; owner < owner_count; ++owner) is_held |= accounts.of(owner, id).size != quantity{};
  if (!is_held) return;
  const auto price_of = m.feed != nullptr ? m.feed->over(now_ns) : index_feed::average{};
  if (!price_of.value || *price_of.value <= 0)
    return warn(m, id, warning::no_delivery_price, "expired without any index; the position stays");
  if (price_of.is_old)
    warn(m, id, warning::old_index, "delivery price from an index value older than the settlement window");
  settle(m, id, *price_of.value);
}

void exchange::state::settle(market& m, instrument_id id, double delivery) {
  const auto& what = rules.of(id);
  const double per_unit = payoff_of(what, delivery);
  for (owner_id owner = 0; owner < owner_count; ++owner) {
    const auto& h = accounts.of(owner, id);
    if (h.size == quantity{}) continue;
    settlement x{.venue_ns = now_ns, .owner = owner, .instrument = id, .size = h.size, .delivery = delivery};
    x.payoff = payoff_of(what, h, delivery, per_unit);
    x.fee = m.own->fees.delivery_fee(what, magnitude(h.size), delivery, per_unit);
    accounts.settle(x);
    listener.on_settlement(x);
  }
}

/// Books what open positions paid or received since the last call: rate x time / 8 hours x value at the mark.
void exchange::state::accrue_funding(market& m, instrument_id id) {
  auto& d = *m.own;
  const auto elapsed_ns = now_ns - d.funded_until_ns;
  d.funded_until_ns = now_ns;
  const auto mark = mark_of(m);
  if (elapsed_ns <= 0 || !m.funding || !mark || *mark <= 0) return;
  const auto& what = rules.of(id);
  d.funding_owed.resize(owner_count);
  for (owner_id owner = 0; owner < owner_count; ++owner) {
    const auto size = accounts.of(owner, id).size;
    if (size == quantity{}) continue;
    const double flow = trade_flow(what, *mark, size), value = is_coin_future(what) ? flow : -flow;
    auto& owed = d.funding_owed[owner];
    owed -= *m.funding * (static_cast<double>(elapsed_ns) / funding_period_ns) * value * 1e9;
    const double whole = std::trunc(owed); // many short steps would each round to nothing
    owed -= whole;
    if (whole != 0) accounts.fund(owner, id, {static_cast<int128>(whole)});
  }
}

result<void> exchange::merge(owner_id owner, instrument_id yes, instrument_id no, quantity size, std::int64_t now_ns) {
  advance(now_ns);
  auto& s = *state_;
  if (yes.index >= s.instruments.size() || no.index >= s.instruments.size())
    return fail(ec::invalid_order, "merge: unknown instrument");
  const auto a = s.rules.of(yes), b = s.rules.of(no);
  const bool is_pair = yes != no && a.at == b.at && a.info.kind == instrument_kind::binary &&
                       b.info.kind == instrument_kind::binary && (a.complement == b.symbol || b.complement == a.symbol);
  if (!is_pair)
    return fail(ec::invalid_order,
                fmt::format("merge: {} and {} are not the two outcomes of one market", s.name(yes), s.name(no)));
  const auto held = std::min(s.accounts.of(owner, yes).size, s.accounts.of(owner, no).size);
  if (size <= quantity{} || size > held)
    return fail(ec::invalid_order, fmt::format("merge: {} of each outcome asked for, {} held", to_string(size),
                                               to_string(std::max(held, quantity{}))));
  s.accounts.merge(owner, yes, no, size);
  return {};
}

} // namespace strike::match
