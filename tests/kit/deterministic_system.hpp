#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <utility>
#include <vector>

/// An actor system that runs only when told to, on a clock that only the test moves.
struct deterministic_system {
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  } cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  caf::scoped_actor self{sys, true};
  std::vector<caf::strong_actor_ptr> spawned;

  ~deterministic_system() { // an actor left alive would hang ~actor_system
    for (const auto& hdl : spawned) caf::anon_send_exit(hdl, caf::exit_reason::kill);
    sched.run();
  }
  template <class F, class... Ts> auto spawn(F f, Ts&&... xs) {
    auto hdl = sys.spawn(f, std::forward<Ts>(xs)...);
    spawned.push_back(caf::actor_cast<caf::strong_actor_ptr>(hdl));
    sched.run();
    return hdl;
  }
  /// Delivers what is pending, moves the clock, delivers what that caused.
  void advance(caf::timespan x) {
    sched.run();
    sched.advance_time(x);
    sched.run();
  }
  /// Sends a request, runs all actors, returns the reply; `sec::request_timeout` if there is none.
  template <class T, class Handle, class... Ts> caf::expected<T> ask(const Handle& to, Ts&&... xs) {
    auto pending = self->request(to, caf::infinite, std::forward<Ts>(xs)...);
    sched.run();
    caf::expected<T> result{caf::sec::request_timeout};
    if (self->has_next_message()) // otherwise `receive` blocks for ever
      pending.receive([&](T& x) { result = std::move(x); }, [&](caf::error& x) { result = std::move(x); });
    return result;
  }
};
