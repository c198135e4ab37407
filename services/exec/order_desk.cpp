#include "exec/order_desk.hpp"

#include "bus/topic.hpp"

#include <fmt/format.h>

#include <algorithm>

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

void order_desk::take(std::string_view peer, std::string_view bytes, std::int64_t now_ns) {
  tools_.metrics.requests.add();
  const auto message = wire::decode_order_request(bytes, tools_.instruments);
  if (!message) {
    tools_.metrics.malformed.add();
    return tools_.log.warning("malformed order request", {{"why", message.error().text}});
  }
  auto& s = session_of(peer, message->header, now_ns);
  std::visit([&](const auto& what) { handle(s, what, now_ns); }, message->body);
}

order_desk::session& order_desk::session_of(std::string_view peer, const wire::order_header& from,
                                            std::int64_t now_ns) {
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
      cancel_all(s, now_ns);
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

void order_desk::handle(session& s, const wire::place_order& what, std::int64_t now_ns) {
  if (const auto known = by_client_id_.find(what.client_id); known != by_client_id_.end()) { // came twice
    const auto& x = *orders_[known->second];
    return tell(s, wire::order_change{x.client_id, "", without_fill(x.last)});
  }
  const auto number = ++last_order_;
  auto made = std::make_unique<order>(
      order{.client_id = what.client_id, .of_strategy = what.order, .owner = s.owner, .request = what.request});
  made->last = {.venue_ns = now_ns,
                .order = what.order,
                .instrument = what.request.instrument,
                .state = order_state::pending,
                .remaining = what.request.size};
  by_client_id_.emplace(what.client_id, number);
  orders_.emplace(number, std::move(made));
  tools_.metrics.placed.add();
  tools_.metrics.open.add(1);
  tools_.venue.place(s.owner, {number}, what.request, now_ns);
}

void order_desk::handle(session& s, const wire::amend_order& what, std::int64_t now_ns) {
  if (const auto* x = find(s, what.client_id))
    tools_.venue.amend(s.owner, {by_client_id_.find(what.client_id)->second}, x->request.instrument, what.limit,
                       what.size, now_ns);
}

void order_desk::handle(session& s, const wire::cancel_order& what, std::int64_t now_ns) {
  if (const auto* x = find(s, what.client_id))
    tools_.venue.cancel(s.owner, {by_client_id_.find(what.client_id)->second}, x->request.instrument, now_ns);
}

void order_desk::handle(session& s, const wire::cancel_strategy_orders&, std::int64_t now_ns) { cancel_all(s, now_ns); }

void order_desk::handle(session& s, const wire::ask_account& what, std::int64_t now_ns) {
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
        {id, "", {.venue_ns = now_ns, .state = order_state::cancelled, .reason = "exec does not know this order"}});
  }
  told_.each([&](owner_id owner, instrument_id instrument, const match::holding& x) {
    if (owner == s.owner && x.size != quantity{})
      account.positions.push_back({instrument, x.size, x.average_price(tools_.rules.of(instrument))});
  });
  tools_.log.info("strategy connected",
                  {{"strategy", s.name}, {"orders", account.orders.size()}, {"positions", account.positions.size()}});
  tell(s, std::move(account));
}

void order_desk::handle(session& s, const wire::unknown_order& what, std::int64_t now_ns) {
  tools_.metrics.unknown.add();
  tools_.log.warning("an order request that this version does not know", {{"strategy", s.name}, {"what", what.what}});
  if (what.client_id.empty() || by_client_id_.contains(what.client_id)) return;
  tools_.metrics.refused.add();
  tell(s, wire::order_change{.client_id = what.client_id,
                             .update = {.venue_ns = now_ns,
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

void order_desk::cancel_all(const session& s, std::int64_t now_ns) {
  std::vector<std::uint64_t> open;
  for (const auto& [number, x] : orders_)
    if (x->owner == s.owner && !is_final(x->last.state)) open.push_back(number);
  std::ranges::sort(open);
  for (const auto number : open) tools_.venue.cancel(s.owner, {number}, orders_[number]->request.instrument, now_ns);
}

void order_desk::on_update(const order_update& update, std::string_view venue_trade_id) {
  const auto at = orders_.find(update.order.value);
  if (at == orders_.end()) return tools_.log.error("an update of an order that exec never placed", {});
  auto& x = *at->second;
  if (is_final(x.last.state)) return; // told before
  x.last = update;
  x.last.order = x.of_strategy;
  if (x.last.execution) {
    x.last.execution->order = x.of_strategy;
    told_.book(x.owner, *x.last.execution);
    tools_.metrics.fills.add();
  }
  tell(sessions_[x.owner], wire::order_change{x.client_id, std::string{venue_trade_id}, x.last});
  if (!is_final(x.last.state)) return;
  tools_.metrics.open.add(-1);
  final_.push_back(update.order.value);
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
