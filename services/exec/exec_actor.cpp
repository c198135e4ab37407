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
  paper = std::make_unique<paper_venue>(
      tools->how.simulation, paper_venue::tools{.instruments = *tools->instruments,
                                                .rules = *rules,
                                                .want = [this](instrument_id x) { want(x); },
                                                .warn = [this](match::warning kind, instrument_id x,
                                                               std::string_view text) { warn(kind, x, text); }});
  desk = std::make_unique<order_desk>(static_cast<std::uint64_t>(tools->wall_ns()),
                                      order_desk::tools{.instruments = *tools->instruments,
                                                        .rules = *rules,
                                                        .venue = *paper,
                                                        .log = tools->log,
                                                        .metrics = *metrics,
                                                        .send = tools->send,
                                                        .publish = tools->publish});
  consumer = std::make_shared<router::consumer>("exec", caf::actor_cast<caf::actor>(self), tools->how.queue);
}

std::int64_t exec_state::now_ns() const { return tools->how.clock == clock_mode::wall ? tools->wall_ns() : feed_ns; }

void exec_state::request(std::string_view peer, std::string_view bytes) {
  desk->take(peer, bytes, now_ns());
  round();
}

void exec_state::take(const router::parcel& parcel) {
  parcel.for_each([this](const market_event& event) {
    feed_ns = std::max(feed_ns, event.recv_ns != 0 ? event.recv_ns : event.venue_ns);
    paper->on_market(event, now_ns());
  });
  if (consumer->done(parcel.picks.size())) self->send(tools->router, router::drained_atom_v, consumer);
  round();
}

void exec_state::round() {
  const auto next_ns = paper->round(now_ns(), *desk);
  if (tools->how.clock == clock_mode::feed || next_ns >= round_ns) return; // the feed's time passes with its events
  round_ns = next_ns;
  const std::chrono::nanoseconds wait{std::max<std::int64_t>(next_ns - now_ns(), 0)};
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
