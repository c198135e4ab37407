#include "gateway-polymarket/market_table.hpp"

#include "base/time.hpp"

#include <algorithm>

namespace strike::gateway_polymarket {

namespace {

constexpr std::int64_t after_end_ns = 10 * ns_per_s; // a market that should have ended is asked about so often
constexpr std::int64_t tick_hold_ns = 60 * ns_per_s; // Gamma is cached

} // namespace

const market_table::entry* market_table::find(std::string_view token) const {
  const auto at = by_token_.find(token);
  return at == by_token_.end() ? nullptr : at->second;
}

std::string_view market_table::complement(std::string_view token) const {
  const auto* known = find(token);
  if (!known) return {};
  return known->rules[known->rules[0].symbol == token ? 1 : 0].symbol;
}

instrument_id market_table::first_of(std::string_view token) const {
  const auto* known = find(token);
  return known ? known->ids[0] : instrument_id{};
}

market_table::entry& market_table::open(const polymarket::market& x) {
  if (auto* known = find(x.tokens[0].id)) return *known;
  auto& made = markets_.emplace_back();
  for (const auto& token : x.tokens) by_token_.emplace(token.id, &made);
  return made;
}

void market_table::learn(const polymarket::market& x, const gateway::moment& now) {
  auto rules = instruments_of(x);
  if (!rules) return port_->note(gateway::oddity::malformed, "tick size", rules.error().text);
  auto& to = open(x);
  if (now.steady_ns < to.tick_held_until_ns)
    for (std::size_t i = 0; i < 2; ++i) (*rules)[i].ticks = to.rules[i].ticks;
  to.rules = std::move(*rules);
  to.end_ns = x.end_ns;
  for (std::size_t i = 0; i < 2; ++i) to.ids[i] = port_->define(to.rules[i], now.wall_ns);
  if (x.payout)
    pay(to, *x.payout, now.wall_ns);
  else
    set_trading(to, is_tradable(x), now.wall_ns);
}

void market_table::follow(std::string_view token, const gateway::moment& now) {
  auto* known = find(token);
  if (!known) return;
  known->is_followed = true;
  schedule(*known, now);
}

void market_table::tick_is(std::string_view token, price tick, std::int64_t venue_ns, const gateway::moment& now) {
  auto* known = find(token);
  if (!known) return;
  known->tick_held_until_ns = now.steady_ns + tick_hold_ns;
  auto& rules = known->rules[known->rules[0].symbol == token ? 0 : 1];
  if (rules.ticks.base == tick) return;
  rules.ticks = {.base = tick};
  port_->define(rules, venue_ns);
}

void market_table::resolved(std::span<const std::string_view> tokens, std::string_view winner, std::int64_t venue_ns) {
  for (const auto token : tokens) {
    auto* known = find(token);
    if (!known) continue;
    if (known->rules[0].symbol == winner) return pay(*known, {1, 0}, venue_ns);
    if (known->rules[1].symbol == winner) return pay(*known, {0, 1}, venue_ns);
    return set_trading(*known, false, venue_ns);
  }
}

void market_table::set_trading(entry& x, bool trades, std::int64_t venue_ns) {
  if (x.has_paid || x.is_halted != trades) return;
  x.is_halted = !trades;
  for (const auto id : x.ids)
    port_->set_state(id, trades ? instrument_state::resumed : instrument_state::halted, {}, venue_ns);
}

void market_table::pay(entry& x, const std::array<double, 2>& payout, std::int64_t venue_ns) {
  if (std::exchange(x.has_paid, true)) return;
  for (std::size_t i = 0; i < 2; ++i) port_->set_state(x.ids[i], instrument_state::settled, payout[i], venue_ns);
  unschedule(x);
}

// ---- when to ask again ----

void market_table::want(std::string_view token, const gateway::moment& now) {
  auto* known = find(token);
  if (!known) return;
  ++known->wants;
  schedule(*known, now);
}

void market_table::unwant(std::string_view token) {
  auto* known = find(token);
  if (!known || --known->wants > 0 || known->is_followed) return;
  unschedule(*known);
}

std::int64_t market_table::interval_ns(const entry& x, const gateway::moment& now) const {
  const bool has_ended = x.end_ns != 0 && now.wall_ns >= x.end_ns;
  if (has_ended) return std::min(after_end_ns, refresh_ns_);
  if (x.end_ns == 0) return refresh_ns_;
  return std::min(refresh_ns_, x.end_ns - now.wall_ns + after_end_ns);
}

/// Leaves the time of one that is scheduled as it is.
void market_table::schedule(entry& x, const gateway::moment& now) {
  if (x.refresh_ns != 0 || x.has_paid || (!x.is_followed && x.wants == 0)) return;
  x.refresh_ns = now.steady_ns + interval_ns(x, now);
  refreshes_.emplace(x.refresh_ns, &x);
}

void market_table::unschedule(entry& x) {
  if (x.refresh_ns == 0) return;
  refreshes_.erase({x.refresh_ns, &x});
  x.refresh_ns = 0;
}

std::vector<std::string> market_table::take_due(const gateway::moment& now, std::size_t most) {
  std::vector<std::string> tokens;
  if (due_ns() > now.steady_ns) return tokens;
  const auto soon_ns = now.steady_ns + after_end_ns / 2;
  std::vector<entry*> taken;
  while (!refreshes_.empty() && refreshes_.begin()->first <= soon_ns && taken.size() < most) {
    taken.push_back(refreshes_.begin()->second);
    unschedule(*taken.back());
  }
  for (auto* x : taken) {
    tokens.push_back(x->rules[0].symbol);
    schedule(*x, now);
  }
  return tokens;
}

} // namespace strike::gateway_polymarket
