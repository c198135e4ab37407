#pragma once

#include "process/backoff.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <string>
#include <utility>

namespace strike::process {

/// An actor that the supervisor keeps alive.
struct child {
  /// @param spawn called as `spawn(caf::actor_system&)` for the first start and for each restart, on a thread of the
  /// actor system; returns the new actor's handle, of any kind. Whoever needs the handle is told by it. What it throws
  /// counts as a death.
  template <class Spawn>
  child(std::string child_name, Spawn spawn, restart_policy how = {})
      : name{std::move(child_name)}, policy{how}, start{[f = std::move(spawn)](caf::actor_system& x) {
          return caf::actor_cast<caf::actor>(f(x));
        }} {}

  std::string name; ///< unique in the process; in logs and in the label of `strike_actor_restarts_total`
  restart_policy policy;
  std::function<caf::actor(caf::actor_system&)> start;
};

} // namespace strike::process
