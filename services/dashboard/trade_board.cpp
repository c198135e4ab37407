#include "dashboard/trade_board.hpp"

#include <algorithm>

namespace strike::dashboard {

namespace {

/// Absent positions are those of size 0.
std::map<instrument_id, quantity> sizes_of(const std::vector<wire::strategy_position>& all) {
  std::map<instrument_id, quantity> made;
  for (const auto& x : all) made[x.instrument] = x.size;
  return made;
}

} // namespace

double unrealized_profit(const instrument& what, const match::holding& held, double mark) {
  return match::trade_flow(what, mark, -held.size) + to_double(held.cost);
}

bool trade_board::take(const wire::order_update_message& what, std::int64_t now_ns) {
  ++counts_.messages;
  const auto& from = what.header;
  auto at = strategies_.find(from.strategy);
  const bool is_new = at == strategies_.end();
  if (is_new) {
    if (strategies_.size() >= most_.most_strategies) return ++counts_.refused, false;
    at = strategies_.emplace(from.strategy, strategy{.owner = owners_++, .since_ns = now_ns}).first;
  }
  auto& x = at->second;
  if (from.epoch < x.epoch) return false; // of an exec that is gone
  const bool is_snapshot = std::holds_alternative<wire::account_snapshot>(what.body);
  const bool is_other_start = from.epoch != x.epoch;
  if (!is_other_start && from.sequence <= x.sequence && !(is_snapshot && from.sequence == x.sequence)) return false;
  if (is_other_start) {
    x.epoch = from.epoch;
    x.is_whole = is_new && from.sequence == 1;
  } else if (from.sequence > x.sequence + 1) {
    ++x.gaps, ++counts_.gaps;
    counts_.lost += from.sequence - x.sequence - 1;
    x.is_whole = false;
  }
  x.sequence = from.sequence;
  std::visit([&](const auto& body) { apply(at->first, x, body, now_ns); }, what.body);
  if (x.is_whole || now_ns - x.asked_ns < ask_every_ns) return false;
  x.asked_ns = now_ns;
  return true;
}

void trade_board::apply(const std::string& name, strategy& of, const wire::order_change& what, std::int64_t now_ns) {
  note(name, what, now_ns);
  const auto& execution = what.update.execution;
  if (!execution || !what.update.instrument.is_valid()) return;
  auto done = *execution;
  done.instrument = what.update.instrument;
  ledger_.book(of.owner, done);
  fills_.push_back({name, what.client_id, what.venue_trade_id, done, ++fills_seen_});
  if (fills_.size() > most_.most_fills) fills_.pop_front();
}

void trade_board::note(const std::string& name, const wire::order_change& what, std::int64_t now_ns) {
  const auto& update = what.update;
  auto& x = orders_[{name, what.client_id}];
  const bool was_final = x.number != 0 && is_final(x.state);
  x.strategy = name;
  x.client_id = what.client_id;
  if (update.instrument.is_valid()) x.instrument = update.instrument;
  if (what.terms) x.terms = what.terms;
  if (!x.terms && update.execution) x.terms = {update.execution->side, order_type::limit, {}};
  x.state = update.state;
  x.filled = update.filled;
  x.remaining = update.remaining;
  if (const auto whole = x.filled + x.remaining; whole > x.size || (!is_final(x.state) && whole > quantity{}))
    x.size = whole;
  x.reason = update.reason;
  x.venue_ns = update.venue_ns;
  x.received_ns = now_ns;
  x.number = ++changes_;
  if (!is_final(x.state) || was_final) return;
  final_.emplace_back(name, what.client_id);
  forget_old();
}

void trade_board::forget_old() {
  for (; final_.size() > most_.most_final_orders; final_.pop_front()) orders_.erase(final_.front());
}

void trade_board::apply(const std::string& name, strategy& of, const wire::account_snapshot& what,
                        std::int64_t now_ns) {
  for (const auto& x : what.orders) note(name, x, now_ns);
  for (auto& [key, x] : orders_) {
    const auto has_it = [&](const wire::order_change& y) { return y.client_id == x.client_id; };
    if (key.first != name || is_final(x.state) || std::ranges::any_of(what.orders, has_it)) continue;
    x.state = order_state::cancelled; // its end was missed; exec has it no more
    x.reason = "no longer open at exec; how it ended was missed";
    x.remaining = {};
    x.number = ++changes_;
    final_.push_back(key);
  }
  forget_old();
  if (!agrees(of, what.positions)) start_anew(of, what.positions, now_ns);
  of.is_whole = true;
}

void trade_board::apply(const std::string&, strategy& of, const wire::position_settled& what, std::int64_t) {
  ledger_.settle({.venue_ns = what.venue_ns,
                  .owner = of.owner,
                  .instrument = what.instrument,
                  .size = what.size,
                  .delivery = what.delivery,
                  .payoff = what.payoff,
                  .fee = what.fee});
}

void trade_board::apply(const std::string&, strategy& of, const wire::unknown_order&, std::int64_t) {
  ++counts_.unreadable; // it may have been a fill
  of.is_whole = false;
}

bool trade_board::agrees(const strategy& of, const std::vector<wire::strategy_position>& with) const {
  std::map<instrument_id, quantity> mine;
  ledger_.each([&](match::owner_id owner, instrument_id id, const match::holding& x) {
    if (owner == of.owner && x.size != quantity{}) mine[id] = x.size;
  });
  return mine == sizes_of(with);
}

/// Under a new owner, whose positions were bought at the average prices that exec tells.
void trade_board::start_anew(strategy& of, const std::vector<wire::strategy_position>& from, std::int64_t now_ns) {
  of.owner = owners_++;
  of.since_ns = now_ns;
  for (const auto& x : from) {
    const auto at = nearest_decimal<price>(x.average_price);
    if (!at || *at <= price{}) continue; // a combo's may be below 0: it then counts from its next fill
    const bool is_long = x.size > quantity{};
    ledger_.book(of.owner, {.instrument = x.instrument,
                            .side = is_long ? side::buy : side::sell,
                            .at = *at,
                            .size = is_long ? x.size : -x.size});
  }
}

std::vector<position_row> trade_board::positions() const {
  std::map<match::owner_id, const std::string*> by_owner;
  for (const auto& [name, x] : strategies_) by_owner[x.owner] = &name;
  std::vector<position_row> all;
  ledger_.each([&](match::owner_id owner, instrument_id id, const match::holding& x) {
    if (const auto found = by_owner.find(owner); found != by_owner.end()) all.push_back({found->second, id, &x});
  });
  std::ranges::stable_sort(all, {}, [](const position_row& x) -> const std::string& { return *x.strategy; });
  return all;
}

std::vector<profit_row> trade_board::profits(const std::function<optional_double(instrument_id)>& mark) const {
  std::map<std::tuple<std::string, venue, std::string>, profit_row> all;
  for (const auto& x : positions()) {
    const auto& rules = rules_.of(x.instrument);
    const std::tuple key{*x.strategy, rules.at, rules.info.settlement};
    auto& row = all.try_emplace(key, profit_row{*x.strategy, rules.at, rules.info.settlement}).first->second;
    row.realized += to_double(x.held->realized + x.held->funding);
    row.fees += to_double(x.held->fees);
    const auto at = mark(x.instrument);
    if (x.held->size != quantity{} && at && *at > 0) row.unrealized += unrealized_profit(rules, *x.held, *at);
  }
  std::vector<profit_row> rows;
  for (auto& [key, x] : all) {
    x.total = x.realized + x.unrealized - x.fees;
    rows.push_back(std::move(x));
  }
  return rows;
}

} // namespace strike::dashboard
