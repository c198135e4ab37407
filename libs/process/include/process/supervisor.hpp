#pragma once

#include "base/error.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "process/supervision.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

// Far behind the first, so that it never meets the blocks of the services.
CAF_BEGIN_TYPE_ID_BLOCK(strike_process, caf::first_custom_type_id + 900)
CAF_ADD_ATOM(strike_process, strike::process, supervise_atom, "supervise")
CAF_ADD_ATOM(strike_process, strike::process, restart_atom, "restart")
CAF_END_TYPE_ID_BLOCK(strike_process)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const strike::process::child>)

namespace strike::process {

/// Names of what is alive, for whoever must tell what keeps the process from ending. Any thread.
class roster {
public:
  void add(const std::string& name);
  void remove(const std::string& name);
  std::vector<std::string> names() const;

private:
  mutable std::mutex guard_;
  std::set<std::string> names_;
};

/// The SUPERVISOR starts actors and restarts each one that died, until its policy says that it is enough. One that
/// ended with `exit_reason::normal` or on request is done and stays ended. An exit message ends the children first,
/// then the supervisor.
using supervisor_actor = caf::typed_actor<
    // Starts a child. Replies the actor, or `ec::invalid_config` if the name is taken or the first start throws.
    caf::replies_to<supervise_atom, std::shared_ptr<const child>>::with<caf::actor>,
    // The wait before a restart is over; sent by the supervisor to itself.
    caf::reacts_to<restart_atom, std::string>>;

/// What the supervisor needs of its process; all of it outlives the supervisor.
struct supervisor_tools {
  logger& log;
  metric_registry& metrics;
  roster& alive;
  random_source random;
  std::function<void(error)> give_up; ///< a child has died too often; called on the supervisor's thread
};

struct supervisor_state {
  struct entry {
    std::shared_ptr<const child> what;
    caf::actor running;                                        ///< null while waiting for the restart
    std::optional<caf::actor_clock::time_point> running_since; ///< none: the start itself failed
    int restarts = 0;                                          ///< in a row, without being well in between
  };

  explicit supervisor_state(supervisor_actor::pointer owner) : self{owner} {}
  caf::expected<caf::actor> start(const std::shared_ptr<const child>& what);
  void restart(const std::string& name);
  void on_down(const caf::actor_addr& who, const caf::error& why);
  void on_exit();

  supervisor_actor::pointer self;
  std::shared_ptr<const supervisor_tools> tools;
  std::map<std::string, entry> children;
  bool is_stopping = false;
  static inline const char* name = "supervisor";

private:
  void run(entry& x);
  void after_death(entry& x, const std::string& why);
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                           std::shared_ptr<const supervisor_tools> tools);

} // namespace strike::process
