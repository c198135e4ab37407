#pragma once

#include "base/error.hpp"
#include "config/section.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "process/readiness.hpp"
#include "process/supervision.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <stop_token>
#include <string>

namespace strike::process {

class shell;

/// What a running service has of its process. It lives until the process ends; a service may keep a reference.
class environment {
public:
  explicit environment(shell& from);
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  caf::actor_system& system;
  config::section config; ///< the root of strike.toml; read it while starting, on the main thread
  logger& log;
  metric_registry& metrics;
  readiness& ready;
  std::stop_token stop; ///< requested when the orderly stop begins

  /// Every mistake of the configuration, once all settings are read and before anything is started with them. The
  /// shell asks again after the start.
  result<void> check_config() const;

  /// Starts an actor that is restarted when it dies, and ended when the process stops. A child that dies too often
  /// ends the process with code 1.
  /// @returns the first actor, or `ec::invalid_config` if the name is taken or it cannot start
  result<caf::actor> supervise(child what);

  /// To be called at the orderly stop, before the actors are ended: latest first, each on the main thread. What it
  /// owns is destroyed after the actors are gone. While starting, on the main thread.
  void on_stop(std::string name, std::function<void()> stop_it);

  /// The work is done: the orderly stop, then code 0. Any thread.
  void finish();
  /// The service cannot go on: the reason is logged, then the orderly stop and code 1. Any thread.
  void fail(error why);

private:
  shell& shell_;
};

} // namespace strike::process
