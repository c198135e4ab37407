#include "strategies/host_actor.hpp"

#include "process/actor_error.hpp"
#include "strategies/control.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace strike::strategies {

using wire::run_state;

namespace {

/// The text of an error as an actor ended with it.
std::string text_of(const caf::error& x) {
  if (x.context().match_elements<std::string>()) return x.context().get_as<std::string>(0);
  return process::from_caf(x).text;
}

} // namespace

void host_state::start_all() {
  for (const auto& x : tools->config.strategies) {
    auto& made = entries[x.name];
    made.what = x;
    made.is_wanted = x.is_enabled;
    if (made.is_wanted)
      run(made);
    else
      set_state(made, run_state::stopped, "not enabled in the configuration");
  }
}

void host_state::run(entry& x) {
  x.running = self->spawn<caf::linked>(strategy_behavior, tools, strategy_start{x.what, x.restarts});
  x.running_since = self->clock().now();
  ++x.wait; // a wait that is under way is void
  set_state(x, run_state::running);
  tools->log.info("strategy started", {{"strategy", x.what.name}, {"type", x.what.type}});
}

void host_state::end(entry& x) {
  if (!x.running || x.is_ending) return;
  x.is_ending = true;
  caf::anon_send_exit(x.running, caf::exit_reason::user_shutdown); // one in our name would end the link first
}

caf::result<caf::ok_atom> host_state::start(const std::string& which) {
  const auto at = entries.find(which);
  if (at == entries.end()) return no_such(which);
  auto& x = at->second;
  x.is_wanted = true;
  x.attempts = 0;
  if (!x.running) run(x);
  return caf::ok_atom_v;
}

caf::result<caf::ok_atom> host_state::stop(const std::string& which) {
  const auto at = entries.find(which);
  if (at == entries.end()) return no_such(which);
  auto& x = at->second;
  x.is_wanted = false;
  ++x.wait;
  if (!x.running) {
    set_state(x, run_state::stopped, "stopped on request");
    return caf::ok_atom_v;
  }
  end(x);
  return x.waiting.emplace_back(self->make_response_promise<promise>());
}

caf::result<caf::ok_atom> host_state::reconfigure(const std::string& which, const std::string& toml) {
  const auto at = entries.find(which);
  if (at == entries.end()) return no_such(which);
  auto& x = at->second;
  auto made = parse_definition(toml, which, x.what.folder, *tools->config.types);
  if (!made) return process::to_caf(made.error());
  x.what = *std::move(made);
  x.is_wanted = x.is_wanted && x.what.is_enabled;
  x.attempts = 0;
  ++x.wait;
  tools->log.info("strategy reconfigured", {{"strategy", which}, {"type", x.what.type}});
  if (!x.running) {
    after_end(x);
    return caf::ok_atom_v;
  }
  end(x);
  return x.waiting.emplace_back(self->make_response_promise<promise>());
}

std::vector<strategy_facts> host_state::list() const {
  std::vector<strategy_facts> all;
  for (const auto& [which, x] : entries) all.push_back({which, x.what.type, x.state, x.reason, x.restarts});
  return all;
}

void host_state::on_exit(const caf::exit_msg& what) {
  const auto is_source = [&](const auto& x) { return x.second.running && x.second.running == what.source; };
  const auto at = std::ranges::find_if(entries, is_source);
  if (at == entries.end()) return self->quit(what.reason); // its links end the strategies
  auto& x = at->second;
  x.running = nullptr;
  if (std::exchange(x.is_ending, false))
    after_end(x);
  else
    after_death(x, what.reason);
  for (auto& waits : std::exchange(x.waiting, {})) waits.deliver(caf::ok_atom_v);
}

/// Of one that was told to end: it may be wanted again.
void host_state::after_end(entry& x) {
  if (x.is_wanted) return run(x);
  const bool is_enabled = x.what.is_enabled;
  set_state(x, run_state::stopped, is_enabled ? "stopped on request" : "not enabled in the configuration");
  tools->log.info("strategy stopped", {{"strategy", x.what.name}});
}

void host_state::after_death(entry& x, const caf::error& why) {
  const auto reason = text_of(why);
  if (process::from_caf(why).code == ec::invalid_config) {
    tools->log.error("strategy failed", {{"strategy", x.what.name}, {"reason", reason}});
    return set_state(x, run_state::failed, reason);
  }
  const auto& policy = tools->config.restart;
  if (self->clock().now() - x.running_since >= policy.well_after) x.attempts = 0;
  const auto delay = process::restart_delay(policy, ++x.attempts, tools->random());
  const auto wait_ms = std::chrono::duration<double, std::milli>(delay).count();
  tools->log.error(
      "strategy died",
      {{"strategy", x.what.name}, {"reason", reason}, {"restart_in_ms", wait_ms}, {"attempt", x.attempts}});
  set_state(x, run_state::restarting, fmt::format("died: {}; starts again in {:.1f} s", reason, wait_ms / 1000));
  self->delayed_send(self, delay, restart_atom_v, x.what.name, ++x.wait);
}

void host_state::restart(const std::string& which, std::uint64_t wait) {
  const auto at = entries.find(which);
  if (at == entries.end() || at->second.wait != wait) return; // stopped or started meanwhile
  ++at->second.restarts;
  tools->metrics.get_counter("strike_strategy_restarts_total", "Restarts after a strategy died", {{"strategy", which}})
      .add();
  run(at->second);
}

void host_state::set_state(entry& x, run_state state, std::string reason) {
  x.state = state;
  x.reason = std::move(reason);
  show(x);
}

/// One that runs shows itself.
void host_state::show(const entry& x) {
  if (x.state == run_state::running) return;
  tools->dashboard->publish_run_state(
      {.strategy = x.what.name, .run_state = x.state, .reason = x.reason, .restarts = x.restarts, .type = x.what.type});
}

void host_state::show_all() {
  for (const auto& [which, x] : entries) show(x);
  const auto runs = [](const auto& x) { return x.second.state == run_state::running; };
  if (tools->beat) tools->beat(static_cast<std::uint64_t>(std::ranges::count_if(entries, runs)), entries.size());
  self->delayed_send(self, tools->config.dashboard_every, show_atom_v);
}

void host_state::control(const std::string& peer, const std::string& bytes) {
  const auto todo = command_of(bytes);
  const auto reply = [state = this, peer, id = todo.request_id](result<void> outcome) {
    state->tools->answer(peer, reply_bytes(id, std::move(outcome)));
  };
  const auto done = [reply](caf::ok_atom) { reply({}); };
  const auto failed = [reply](const caf::error& x) { reply(std::unexpected{process::from_caf(x)}); };
  const host_actor me{self};
  if (const auto* x = std::get_if<wire::start_strategy>(&todo.what))
    self->request(me, caf::infinite, start_atom_v, x->strategy).then(done, failed);
  else if (const auto* y = std::get_if<wire::stop_strategy>(&todo.what))
    self->request(me, caf::infinite, stop_atom_v, y->strategy).then(done, failed);
  else if (const auto* z = std::get_if<wire::reconfigure_strategy>(&todo.what))
    self->request(me, caf::infinite, reconfigure_atom_v, z->strategy, z->toml).then(done, failed);
  else
    reply(std::unexpected{std::get<error>(todo.what)});
}

caf::error host_state::no_such(const std::string& which) const {
  std::vector<std::string_view> known;
  for (const auto& [x, unused] : entries) known.push_back(x);
  return process::to_caf(
      {ec::not_found, fmt::format("no strategy is named '{}'; known: {}", which,
                                  known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")))});
}

host_actor::behavior_type host_behavior(host_actor::stateful_pointer<host_state> self, host_tools_ptr tools) {
  self->state.tools = std::move(tools);
  self->set_exit_handler([self](caf::exit_msg& x) { self->state.on_exit(x); });
  self->state.start_all();
  self->delayed_send(self, self->state.tools->config.dashboard_every, show_atom_v);
  return {
      [self](start_atom, const std::string& name) { return self->state.start(name); },
      [self](stop_atom, const std::string& name) { return self->state.stop(name); },
      [self](reconfigure_atom, const std::string& name, const std::string& toml) {
        return self->state.reconfigure(name, toml);
      },
      [self](list_atom) { return self->state.list(); },
      [self](control_atom, const std::string& peer, const std::string& bytes) { self->state.control(peer, bytes); },
      [self](restart_atom, const std::string& name, std::uint64_t wait) { self->state.restart(name, wait); },
      [self](show_atom) { self->state.show_all(); },
  };
}

} // namespace strike::strategies
