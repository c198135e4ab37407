#include "exec/order_desk.hpp"

#include "bus/topic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace strike::exec {

namespace {

/// How an order stands, without telling its last fill once more.
order_update without_fill(order_update x) {
  x.execution.reset();
  return x;
}

} // namespace

desk_metrics::desk_metrics(process::metric_registry& in)
    : requests{in.get_counter("strike_exec_requests_total", "Messages from strategies")},
      malformed{in.get_counter("strike_exec_malformed_total", "Messages that broke their format")},
      unknown{in.get_counter("strike_exec_unknown_total", "Messages that only a newer version knows")},
      placed{in.get_counter("strike_exec_orders_total", "Orders given to a venue")},
      refused{in.get_counter("strike_exec_refused_total", "Orders refused before they left")},
      fills{in.get_counter("strike_exec_fills_total", "Fills")}, updates{in.get_counter("strike_exec_updates_total",
                                                                                        "Messages to strategies")},
      undelivered{in.get_counter("strike_exec_undelivered_total", "Messages whose strategy was not there")},
      open{in.get_gauge("strike_exec_open_orders", "Orders that are not final")} {}

void order_desk::take(std::string_view peer, std::string_view bytes, const moment& now) {
  tools_.metrics.requests.add();
  const auto message = wire::decode_order_request(bytes, tools_.instruments);
  if (!message) {
    tools_.metrics.malformed.add();
    return tools_.log.warning("malformed order request", {{"why", message.error().text}});
  }
  auto& s = session_of(peer, message->header, now);
  std::visit([&](const auto& what) { handle(s, what, now); }, message->body);
}

order_desk::session& order_desk::session_of(std::string_view peer, const wire::order_header& from, const moment& now) {
  auto at = owners_.find(from.strategy);
  if (at == owners_.end()) {
    const auto topic = bus::named_topic(bus::topic_root::orders, from.strategy);
    const auto owner = static_cast<owner_id>(sessions_.size());
    sessions_.push_back({.name = from.strategy, .topic = topic.value_or(std::string{}), .owner = owner});
    at = owners_.emplace(from.strategy, owner).first;
  }
  auto& s = sessions_[at->second];
  s.peer = peer;
  if (from.epoch != s.epoch) {
    if (s.epoch != 0) {
      tools_.log.info("strategy started anew; its older orders are cancelled", {{"strategy", s.name}});
      cancel_all(s, now);
    }
    s.epoch = from.epoch;
    s.seen = from.sequence - 1;
  }
  if (from.sequence != s.seen + 1)
    tools_.log.warning("order requests were lost on the way",
                       {{"strategy", s.name}, {"expected", s.seen + 1}, {"came", from.sequence}});
  s.seen = from.sequence;
  return s;
}

void order_desk::handle(session& s, const wire::place_order& what, const moment& now) {
  if (const auto known = by_client_id_.find(what.client_id); known != by_client_id_.end()) { // came twice
    const auto& x = *orders_[known->second];
    return tell(s, wire::order_change{x.client_id, "", without_fill(x.last)});
  }
  const auto number = ++last_order_;
  auto made = std::make_unique<order>(order{.client_id = what.client_id,
                                            .of_strategy = what.order,
                                            .owner = s.owner,
                                            .number = number,
                                            .request = what.request});
  made->last = {.venue_ns = now.wall_ns,
                .order = what.order,
                .instrument = what.request.instrument,
                .state = order_state::pending,
                .remaining = what.request.size};
  by_client_id_.emplace(what.client_id, number);
  auto& x = *orders_.emplace(number, std::move(made)).first->second;
  tools_.metrics.placed.add();
  tools_.metrics.open.add(1);
  auto& data = data_of(what.request.instrument);
  if (!std::exchange(data.is_wanted, true)) tools_.want(what.request.instrument);
  if (data.has_come) return send(x, now);
  x.waits_until_ns = now.steady_ns + data_wait_ns;
  waiting_.push_back(number);
}

void order_desk::send(order& x, const moment& now) {
  x.waits_until_ns = 0;
  auto approved = tools_.risk.check({{x.number}, x.owner, x.client_id, x.request}, now);
  if (!approved) return refuse(x, approved.error().text, now);
  venue_of(x).place(*approved, now);
}

void order_desk::cancel(order& x, const moment& now) {
  if (x.waits_until_ns == 0) return venue_of(x).cancel({x.number}, now);
  x.last.venue_ns = now.wall_ns;
  x.last.state = order_state::cancelled;
  x.last.remaining = {};
  x.last.reason = "by request, before it left";
  tell(x, "");
}

void order_desk::refuse(order& x, std::string why, const moment& now) {
  tools_.metrics.refused.add();
  x.last.venue_ns = now.wall_ns;
  x.last.state = order_state::rejected;
  x.last.remaining = {};
  x.last.reason = std::move(why);
  tell(x, "");
}

order_desk::market_data& order_desk::data_of(instrument_id id) {
  if (id.index >= market_data_.size()) market_data_.resize(id.index + 1);
  return market_data_[id.index];
}

void order_desk::on_market(const market_event& event, const moment& now) {
  if (std::holds_alternative<instrument_status>(event.body)) return;
  if (std::exchange(data_of(event.instrument).has_come, true)) return;
  const auto mine = [&](std::uint64_t number) {
    const auto at = orders_.find(number);
    return at != orders_.end() && at->second->request.instrument == event.instrument;
  };
  std::vector<std::uint64_t> ready;
  std::ranges::copy_if(waiting_, std::back_inserter(ready), mine);
  std::erase_if(waiting_, mine);
  for (const auto number : ready)
    if (auto& x = *orders_[number]; !is_final(x.last.state)) send(x, now);
}

std::int64_t order_desk::round(const moment& now) {
  while (!waiting_.empty()) {
    const auto at = orders_.find(waiting_.front());
    const bool is_over = at == orders_.end() || is_final(at->second->last.state);
    if (!is_over && at->second->waits_until_ns > now.steady_ns) return at->second->waits_until_ns;
    waiting_.pop_front();
    if (is_over) continue;
    const auto& name = tools_.instruments.at(at->second->request.instrument);
    refuse(*at->second,
           fmt::format("no market data of {}:{} came within {} s; is its gateway up, and the symbol right?",
                       to_text(name.at), name.symbol, data_wait_ns / 1'000'000'000),
           now);
  }
  return INT64_MAX;
}

void order_desk::handle(session& s, const wire::amend_order& what, const moment& now) {
  if (auto* x = find(s, what.client_id)) venue_of(*x).amend({x->number}, what.limit, what.size, now);
}

void order_desk::handle(session& s, const wire::cancel_order& what, const moment& now) {
  if (auto* x = find(s, what.client_id)) cancel(*x, now);
}

void order_desk::handle(session& s, const wire::cancel_strategy_orders&, const moment& now) { cancel_all(s, now); }

void order_desk::handle(session& s, const wire::ask_account& what, const moment& now) {
  wire::account_snapshot account;
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, x] : orders_) {
    const bool is_asked = std::ranges::find(what.client_ids, x->client_id) != what.client_ids.end();
    if (x->owner == s.owner && (is_asked || !is_final(x->last.state))) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  for (const auto number : numbers)
    account.orders.push_back({orders_[number]->client_id, "", without_fill(orders_[number]->last)});
  for (const auto& id : what.client_ids) {
    if (by_client_id_.contains(id)) continue;
    account.orders.push_back(
        {id,
         "",
         {.venue_ns = now.wall_ns, .state = order_state::cancelled, .reason = "exec does not know this order"}});
  }
  told_.each([&](owner_id owner, instrument_id instrument, const match::holding& x) {
    if (owner == s.owner && x.size != quantity{})
      account.positions.push_back({instrument, x.size, x.average_price(tools_.rules.of(instrument))});
  });
  tools_.log.info("strategy connected",
                  {{"strategy", s.name}, {"orders", account.orders.size()}, {"positions", account.positions.size()}});
  tell(s, std::move(account));
}

void order_desk::handle(session& s, const wire::unknown_order& what, const moment& now) {
  tools_.metrics.unknown.add();
  tools_.log.warning("an order request that this version does not know", {{"strategy", s.name}, {"what", what.what}});
  if (what.client_id.empty() || by_client_id_.contains(what.client_id)) return;
  tools_.metrics.refused.add();
  tell(s, wire::order_change{.client_id = what.client_id,
                             .update = {.venue_ns = now.wall_ns,
                                        .state = order_state::rejected,
                                        .reason = what.what + ": exec is older than the strategy"}});
}

/// An order of that strategy that is not final. Its end may be on its way: then there is nothing to do.
order_desk::order* order_desk::find(const session& s, std::string_view client_id) {
  const auto at = by_client_id_.find(client_id);
  if (at == by_client_id_.end()) return nullptr;
  auto& x = *orders_[at->second];
  return x.owner == s.owner && !is_final(x.last.state) ? &x : nullptr;
}

void order_desk::cancel_all(const session& s, const moment& now) {
  std::vector<std::uint64_t> open;
  for (const auto& [number, x] : orders_)
    if (x->owner == s.owner && !is_final(x->last.state)) open.push_back(number);
  std::ranges::sort(open);
  for (const auto number : open) cancel(*orders_[number], now);
}

void order_desk::on_fill(const fill_fact& what) {
  const auto at = orders_.find(what.order.value);
  if (at == orders_.end()) return tools_.log.error("a fill of an order that exec never placed", {});
  auto& x = *at->second;
  auto told = what.what;
  told.order = x.of_strategy;
  told_.book(x.owner, told);
  tools_.metrics.fills.add();
  x.last.venue_ns = told.venue_ns;
  x.last.filled += told.size;
  x.last.remaining = x.request.size - x.last.filled;
  x.last.state = x.last.filled >= x.request.size ? order_state::filled : order_state::partially_filled;
  x.last.execution = told;
  tell(x, what.trade_id);
}

void order_desk::on_order(const order_fact& what) {
  const auto at = orders_.find(what.order.value);
  if (at == orders_.end()) return tools_.log.error("an update of an order that exec never placed", {});
  auto& x = *at->second;
  if (is_final(x.last.state)) return; // told before
  if (what.size > quantity{}) x.request.size = what.size;
  const bool is_told = what.state == order_state::partially_filled && x.last.state == what.state &&
                       x.last.remaining == x.request.size - what.filled && what.reason.empty();
  x.last.venue_ns = what.venue_ns;
  x.last.state = what.state;
  x.last.remaining = is_final(what.state) ? quantity{} : x.request.size - what.filled;
  x.last.execution.reset();
  x.last.reason = what.reason;
  if (!is_told) tell(x, "");
}

void order_desk::on_fill_undone(venue, std::string_view, std::string_view) {}
void order_desk::on_no_answer(order_id, std::string_view) {}
void order_desk::on_absent(order_id, std::string_view) {}
void order_desk::on_session(venue, session_state, std::string_view) {}
void order_desk::on_account(account_fact&&) {}
void order_desk::on_account_failed(venue, std::string_view) {}

void order_desk::tell(order& x, std::string_view trade_id) {
  tell(sessions_[x.owner], wire::order_change{x.client_id, std::string{trade_id}, x.last});
  if (!is_final(x.last.state)) return;
  tools_.metrics.open.add(-1);
  final_.push_back(x.number);
  forget_old();
}

void order_desk::forget_old() {
  while (final_.size() > kept_final) {
    const auto at = orders_.find(final_.front());
    by_client_id_.erase(at->second->client_id);
    orders_.erase(at);
    final_.pop_front();
  }
}

void order_desk::on_settlement(const match::settlement& what) {
  told_.settle(what);
  tell(sessions_[what.owner], wire::position_settled{.venue_ns = what.venue_ns,
                                                     .instrument = what.instrument,
                                                     .size = what.size,
                                                     .delivery = what.delivery,
                                                     .payoff = what.payoff,
                                                     .fee = what.fee});
}

void order_desk::tell(session& s, decltype(wire::order_update_message::body) what) {
  wire::encode(bytes_, {{.epoch = epoch_, .sequence = ++s.sent, .strategy = s.name}, std::move(what)},
               tools_.instruments);
  tools_.metrics.updates.add();
  if (!tools_.send(s.peer, bytes_)) tools_.metrics.undelivered.add();
  if (!s.topic.empty()) tools_.publish(s.topic, bytes_);
}

} // namespace strike::exec
