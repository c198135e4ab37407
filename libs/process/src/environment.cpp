#include "process/environment.hpp"

#include "process/actor_error.hpp"
#include "shell.hpp"
#include "signals.hpp"

#include <caf/scoped_actor.hpp>

namespace strike::process {

environment::environment(shell& from)
    : system{*from.system_}, config{from.settings_.document.root()}, log{from.log_}, metrics{from.metrics_},
      ready{from.ready_}, stop{from.stopping_.get_token()}, shell_{from} {}

result<void> environment::check_config() const { return shell_.settings_.document.finish(); }

result<caf::actor> environment::supervise(child what) {
  result<caf::actor> started;
  caf::scoped_actor self{system};
  self->request(shell_.root_, caf::infinite, supervise_atom_v, std::make_shared<const child>(std::move(what)))
      .receive([&](const caf::actor& x) { started = x; },
               [&](const caf::error& why) { started = std::unexpected{from_caf(why)}; });
  return started;
}

void environment::on_stop(std::string name, std::function<void()> stop_it) {
  shell_.stop_functions_.push_back({std::move(name), std::move(stop_it)});
}

void environment::finish() {
  const std::scoped_lock lock{shell_.guard_};
  shell_.is_over_ = true;
  signals::wake();
}

void environment::fail(error why) {
  const std::scoped_lock lock{shell_.guard_};
  shell_.is_over_ = true;
  log.error("failed", {{"reason", why.text}});
  if (!shell_.failure_) shell_.failure_ = std::move(why);
  signals::wake();
}

} // namespace strike::process
