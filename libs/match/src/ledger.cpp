#include "match/ledger.hpp"

#include "money_rules.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace strike::match {

namespace {

constexpr std::int64_t e18 = nanos_per_unit * nanos_per_unit;

void add_turnover(quantity& sum, quantity size) {
  if (__builtin_add_overflow(sum.nanos, size.nanos, &sum.nanos)) sum.nanos = std::numeric_limits<std::int64_t>::max();
}

money part_of(money whole, quantity part, quantity of) {
  return part == of ? whole : money{mul_div(whole.nanos, part.nanos, of.nanos)};
}

/// Takes `closed` (unsigned) out of the open part against `flow`. @returns the profit
money close_part(holding& h, quantity closed, money flow) {
  const auto cost = part_of(h.cost, closed, magnitude(h.size));
  const auto profit = flow + cost;
  h.cost -= cost;
  h.realized += profit;
  h.size += h.size > quantity{} ? -closed : closed;
  return profit;
}

bool is_empty(const holding& h) {
  return h.size == quantity{} && h.cost == money{} && h.realized == money{} && h.fees == money{} &&
         h.funding == money{} && h.settled == money{} && h.bought == quantity{} && h.sold == quantity{};
}

} // namespace

money trade_flow(const instrument& what, price at, quantity size) {
  if (is_coin_future(what)) {
    assert(at > price{});
    return {mul_div(size.nanos, what.multiplier.nanos, at.nanos)};
  }
  return {-mul_div(int128{at.nanos} * size.nanos, what.multiplier.nanos, e18)};
}

double trade_flow(const instrument& what, double at, quantity size) {
  const double units = to_double(size) * to_double(what.multiplier);
  return is_coin_future(what) ? units / at : -units * at;
}

double holding::average_price(const instrument& what) const {
  if (size == quantity{}) return 0;
  const double units = to_double(size) * to_double(what.multiplier);
  return is_coin_future(what) ? units / to_double(cost) : -to_double(cost) / units;
}

ledger::ledger(instrument_rules& rules) : rules_{rules} {}

ledger::account& ledger::account_of(owner_id owner, instrument_id instrument) {
  if (owner >= accounts_.size()) accounts_.resize(owner + 1);
  auto& row = accounts_[owner];
  if (instrument.index >= row.size()) row.resize(instrument.index + 1);
  auto& found = row[instrument.index];
  if (found.funds == nullptr) {
    const auto& what = rules_.of(instrument);
    const auto& currency = what.info.settlement;
    auto [at, is_new] = balances_.try_emplace({owner, what.at, currency}, balance{owner, what.at, currency, {}, {}});
    found.funds = &at->second; // a map's nodes do not move
  }
  return found;
}

void ledger::book(owner_id owner, const fill& what) {
  const auto& rules = rules_.of(what.instrument);
  auto& mine = account_of(owner, what.instrument);
  auto& h = mine.held;
  const auto size = what.side == side::buy ? what.size : -what.size;
  const auto flow = trade_flow(rules, what.at, size);
  const bool closes = (h.size > quantity{}) != (size > quantity{}) && h.size != quantity{};
  const auto closed = closes ? std::min(what.size, magnitude(h.size)) : quantity{};
  const auto closing_flow = closes ? part_of(flow, closed, what.size) : money{};
  const auto profit = closes ? close_part(h, closed, closing_flow) : money{};
  h.cost += flow - closing_flow;
  h.size += size > quantity{} ? size - closed : size + closed;
  add_turnover(what.side == side::buy ? h.bought : h.sold, what.size);
  h.fees += what.fee;
  mine.funds->fees += what.fee;
  mine.funds->cash += (is_margined(rules.info.kind) ? profit : flow) - what.fee;
}

void ledger::settle(const settlement& what) {
  auto& mine = account_of(what.owner, what.instrument);
  auto& h = mine.held;
  const bool pays_profit_only = is_margined(rules_.of(what.instrument).info.kind);
  h.realized += pays_profit_only ? what.payoff : what.payoff + h.cost;
  h.settled += what.payoff;
  h.fees += what.fee;
  h.size = {};
  h.cost = {};
  mine.funds->fees += what.fee;
  mine.funds->cash += what.payoff - what.fee;
}

void ledger::fund(owner_id owner, instrument_id instrument, money received) {
  auto& mine = account_of(owner, instrument);
  mine.held.funding += received;
  mine.funds->cash += received;
}

void ledger::merge(owner_id owner, instrument_id yes, instrument_id no, quantity size) {
  const money all{size.nanos}, half{size.nanos / 2}; // one unit of cash a pair, booked half to each leg
  account_of(owner, yes);                            // grow first: references must not move
  auto& second = account_of(owner, no);
  auto& first = account_of(owner, yes);
  close_part(first.held, size, half);
  close_part(second.held, size, all - half);
  first.funds->cash += all;
}

const holding& ledger::of(owner_id owner, instrument_id instrument) const {
  static const holding none;
  if (owner >= accounts_.size() || instrument.index >= accounts_[owner].size()) return none;
  return accounts_[owner][instrument.index].held;
}

std::vector<ledger::balance> ledger::balances() const {
  std::vector<balance> all;
  for (const auto& [key, x] : balances_) all.push_back(x);
  return all;
}

std::vector<ledger::equity_row> ledger::equity(const std::function<optional_double(instrument_id)>& mark) const {
  std::map<const balance*, double> open; // only looked up, never walked
  each([&](owner_id owner, instrument_id id, const holding& h) {
    if (h.size == quantity{}) return;
    const auto& what = rules_.of(id);
    const double cost = to_double(h.cost);
    // closing at the mark brings the flow of the opposite size; a premium was paid already, a future's was not
    double value = is_margined(what.info.kind) ? 0 : -cost;
    if (const auto at = mark(id); at && (*at > 0 || !is_coin_future(what))) {
      const double closing = trade_flow(what, *at, -h.size);
      value = is_margined(what.info.kind) ? closing + cost : closing;
    }
    open[accounts_[owner][id.index].funds] += value;
  });
  std::vector<equity_row> rows;
  for (const auto& [key, x] : balances_) rows.push_back({x.owner, x.at, x.currency, to_double(x.cash) + open[&x]});
  return rows;
}

void ledger::each(const std::function<void(owner_id, instrument_id, const holding&)>& visit) const {
  for (std::uint32_t owner = 0; owner < accounts_.size(); ++owner)
    for (std::uint32_t index = 0; index < accounts_[owner].size(); ++index)
      if (const auto& h = accounts_[owner][index].held; !is_empty(h)) visit(owner, instrument_id{index}, h);
}

} // namespace strike::match
