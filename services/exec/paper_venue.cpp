#include "exec/paper_venue.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace strike::exec {

using match::order_action;

paper_venue::paper_venue(venue at, const simulator::simulation_config& how, tools with, venue_reports& to)
    : at_{at}, tools_{std::move(with)}, to_{to}, exchange_{how.exchange, tools_.instruments, tools_.rules, *this},
      latency_{how.latency[static_cast<std::size_t>(at)]} {}

void paper_venue::hold(owner_id owner, const fill& what, const moment& now) {
  move_clock(now);
  exchange_.hold(owner, what, now_ns_);
}
void paper_venue::hold(const match::settlement& what) { exchange_.hold(what); }

void paper_venue::on_market(const market_event& event, const moment& now) {
  move_clock(now);
  arrive(); // what arrived before the event acts before it
  exchange_.on_market(event, now_ns_);
}

void paper_venue::restore(const venue_order& what, std::string_view, const std::vector<std::string>&) {
  push(0, 0,
       order_fact{.order = what.id,
                  .state = order_state::cancelled,
                  .reason = "exec was started anew; orders on paper end with it"});
}

void paper_venue::place(const approved_order& what, const moment& now) {
  move_clock(now);
  orders_[what->id.value] = {.owner = what->owner, .instrument = what->request.instrument};
  send({.action = order_action::place, .owner = what->owner, .order = what->id, .terms = what->request});
}

void paper_venue::amend(order_id id, price limit, quantity size, const moment& now) {
  move_clock(now);
  if (const auto at = orders_.find(id.value); at != orders_.end())
    send({.action = order_action::amend,
          .owner = at->second.owner,
          .order = id,
          .terms = {.instrument = at->second.instrument, .limit = limit, .size = size}});
}

void paper_venue::cancel(order_id id, const moment& now) {
  move_clock(now);
  if (const auto at = orders_.find(id.value); at != orders_.end())
    send({.action = order_action::cancel,
          .owner = at->second.owner,
          .order = id,
          .terms = {.instrument = at->second.instrument}});
}

void paper_venue::cancel_everything(const moment& now) {
  std::vector<std::uint64_t> all;
  for (const auto& [id, x] : orders_) all.push_back(id);
  std::ranges::sort(all);
  for (const auto id : all) cancel({id}, now);
}

void paper_venue::ask_order(order_id id, const moment& now) {
  move_clock(now);
  if (const auto standing = exchange_.standing(id))
    push(now_ns_, 0, fact_of(*standing));
  else if (!orders_.contains(id.value)) // else its end is on its way
    push(now_ns_, 0, absent{id});
}

void paper_venue::ask_account(std::int64_t, const moment& now) {
  move_clock(now);
  account_fact made{.at = at_, .asked_ns = now.wall_ns};
  for (const auto& [id, x] : orders_)
    if (const auto standing = exchange_.standing({id})) made.open.push_back(fact_of(*standing));
  std::ranges::sort(made.open, {}, &order_fact::order);
  std::map<instrument_id, quantity> held;
  exchange_.accounts().each([&](owner_id, instrument_id id, const match::holding& x) { held[id] += x.size; });
  for (const auto& [id, size] : held)
    if (size != quantity{}) made.positions.push_back({id, size});
  push(now_ns_, 0, std::move(made)); // behind every fill that made these positions
}

void paper_venue::send(request what) {
  const auto trip = latency_.send(what.action, now_ns_);
  if (!trip.reaches_venue)
    return refuse(what, "the venue refused the request (a recorded latency row without a venue time)", trip);
  what.at_ns = trip.venue_ns;
  what.response_delay_ns = trip.response_delay_ns;
  requests_.push_back(std::move(what));
}

void paper_venue::refuse(const request& what, std::string_view why, const match::round_trip& trip) {
  order_fact answer{.order = what.order, .state = order_state::rejected};
  if (what.action != order_action::place) {
    const auto standing = exchange_.standing(what.order);
    if (!standing) return;
    answer = fact_of(*standing);
  }
  answer.venue_ns = trip.venue_ns;
  answer.reason = why;
  if (is_final(answer.state)) orders_.erase(what.order.value);
  push(trip.venue_ns, trip.response_delay_ns, std::move(answer));
}

void paper_venue::arrive() {
  while (!requests_.empty() && requests_.front().at_ns <= now_ns_) {
    const auto next = std::move(requests_.front());
    requests_.pop_front();
    execute(next);
  }
}

void paper_venue::execute(const request& what) {
  answered_ = &what;
  switch (what.action) {
  case order_action::place:
    exchange_.place(what.owner, what.order, what.terms, now_ns_);
    break;
  case order_action::amend:
    exchange_.amend(what.owner, what.order, what.terms.limit, what.terms.size, now_ns_);
    break;
  case order_action::cancel:
    exchange_.cancel(what.owner, what.order, now_ns_);
    break;
  }
  answered_ = nullptr;
}

std::int64_t paper_venue::round(const moment& now) {
  move_clock(now);
  if (!is_up_) {
    is_up_ = true;
    to_.on_session(at_, session_state::up, "on paper");
  }
  arrive();
  if (exchange_.next_deadline_ns() <= now_ns_) exchange_.advance(now_ns_);
  tell();
  const auto next_ns = std::min({exchange_.next_deadline_ns(), requests_.empty() ? INT64_MAX : requests_.front().at_ns,
                                 responses_.empty() ? INT64_MAX : responses_.front().at_ns});
  return next_ns == INT64_MAX ? next_ns : now.steady_ns + std::max<std::int64_t>(next_ns - now.wall_ns, 0);
}

void paper_venue::tell() {
  while (!responses_.empty() && responses_.front().at_ns <= now_ns_) {
    auto next = std::move(responses_.front());
    responses_.pop_front();
    if (const auto* fact = std::get_if<order_fact>(&next.what))
      to_.on_order(*fact);
    else if (const auto* made = std::get_if<fill_fact>(&next.what))
      to_.on_fill(*made);
    else if (auto* account = std::get_if<account_fact>(&next.what))
      to_.on_account(std::move(*account));
    else if (const auto* gone = std::get_if<absent>(&next.what))
      to_.on_absent(gone->order, "it is not on paper");
    else
      to_.on_settlement(std::get<match::settlement>(next.what));
  }
}

void paper_venue::push(std::int64_t venue_ns, std::int64_t delay_ns, decltype(response::what) what) {
  responses_.push_back({latency_.response_at(venue_ns, delay_ns), std::move(what)});
}

order_fact paper_venue::fact_of(const order_update& update) const {
  order_fact made{.venue_ns = update.venue_ns,
                  .order = update.order,
                  .state = update.state,
                  .filled = update.filled,
                  .reason = update.reason};
  if (!is_final(update.state)) made.size = update.filled + update.remaining;
  return made;
}

void paper_venue::on_update(owner_id, const order_update& update) {
  const auto delay_ns = answered_ ? answered_->response_delay_ns : latency_.unasked_response_delay(now_ns_);
  auto& x = orders_[update.order.value];
  if (update.execution)
    push(update.venue_ns, delay_ns,
         fill_fact{.trade_id = std::to_string(++x.fills), .order = update.order, .what = *update.execution});
  auto fact = fact_of(update);
  const bool is_amended = answered_ && answered_->action == order_action::amend && answered_->order == update.order;
  if (is_amended && update.reason.empty()) fact.limit = answered_->terms.limit;
  if (is_final(update.state)) orders_.erase(update.order.value);
  push(update.venue_ns, delay_ns, std::move(fact));
}

void paper_venue::on_settlement(const match::settlement& what) {
  push(what.venue_ns, latency_.unasked_response_delay(now_ns_), what);
}

} // namespace strike::exec
