#include "exec/paper_venue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {

using match::order_action;

paper_venue::paper_venue(const simulator::simulation_config& how, tools with)
    : tools_{std::move(with)}, exchange_{how.exchange, tools_.instruments, tools_.rules, *this} {
  for (const auto& x : how.latency) lines_.emplace_back(x);
}

paper_venue::market_data& paper_venue::data_of(instrument_id id) {
  if (id.index >= market_data_.size()) market_data_.resize(id.index + 1);
  return market_data_[id.index];
}

void paper_venue::on_market(const market_event& event, std::int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  for (auto& x : lines_) arrive(x, now_ns_); // what arrived before the event acts before it
  if (!std::holds_alternative<instrument_status>(event.body)) data_of(event.instrument).has_come = true;
  exchange_.on_market(event, now_ns_);
}

void paper_venue::place(owner_id owner, order_id id, const order_request& what, std::int64_t now_ns) {
  auto& data = data_of(what.instrument);
  if (!data.is_wanted) {
    data.is_wanted = true;
    tools_.want(what.instrument);
  }
  send({.action = order_action::place, .owner = owner, .order = id, .terms = what}, now_ns);
}

void paper_venue::amend(owner_id owner, order_id id, instrument_id instrument, price limit, quantity size,
                        std::int64_t now_ns) {
  send({.action = order_action::amend,
        .owner = owner,
        .order = id,
        .terms = {.instrument = instrument, .limit = limit, .size = size}},
       now_ns);
}

void paper_venue::cancel(owner_id owner, order_id id, instrument_id instrument, std::int64_t now_ns) {
  send({.action = order_action::cancel, .owner = owner, .order = id, .terms = {.instrument = instrument}}, now_ns);
}

void paper_venue::send(request what, std::int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  auto& on = line_of(what.terms.instrument);
  const auto trip = on.latency.send(what.action, now_ns_);
  if (!trip.reaches_venue)
    return refuse(what, "the venue refused the request (a recorded latency row without a venue time)", trip);
  what.at_ns = trip.venue_ns;
  what.response_delay_ns = trip.response_delay_ns;
  on.requests.push_back(std::move(what));
}

void paper_venue::refuse(const request& what, std::string_view why, const match::round_trip& trip) {
  order_update answer{.order = what.order, .instrument = what.terms.instrument, .state = order_state::rejected};
  if (what.action != order_action::place) {
    const auto standing = exchange_.standing(what.order);
    if (!standing) return;
    answer = *standing;
  }
  answer.venue_ns = trip.venue_ns;
  answer.reason = why;
  push(line_of(what.terms.instrument), trip.venue_ns, trip.response_delay_ns, std::move(answer));
}

std::int64_t paper_venue::next_arrival_ns(const line& on) const {
  if (on.requests.empty()) return INT64_MAX;
  const auto& next = on.requests.front();
  return market_data_[next.terms.instrument.index].has_come ? next.at_ns : next.at_ns + data_wait_ns;
}

void paper_venue::arrive(line& on, std::int64_t now_ns) {
  while (next_arrival_ns(on) <= now_ns) {
    const auto next = std::move(on.requests.front());
    on.requests.pop_front();
    if (market_data_[next.terms.instrument.index].has_come) {
      execute(next, now_ns);
      continue;
    }
    const auto& name = tools_.instruments.at(next.terms.instrument);
    refuse(next,
           fmt::format("no market data of {}:{} came within {} s; is its gateway up, and the symbol right?",
                       to_text(name.at), name.symbol, data_wait_ns / 1'000'000'000),
           {.venue_ns = now_ns, .response_delay_ns = next.response_delay_ns});
  }
}

void paper_venue::execute(const request& what, std::int64_t now_ns) {
  answer_delay_ns_ = what.response_delay_ns;
  switch (what.action) {
  case order_action::place:
    exchange_.place(what.owner, what.order, what.terms, now_ns);
    break;
  case order_action::amend:
    exchange_.amend(what.owner, what.order, what.terms.limit, what.terms.size, now_ns);
    break;
  case order_action::cancel:
    exchange_.cancel(what.owner, what.order, now_ns);
    break;
  }
  answer_delay_ns_ = -1;
}

std::int64_t paper_venue::round(std::int64_t now_ns, venue_reports& to) {
  now_ns_ = std::max(now_ns_, now_ns);
  auto next_ns = INT64_MAX;
  for (auto& x : lines_) arrive(x, now_ns_);
  if (exchange_.next_deadline_ns() <= now_ns_) exchange_.advance(now_ns_);
  for (auto& x : lines_) {
    tell(x, now_ns_, to);
    next_ns = std::min({next_ns, next_arrival_ns(x), x.responses.empty() ? INT64_MAX : x.responses.front().at_ns});
  }
  return std::min(next_ns, exchange_.next_deadline_ns());
}

void paper_venue::tell(line& on, std::int64_t now_ns, venue_reports& to) {
  while (!on.responses.empty() && on.responses.front().at_ns <= now_ns) {
    const auto next = std::move(on.responses.front());
    on.responses.pop_front();
    if (const auto* update = std::get_if<order_update>(&next.what))
      to.on_update(*update, "");
    else
      to.on_settlement(std::get<match::settlement>(next.what));
  }
}

void paper_venue::push(line& on, std::int64_t venue_ns, std::int64_t delay_ns, decltype(response::what) what) {
  on.responses.push_back({on.latency.response_at(venue_ns, delay_ns), std::move(what)});
}

void paper_venue::on_update(owner_id, const order_update& update) {
  auto& on = line_of(update.instrument);
  push(on, update.venue_ns, answer_delay_ns_ >= 0 ? answer_delay_ns_ : on.latency.unasked_response_delay(now_ns_),
       update);
}

void paper_venue::on_settlement(const match::settlement& what) {
  auto& on = line_of(what.instrument);
  push(on, what.venue_ns, on.latency.unasked_response_delay(now_ns_), what);
}

} // namespace strike::exec
