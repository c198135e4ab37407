#include "strategies/exec_route.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::strategies {

namespace {

std::string base36(std::uint64_t x) {
  std::string text;
  for (; x != 0 || text.empty(); x /= 36) text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[x % 36]);
  return text;
}

} // namespace

/// Unique for the life of the account: the time of this start, and a count.
std::string exec_route::client_id_of(order_id id) const {
  return fmt::format("{}-{}-{}", tools_.strategy, base36(tools_.epoch), id.value);
}

order_id exec_route::place(const order_request& what) {
  const order_id id{++last_};
  auto& made = orders_[id];
  made.client_id = client_id_of(id);
  made.last = {.venue_ns = tools_.now_ns(), .order = id, .instrument = what.instrument, .remaining = what.size};
  if (!is_ready_) {
    reject(id, not_ready_why_ + ": the order was not sent");
    if (tools_.now_ns() - asked_ns_ >= ask_again_ns) ask_account(); // the question or its answer was lost
  } else if (const auto ok = send(wire::place_order{made.client_id, id, what, tools_.wall_ns ? tools_.wall_ns() : 0});
             !ok) {
    reject(id, ok.error().text);
  }
  return id;
}

void exec_route::amend(order_id order, price limit, quantity size) {
  const auto at = orders_.find(order);
  if (at == orders_.end()) return;
  if (const auto ok = send(wire::amend_order{at->second.client_id, limit, size}); !ok)
    complain(order, "the amendment was not sent: " + ok.error().text);
}

void exec_route::cancel(order_id order) {
  const auto at = orders_.find(order);
  if (at == orders_.end()) return;
  if (const auto ok = send(wire::cancel_order{at->second.client_id}); !ok)
    complain(order, "the cancellation was not sent: " + ok.error().text);
}

void exec_route::cancel_all() {
  if (orders_.empty()) return;
  if (const auto ok = send(wire::cancel_strategy_orders{}); !ok)
    for (const auto& [id, x] : orders_) complain(id, "the cancellation was not sent: " + ok.error().text);
}

result<void> exec_route::send(decltype(wire::order_request_message::body) what) {
  wire::encode(bytes_, {{.epoch = tools_.epoch, .sequence = sent_ + 1, .strategy = tools_.strategy}, std::move(what)},
               tools_.instruments);
  auto ok = tools_.send(bytes_);
  if (ok) ++sent_;
  return ok;
}

void exec_route::take(const exec_news& news) {
  std::visit([this](const auto& x) { on_news(x); }, news);
}

void exec_route::on_news(const exec_connected&) { ask_account(); }

void exec_route::on_news(const exec_disconnected& x) { lose_track("the connection to exec has ended: " + x.why); }

void exec_route::on_news(const exec_undelivered& x) {
  const auto why = std::string{"the connection to exec ended before the message left"};
  if (const auto* place = std::get_if<wire::place_order>(&x.message.body)) {
    if (find(place->order, place->client_id) != orders_.end()) reject(place->order, why);
  } else if (const auto* amend = std::get_if<wire::amend_order>(&x.message.body)) {
    if (const auto at = find(amend->client_id); at != orders_.end()) complain(at->first, why);
  } else if (const auto* cancel = std::get_if<wire::cancel_order>(&x.message.body)) {
    if (const auto at = find(cancel->client_id); at != orders_.end()) complain(at->first, why);
  }
}

void exec_route::on_news(const wire::order_update_message& x) {
  const auto& from = x.header;
  if (exec_epoch_ != 0 && from.epoch != exec_epoch_) {
    lose_track("exec was restarted");
    ask_account();
  } else if (exec_epoch_ != 0 && from.sequence != seen_ + 1) {
    tools_.log.warning("order updates were lost on the way", {{"strategy", tools_.strategy}});
    ask_account();
  }
  exec_epoch_ = from.epoch;
  seen_ = from.sequence;
  std::visit([this](const auto& body) { on_body(body); }, x.body);
}

void exec_route::on_body(const wire::unknown_order& x) {
  tools_.log.warning("an order update that this version does not know",
                     {{"strategy", tools_.strategy}, {"what", x.what}});
}

void exec_route::on_body(const wire::order_change& x) {
  if (find(x.update.order, x.client_id) != orders_.end()) return update(x.update.order, x.update);
  if (x.update.execution) tools_.positions.book(*x.update.execution);
  if (x.client_id == client_id_of(x.update.order)) return tools_.answer(x.update); // a word after its end
  if (!x.update.execution) return;
  tools_.log.warning("a fill of an order that this start did not place",
                     {{"strategy", tools_.strategy}, {"client_id", x.client_id}});
}

void exec_route::on_body(const wire::account_snapshot& x) {
  for (const auto id : tools_.positions.adopt(x.positions)) {
    const auto& traded = tools_.instruments.at(id);
    tools_.log.info("position taken over from exec", {{"strategy", tools_.strategy},
                                                      {"venue", to_text(traded.at)},
                                                      {"instrument", traded.symbol},
                                                      {"size", to_string(tools_.positions.of(id).size)}});
  }
  is_ready_ = true;
  for (const auto& change : x.orders) {
    const auto at = find(change.client_id);
    if (at == orders_.end()) continue;
    const auto& last = at->second.last;
    if (change.update.state != last.state || change.update.filled != last.filled) update(at->first, change.update);
  }
}

void exec_route::ask_account() {
  asked_ns_ = tools_.now_ns();
  wire::ask_account ask;
  for (const auto& [id, x] : orders_) ask.client_ids.push_back(x.client_id);
  if (const auto ok = send(std::move(ask)); ok) not_ready_why_ = "exec has not yet said how the account stands";
}

/// What happens at exec is not seen any more.
void exec_route::lose_track(std::string_view why) {
  is_ready_ = false;
  not_ready_why_ = why;
  for (auto& [id, x] : orders_) {
    if (x.last.state == order_state::unknown) continue;
    x.last.state = order_state::unknown;
    x.last.venue_ns = tools_.now_ns();
    x.last.reason = why;
    tools_.answer(x.last);
  }
}

void exec_route::update(order_id id, order_update to) {
  const auto at = orders_.find(id);
  auto& last = at->second.last;
  to.order = id;
  if (!to.instrument.is_valid()) { // exec does not know it
    to.instrument = last.instrument;
    to.filled = last.filled;
  }
  if (to.execution) tools_.positions.book(*to.execution);
  last = to;
  last.execution.reset();
  last.reason.clear();
  if (is_final(to.state)) orders_.erase(at);
  tools_.answer(std::move(to));
}

void exec_route::reject(order_id id, std::string why) {
  auto told = std::move(orders_.at(id).last);
  orders_.erase(id);
  told.state = order_state::rejected;
  told.remaining = {};
  told.reason = std::move(why);
  tools_.answer(std::move(told));
}

/// The order stands as before.
void exec_route::complain(order_id id, std::string why) {
  auto told = orders_.at(id).last;
  told.venue_ns = tools_.now_ns();
  told.reason = std::move(why);
  tools_.answer(std::move(told));
}

/// Numbers begin anew with each start of a strategy; client ids do not.
exec_route::position_in_map exec_route::find(order_id id, std::string_view client_id) {
  const auto at = orders_.find(id);
  return at != orders_.end() && at->second.client_id == client_id ? at : orders_.end();
}

exec_route::position_in_map exec_route::find(std::string_view client_id) {
  return std::ranges::find_if(orders_, [&](const auto& x) { return x.second.client_id == client_id; });
}

} // namespace strike::strategies
