#include "process/supervisor.hpp"

#include "process/actor_error.hpp"

#include <fmt/format.h>

#include <exception>

namespace strike::process {

void roster::add(const std::string& name) {
  const std::scoped_lock lock{guard_};
  names_.insert(name);
}

void roster::remove(const std::string& name) {
  const std::scoped_lock lock{guard_};
  names_.erase(name);
}

std::vector<std::string> roster::names() const {
  const std::scoped_lock lock{guard_};
  return {names_.begin(), names_.end()};
}

/// May throw what the child's factory throws.
void supervisor_state::run(entry& x) {
  auto started = x.what->start(self->home_system());
  self->monitor(started);
  x.running = std::move(started);
  x.running_since = self->clock().now();
  tools->alive.add(x.what->name);
}

caf::expected<caf::actor> supervisor_state::start(const std::shared_ptr<const child>& what) {
  if (is_stopping) return to_caf({ec::invalid_config, what->name + ": the process is stopping"});
  if (children.contains(what->name)) return to_caf({ec::invalid_config, what->name + ": an actor of this name runs"});
  entry made{.what = what};
  try {
    run(made);
  } catch (const std::exception& fault) {
    return to_caf({ec::invalid_config, what->name + ": cannot start: " + fault.what()});
  }
  return children.emplace(what->name, std::move(made)).first->second.running;
}

void supervisor_state::restart(const std::string& child_name) {
  const auto at = children.find(child_name);
  if (is_stopping || at == children.end()) return;
  tools->metrics.get_counter("strike_actor_restarts_total", "Restarts of actors that died", {{"actor", child_name}})
      .add();
  try {
    run(at->second);
    tools->log.info("actor restarted", {{"actor", child_name}, {"attempt", at->second.restarts}});
  } catch (const std::exception& fault) {
    after_death(at->second, fault.what());
  }
}

void supervisor_state::on_down(const caf::actor_addr& who, const caf::error& why) {
  for (auto at = children.begin(); at != children.end(); ++at) {
    auto& x = at->second;
    if (!x.running || x.running != who) continue;
    x.running = nullptr;
    tools->alive.remove(at->first);
    const bool is_done = !why || why == caf::exit_reason::normal || why == caf::exit_reason::user_shutdown;
    if (is_stopping || is_done)
      children.erase(at);
    else
      after_death(x, self->home_system().render(why));
    break;
  }
  if (is_stopping && children.empty()) self->quit(caf::exit_reason::user_shutdown);
}

void supervisor_state::after_death(entry& x, const std::string& why) {
  const auto& policy = x.what->policy;
  if (x.running_since && self->clock().now() - *x.running_since >= policy.well_after) x.restarts = 0;
  x.running_since.reset();
  if (x.restarts >= policy.most_restarts) {
    const auto what = x.what; // keeps name and policy: x goes with its place in the map
    children.erase(what->name);
    tools->give_up({ec::session_down, fmt::format("actor {} died after {} restarts, and is given up: {}", what->name,
                                                  policy.most_restarts, why)});
    return;
  }
  const auto delay = restart_delay(policy, ++x.restarts, tools->random());
  tools->log.warning("actor died", {{"actor", x.what->name},
                                    {"reason", why},
                                    {"restart_in_ms", std::chrono::duration<double, std::milli>(delay).count()},
                                    {"attempt", x.restarts}});
  self->delayed_send(self, delay, restart_atom_v, x.what->name);
}

void supervisor_state::on_exit() {
  is_stopping = true;
  std::erase_if(children, [](const auto& x) { return !x.second.running; });
  for (const auto& [child_name, x] : children) self->send_exit(x.running, caf::exit_reason::user_shutdown);
  if (children.empty()) self->quit(caf::exit_reason::user_shutdown);
}

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                           std::shared_ptr<const supervisor_tools> tools) {
  self->state.tools = std::move(tools);
  self->set_down_handler([self](caf::down_msg& x) { self->state.on_down(x.source, x.reason); });
  self->set_exit_handler([self](caf::exit_msg&) { self->state.on_exit(); });
  return {
      [self](supervise_atom, const std::shared_ptr<const child>& what) -> caf::result<caf::actor> {
        auto started = self->state.start(what);
        if (!started) return std::move(started.error());
        return std::move(*started);
      },
      [self](restart_atom, const std::string& name) { self->state.restart(name); },
  };
}

} // namespace strike::process
