#include "exec/exec_actor.hpp"

#include "exec/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <chrono>

namespace strike::exec {

void exec_state::start(exec_tools_ptr shared) {
  tools = std::move(shared);
  metrics.emplace(tools->metrics);
  rules.emplace(*tools->instruments, tools->how.simulation.rules);
  if (const auto ok = simulator::define_overrides(tools->how.simulation, *tools->instruments, *rules); !ok)
    tools->log.error("an [[instrument]] cannot be used", {{"why", ok.error().text}});
  risk.emplace(*rules);
  desk = std::make_unique<order_desk>(static_cast<std::uint64_t>(tools->wall_ns()),
                                      order_desk::tools{.instruments = *tools->instruments,
                                                        .rules = *rules,
                                                        .risk = *risk,
                                                        .log = tools->log,
                                                        .metrics = *metrics,
                                                        .want = [this](instrument_id x) { want(x); },
                                                        .send = tools->send,
                                                        .publish = tools->publish});
  for (const auto& row : enum_names<venue>::table) {
    papers.push_back(std::make_unique<paper_venue>(
        row.value, tools->how.simulation,
        paper_venue::tools{
            .instruments = *tools->instruments,
            .rules = *rules,
            .warn = [this](match::warning kind, instrument_id x, std::string_view text) { warn(kind, x, text); }},
        *desk));
    desk->attach(row.value, *papers.back());
  }
  consumer = std::make_shared<router::consumer>("exec", caf::actor_cast<caf::actor>(self), tools->how.queue);
}

moment exec_state::now() const {
  if (tools->how.clock == clock_mode::feed) return {.steady_ns = feed_ns, .wall_ns = feed_ns};
  return {.steady_ns = std::chrono::steady_clock::now().time_since_epoch().count(), .wall_ns = tools->wall_ns()};
}

void exec_state::request(std::string_view peer, std::string_view bytes) {
  desk->take(peer, bytes, now());
  round();
}

void exec_state::take(const router::parcel& parcel) {
  parcel.for_each([this](const market_event& event) {
    feed_ns = std::max(feed_ns, event.recv_ns != 0 ? event.recv_ns : event.venue_ns);
    const auto at = now();
    papers[static_cast<std::size_t>(tools->instruments->at(event.instrument).at)]->on_market(event, at);
    desk->on_market(event, at);
  });
  if (consumer->done(parcel.picks.size())) self->send(tools->router, router::drained_atom_v, consumer);
  round();
}

void exec_state::round() {
  const auto at = now();
  auto next_ns = desk->round(at);
  for (auto& x : papers) next_ns = std::min(next_ns, x->round(at));
  if (tools->how.clock == clock_mode::feed || next_ns >= round_ns) return; // the feed's time passes with its events
  round_ns = next_ns;
  const std::chrono::nanoseconds wait{std::max<std::int64_t>(next_ns - at.steady_ns, 0)};
  self->delayed_send(self, wait, round_atom_v);
}

void exec_state::want(instrument_id instrument) {
  const auto& traded = tools->instruments->at(instrument);
  std::vector<subscription> all;
  for (const auto& [what, text] : enum_names<channel>::table) all.push_back({traded.at, traded.symbol, false, what});
  self->send(tools->router, router::want_atom_v, consumer, std::move(all));
}

void exec_state::warn(match::warning, instrument_id instrument, std::string_view text) {
  const auto& traded = tools->instruments->at(instrument);
  tools->log.warning("paper trading", {{"venue", to_text(traded.at)}, {"instrument", traded.symbol}, {"what", text}});
}

void exec_state::leave() {
  if (consumer) self->send(tools->router, router::leave_atom_v, consumer);
  consumer = nullptr;
}

caf::behavior exec_behavior(caf::stateful_actor<exec_state>* self, exec_tools_ptr tools) {
  self->set_exit_handler([self](caf::exit_msg& x) {
    self->state.leave();
    self->quit(std::move(x.reason));
  });
  self->state.start(std::move(tools));
  return {
      [self](request_atom, const std::string& peer, const std::string& bytes) { self->state.request(peer, bytes); },
      [self](const router::parcel_ptr& x) { self->state.take(*x); },
      [self](round_atom) {
        self->state.round_ns = INT64_MAX;
        self->state.round();
      },
  };
}

} // namespace strike::exec
