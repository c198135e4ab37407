#include "strategies/strategy_actor.hpp"

#include "process/actor_error.hpp"

#include <boost/json/serialize.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace strike::strategies {

namespace {

caf::error error_of(std::exception_ptr fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& x) {
    return caf::make_error(caf::sec::runtime_error, std::string{x.what()});
  } catch (...) {
    return caf::make_error(caf::sec::runtime_error, std::string{"threw something that is no std::exception"});
  }
}

std::uint64_t ns_since(std::chrono::steady_clock::time_point start) {
  return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start).count());
}

} // namespace

void strategy_state::start(host_tools_ptr shared, const strategy_start& from) {
  tools = std::move(shared);
  shown = {.strategy = from.what.name, .restarts = from.restarts, .type = from.what.type};
  metrics.emplace(metrics_of(tools->metrics, from.what.name));
  auto logic = make(from.what, *tools->config.types);
  if (!logic) return self->quit(process::to_caf(logic.error()));
  runner.emplace(*std::move(logic), world_config{.strategy = from.what.name,
                                                 .instruments = *tools->instruments,
                                                 .rules = tools->config.rules,
                                                 .clock = tools->config.clock,
                                                 .wall_ns = tools->wall_ns,
                                                 .log = tools->log,
                                                 .metrics = *metrics,
                                                 .send_order = order_sender(),
                                                 .markets = tools->markets});
  consumer = std::make_shared<router::consumer>(from.what.name, caf::actor_cast<caf::actor>(self), tools->config.queue);
  if (tools->exec) tools->exec->join(from.what.name, caf::actor_cast<caf::actor>(self));
  if (runner->can_trade()) return begin_work();
  self->delayed_send(self, longest_exec_wait, begin_atom_v);
}

void strategy_state::begin_work() {
  if (std::exchange(has_begun, true)) return;
  if (!runner->can_trade())
    tools->log.warning("exec does not answer; the strategy starts, and its orders are rejected until it does",
                       {{"strategy", shown.strategy}});
  runner->start();
  after_calls();
  show();
}

std::function<result<void>(std::string_view)> strategy_state::order_sender() const {
  if (!tools->exec) return {};
  return [link = tools->exec](std::string_view bytes) { return link->send(bytes); };
}

void strategy_state::take(const exec_news& news) {
  runner->take(news);
  if (!has_begun && runner->can_trade()) return begin_work();
  after_calls();
}

void strategy_state::take(const router::parcel& parcel) {
  const auto before = runner->events();
  const auto start = std::chrono::steady_clock::now();
  const auto wall_ns = tools->wall_ns();
  runner->take(parcel);
  metrics->callback_ns.observe(ns_since(start));
  metrics->events.add(runner->events() - before);
  const auto received_ns = runner->received_ns();
  if (tools->config.clock == clock_mode::wall && runner->events() != before && received_ns > 0 && wall_ns > received_ns)
    metrics->feed_ns.observe(static_cast<std::uint64_t>(wall_ns - received_ns));
  if (consumer->done(parcel.picks.size())) self->send(tools->router, router::drained_atom_v, consumer);
  after_calls();
}

void strategy_state::wake() {
  wake_ns = INT64_MAX;
  runner->wake();
  after_calls();
}

/// Neighbours of one kind share a message; their order stays.
void strategy_state::send_route_changes() {
  auto changes = runner->take_route_changes();
  for (auto at = changes.begin(); at != changes.end();) {
    const bool is_wanted = at->is_wanted;
    std::vector<subscription> some;
    for (; at != changes.end() && at->is_wanted == is_wanted; ++at) some.push_back(std::move(at->what));
    if (is_wanted)
      self->send(tools->router, router::want_atom_v, consumer, std::move(some));
    else
      self->send(tools->router, router::unwant_atom_v, consumer, std::move(some));
  }
}

/// Carries out what the strategy asked for.
void strategy_state::after_calls() {
  send_route_changes();
  const auto next = runner->next_wake_ns();
  if (next >= wake_ns) return; // none, or an earlier one is under way
  wake_ns = next;
  const std::chrono::nanoseconds delay{next - runner->now_ns()};
  if (delay.count() <= 0) return self->send(self, wake_atom_v);
  self->delayed_send(self, delay, wake_atom_v);
}

void strategy_state::show() {
  auto all = runner->state();
  auto& host = all["host"].as_object();
  const auto count = [&](const char* key, const std::atomic<std::uint64_t>& x) { host[key] = x.load(); };
  count("pending", consumer->pending);
  count("conflated", consumer->conflated);
  count("resynced", consumer->resynced);
  count("lost", consumer->lost);
  auto state = shown;
  state.at_ns = runner->now_ns();
  state.state_json = boost::json::serialize(all);
  state.layout_json = runner->layout_json();
  tools->dashboard->publish(std::move(state));
  self->delayed_send(self, tools->config.dashboard_every, show_atom_v);
}

void strategy_state::leave() {
  if (!consumer) return;
  self->send(tools->router, router::leave_atom_v, consumer);
  consumer = nullptr;
  if (!tools->exec) return;
  runner->cancel_orders();
  tools->exec->leave(shown.strategy, caf::actor_cast<caf::actor>(self));
}

caf::behavior strategy_behavior(caf::stateful_actor<strategy_state>* self, host_tools_ptr tools, strategy_start from) {
  self->set_exit_handler([self](caf::exit_msg& x) {
    self->state.leave();
    self->quit(std::move(x.reason));
  });
  self->set_exception_handler([self](std::exception_ptr& fault) {
    self->state.leave();
    return error_of(fault);
  });
  try {
    self->state.start(std::move(tools), from);
  } catch (...) { // CAF's handler of exceptions does not see those of this function
    self->state.leave();
    self->quit(error_of(std::current_exception()));
  }
  return {
      [self](const router::parcel_ptr& x) { self->state.take(*x); },
      [self](const exec_news_ptr& x) { self->state.take(*x); },
      [self](wake_atom) { self->state.wake(); },
      [self](begin_atom) { self->state.begin_work(); },
      [self](show_atom) { self->state.show(); },
  };
}

} // namespace strike::strategies
