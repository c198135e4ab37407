#include "replay/kernel.hpp"

#include "replay/strategy_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace strike::replay {

namespace {
constexpr std::int64_t settling_time_ns = 10 * ns_per_s; ///< how long after the last event answers still arrive
} // namespace

kernel::kernel(simulator::simulation_config config, instrument_registry& instruments,
               std::vector<strategy_registry::instance> strategies, run_output& output,
               std::function<void(std::unique_ptr<journal::event_batch>)> spent)
    : config_{std::move(config)}, instruments_{instruments}, rules_{instruments, config_.rules}, seen_{rules_},
      strategies_{std::move(strategies)}, output_{output}, spent_{std::move(spent)}, routes_{instruments} {
  [[maybe_unused]] const auto done = simulator::define_overrides(config_, instruments_, rules_);
  assert(done); // each symbol came from a configuration that checked it
  exchange_ = std::make_unique<match::exchange>(config_.exchange, instruments_, rules_,
                                                static_cast<match::exchange_listener&>(*this));
  for (std::size_t i = 0; i < venue_count; ++i)
    sessions_.push_back(
        {.latency = match::latency_model{config_.latency[i]}, .feed_delay_ns = config_.feed_delay_ns[i]});
  for (std::uint32_t i = 0; i < strategies_.size(); ++i) {
    hosts_.push_back(std::make_unique<strategy_host>(*this, i));
    for (const auto& x : strategies_[i].logic->subscriptions()) routes_.subscribe(i, x);
  }
}

kernel::~kernel() = default;

void kernel::add(std::unique_ptr<journal::event_batch> batch) { batches_.push_back({.batch = std::move(batch)}); }

std::int64_t kernel::run_until(std::int64_t limit_ns) {
  auto next_ns = INT64_MAX;
  for (std::size_t i = 0; i < batches_.size() && next_ns == INT64_MAX; ++i) {
    auto& held = batches_[i];
    auto& events = held.batch->events;
    for (; held.next < events.size(); ++held.next) {
      if (events[held.next].venue_ns > limit_ns) {
        next_ns = events[held.next].venue_ns;
        break;
      }
      process(events[held.next], first_batch_ + i);
    }
  }
  release_batches();
  return next_ns;
}

void kernel::process(const market_event& event, std::uint64_t batch) {
  const auto at_ns = std::max(event.venue_ns, now_ns_); // a recording may step back; the venue's clock does not
  if (!started_) {
    started_ = true;
    now_ns_ = first_ns_ = at_ns;
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) strategies_[i].logic->on_start(*hosts_[i]);
  }
  if (next_due_ns_ < at_ns || exchange_->next_deadline_ns() < at_ns) run_due(at_ns);
  now_ns_ = last_ns_ = at_ns;
  if (at_ns >= next_sample_ns_) sample_equity(at_ns);
  ++events_;
  exchange_->on_market(event, at_ns);
  if (observer_) observer_(event);

  if (!route_changes_.empty()) apply_route_changes();
  if (routes_.receivers(event.instrument, channel_of(event)).empty()) return;
  auto& line = session_of(event.instrument);
  const auto received_ns = event.recv_ns != 0 ? event.recv_ns : event.venue_ns + line.feed_delay_ns;
  const auto seen_ns = std::max({received_ns, at_ns, line.last_delivery_ns});
  line.last_delivery_ns = seen_ns;
  if (seen_ns == at_ns && next_due_ns_ > at_ns) return deliver(event); // nothing stands before it
  line.deliveries.push({seen_ns, ++sequence_, &event, batch});
  ++batches_[batch - first_batch_].pending;
  note_due(seen_ns);
}

void kernel::apply_route_changes() {
  for (const auto& x : route_changes_)
    if (x.is_wanted)
      routes_.subscribe(x.strategy, x.what);
    else
      routes_.unsubscribe(x.strategy, x.what);
  route_changes_.clear();
}

void kernel::deliver(const market_event& event) {
  if (!route_changes_.empty()) apply_route_changes();
  for (const auto i : routes_.receivers(event.instrument, channel_of(event)))
    strategies_[i].logic->on_event(event, *hosts_[i]);
}

std::int64_t kernel::next_due() const {
  auto due = exchange_->next_deadline_ns();
  if (!timers_.empty()) due = std::min(due, timers_.top().at_ns);
  for (const auto& x : sessions_) {
    if (!x.requests.empty()) due = std::min(due, x.requests.front().at_ns);
    if (!x.responses.empty()) due = std::min(due, x.responses.front().at_ns);
    if (!x.deliveries.empty()) due = std::min(due, x.deliveries.front().at_ns);
  }
  return due;
}

void kernel::run_due(std::int64_t limit_ns) {
  for (;;) {
    const auto due = next_due();
    next_due_ns_ = due;
    if (due >= limit_ns) return;
    now_ns_ = std::max(now_ns_, due);
    run_next(due);
  }
}

void kernel::run_next(std::int64_t at_ns) {
  if (exchange_->next_deadline_ns() <= at_ns) return exchange_->advance(at_ns);

  // orders that arrive, by the order in which they were sent
  session* first = nullptr;
  for (auto& x : sessions_)
    if (!x.requests.empty() && x.requests.front().at_ns <= at_ns &&
        (first == nullptr || x.requests.front().sequence < first->requests.front().sequence))
      first = &x;
  if (first != nullptr) return arrive(*first, at_ns);

  // what reaches the strategies, likewise
  auto best = UINT64_MAX;
  bool is_response = false;
  for (auto& x : sessions_) {
    if (!x.responses.empty() && x.responses.front().at_ns <= at_ns && x.responses.front().sequence < best) {
      best = x.responses.front().sequence;
      first = &x;
      is_response = true;
    }
    if (!x.deliveries.empty() && x.deliveries.front().at_ns <= at_ns && x.deliveries.front().sequence < best) {
      best = x.deliveries.front().sequence;
      first = &x;
      is_response = false;
    }
  }
  if (first == nullptr) return fire_timer();
  if (is_response) return respond(first->responses.pop());
  const auto next = first->deliveries.pop();
  deliver(*next.event);
  --batches_[next.batch - first_batch_].pending;
}

void kernel::arrive(session& on, std::int64_t at_ns) {
  const auto what = on.requests.pop();
  answer_delay_ns_ = what.response_delay_ns;
  switch (what.action) {
  case match::order_action::place:
    exchange_->place(what.strategy, what.order, what.terms, at_ns);
    break;
  case match::order_action::amend:
    exchange_->amend(what.strategy, what.order, what.terms.limit, what.terms.size, at_ns);
    break;
  case match::order_action::cancel:
    if (what.cancels_all)
      exchange_->cancel_all(what.strategy, at_ns);
    else
      exchange_->cancel(what.strategy, what.order, at_ns);
    break;
  }
  answer_delay_ns_ = -1;
}

void kernel::respond(const response& what) {
  auto& logic = *strategies_[what.strategy].logic;
  if (what.settled) {
    seen_.settle(what.settled->what);
    return logic.on_event(what.settled->told, *hosts_[what.strategy]);
  }
  if (what.update.execution) seen_.book(what.strategy, *what.update.execution);
  logic.on_order(what.update, *hosts_[what.strategy]);
}

void kernel::fire_timer() {
  auto next = timers_.top();
  timers_.pop();
  const timer_id id{next.sequence};
  if (!live_timers_.contains(id.value)) return; // cancelled
  if (next.period_ns > 0) {
    next.at_ns += next.period_ns;
    timers_.push(next);
  } else {
    live_timers_.erase(id.value);
  }
  strategies_[next.strategy].logic->on_timer(id, *hosts_[next.strategy]);
}

void kernel::release_batches() {
  while (!batches_.empty() && batches_.front().pending == 0 &&
         batches_.front().next == batches_.front().batch->events.size()) {
    spent_(std::move(batches_.front().batch));
    batches_.pop_front();
    ++first_batch_;
  }
}

void kernel::sample_equity(std::int64_t at_ns) {
  const auto step = config_.equity_step_ns;
  next_sample_ns_ = at_ns - at_ns % step + step;
  output_.on_equity(at_ns, exchange_->accounts().equity([this](instrument_id id) { return mark(id); }));
}

void kernel::finish() {
  if (!started_) return;
  // Timers beyond the last event would tick for ever; answers and late market data have a little time to arrive.
  const auto end_ns = now_ns_;
  run_due(end_ns + 1);
  timers_ = {};
  run_due(end_ns + settling_time_ns);
  for (const auto& x : sessions_) undelivered_ += x.requests.size() + x.responses.size() + x.deliveries.size();
  release_batches();
  sample_equity(now_ns_);
}

/// A recorded round trip in which the venue refused before it looked: a new order is rejected, of one that rests the
/// strategy learns that nothing changed.
void kernel::refuse(const request& what, const match::round_trip& trip, session& line) {
  order_update answer{.order = what.order, .instrument = what.terms.instrument, .state = order_state::rejected};
  if (what.action != match::order_action::place) {
    const auto standing = exchange_->standing(what.order);
    if (!standing) return;
    answer = *standing;
  }
  answer.venue_ns = trip.venue_ns;
  answer.reason = "the venue refused the request (a recorded latency row without a venue time)";
  output_.on_update(what.strategy, answer);
  const auto seen_ns = line.latency.response_at(trip.venue_ns, trip.response_delay_ns);
  line.responses.push({seen_ns, ++sequence_, what.strategy, std::move(answer), nullptr});
  note_due(seen_ns);
}

void kernel::send(request what, venue to) {
  auto& line = sessions_[static_cast<std::size_t>(to)];
  const auto trip = line.latency.send(what.action, now_ns_);
  if (!trip.reaches_venue) return refuse(what, trip, line);
  what.at_ns = trip.venue_ns;
  what.sequence = ++sequence_;
  what.response_delay_ns = trip.response_delay_ns;
  note_due(what.at_ns);
  line.requests.push(std::move(what));
}

timer_id kernel::set_timer(std::uint32_t strategy, std::int64_t delay_ns, std::int64_t period_ns) {
  const timer made{now_ns_ + std::max<std::int64_t>(delay_ns, 1), ++sequence_, strategy, period_ns};
  timers_.push(made);
  live_timers_.insert(made.sequence);
  note_due(made.at_ns);
  return {made.sequence};
}

void kernel::cancel_timer(timer_id id) { live_timers_.erase(id.value); }

catalog::view_ptr kernel::markets() {
  if (!catalog_) return nullptr;
  const auto known = catalog_->as_of(now_ns_);
  if (catalog_gap_.empty() && !known) catalog_gap_ = known.error().text;
  if (catalog_gap_.empty() && !catalog_->gaps().empty()) catalog_gap_ = catalog_->gaps().front();
  return known.value_or(nullptr);
}

void kernel::on_update(match::owner_id owner, const order_update& update) {
  output_.on_update(owner, update);
  if (update.execution) output_.on_fill(owner, *update.execution, rules_.of(update.instrument));
  auto& line = session_of(update.instrument);
  const auto delay_ns = answer_delay_ns_ >= 0 ? answer_delay_ns_ : line.latency.unasked_response_delay(now_ns_);
  const auto seen_ns = line.latency.response_at(update.venue_ns, delay_ns);
  line.responses.push({seen_ns, ++sequence_, owner, update, nullptr});
  note_due(seen_ns);
}

void kernel::on_settlement(const match::settlement& what) {
  output_.on_settlement(what, rules_.of(what.instrument));
  auto& line = session_of(what.instrument);
  const auto seen_ns = line.latency.response_at(what.venue_ns, line.latency.unasked_response_delay(now_ns_));
  auto notice = std::make_shared<settlement_notice>();
  notice->what = what;
  notice->told = {.venue_ns = what.venue_ns,
                  .recv_ns = seen_ns,
                  .instrument = what.instrument,
                  .body = instrument_status{.state = instrument_state::settled, .settlement = what.delivery}};
  line.responses.push({seen_ns, ++sequence_, what.owner, {}, std::move(notice)});
  note_due(seen_ns);
}

void kernel::on_warning(match::warning kind, instrument_id instrument, std::string_view text) {
  auto& known = warnings_[kind];
  if (++known.count > 1) return;
  const auto& entry = instruments_.at(instrument);
  known.text = fmt::format("{}:{}: {}", to_text(entry.at), entry.symbol, text);
  known.first_ns = now_ns_;
}

} // namespace strike::replay
