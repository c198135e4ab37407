#pragma once

#include "process/app.hpp"
#include "process/status_server.hpp"
#include "process/supervisor.hpp"
#include "settings.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace strike::process {

/// One service from its start to its end. Members are destroyed from the last to the first: what actors use outlives
/// the actor system.
class shell {
public:
  shell(const service_description& what, settings from);

  /// @returns the exit code
  int run();

private:
  friend class environment;
  struct stop_function {
    std::string name;
    std::function<void()> call;
  };
  struct system_config : caf::actor_system_config {
    system_config();
  };

  result<void> start();
  result<void> listen();
  http_reply answer(std::string_view path) const;
  std::shared_ptr<const supervisor_tools> tools();
  void wait();
  void stop();
  void begin(std::string step);
  std::string still_running();

  service_description what_;
  settings settings_;
  logger log_;
  metric_registry metrics_;
  readiness ready_;
  gauge* ready_gauge_ = nullptr; ///< before the first answer
  roster alive_;
  std::stop_source stopping_;
  std::vector<stop_function> stop_functions_;

  std::mutex guard_;     ///< of the next three
  bool is_over_ = false; ///< the service said so
  std::optional<error> failure_;
  std::string step_; ///< of the orderly stop

  int stop_signals_ = 0;
  std::unique_ptr<status_server> server_;
  system_config system_config_;
  std::optional<caf::actor_system> system_;
  supervisor_actor root_;
  std::optional<environment> environment_;
};

} // namespace strike::process
