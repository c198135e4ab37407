#include "strategies/strategy_runner.hpp"

#include <boost/json/serialize.hpp>

namespace strike::strategies {

void strategy_runner::start() {
  for (const auto& x : logic_->subscriptions()) world_.subscribe(x);
  logic_->on_start(world_);
  answer();
}

void strategy_runner::take(const router::parcel& parcel) {
  const bool is_feed = world_.clock() == clock_mode::feed;
  parcel.for_each([&](const market_event& event) {
    if (!world_.admit(event)) return;
    if (is_feed) advance(event.recv_ns != 0 ? event.recv_ns : event.venue_ns);
    ++events_;
    received_ns_ = event.recv_ns;
    logic_->on_event(event, world_);
    if (world_.has_answers()) [[unlikely]]
      answer();
  });
}

void strategy_runner::take(const exec_news& news) {
  world_.take(news);
  answer();
}

/// As in a backtest: at one instant events come first, then timers.
void strategy_runner::advance(std::int64_t to_ns) {
  while (world_.has_started() && world_.timers().next_ns() < to_ns) {
    const auto due = world_.timers().pop(to_ns);
    world_.set_now(due->due_ns);
    logic_->on_timer(due->id, world_);
    answer();
  }
  world_.set_now(to_ns);
}

void strategy_runner::wake() {
  answer();
  if (world_.clock() == clock_mode::feed) return;
  const auto now = world_.now_ns();
  world_.timers().skip_missed(now);
  while (const auto due = world_.timers().pop(now + 1)) {
    logic_->on_timer(due->id, world_);
    answer();
  }
}

/// Only those that are there now: a strategy that answers each refusal with another order must not hold up its events.
void strategy_runner::answer() {
  if (!world_.has_answers()) return;
  for (const auto& x : world_.take_answers()) logic_->on_order(x, world_);
}

std::int64_t strategy_runner::next_wake_ns() {
  if (world_.has_answers()) return world_.now_ns();
  return world_.clock() == clock_mode::wall ? world_.timers().next_ns() : INT64_MAX;
}

boost::json::object strategy_runner::state() const {
  auto all = logic_->dashboard_state();
  auto facts = world_.facts();
  facts["events"] = events_;
  all["host"] = std::move(facts);
  return all;
}

std::string strategy_runner::layout_json() const { return boost::json::serialize(to_json(logic_->dashboard_layout())); }

} // namespace strike::strategies
