#pragma once

#include "strategies/strategy_actor.hpp"
#include "wire/control.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>
#include <vector>

namespace strike::strategies {

/// The HOST is the parent of all strategies: starts those that are enabled, restarts one that died by an exception
/// after a wait, and leaves the others alone. Unlike a supervisor it never gives up: a strategy that dies again and
/// again is shown as such, and a new configuration or a stop ends that. An exit message ends it and all strategies.
using host_actor = caf::typed_actor<
    // Starts a strategy that does not run; what runs goes on. Replies at once, or `ec::not_found`.
    caf::replies_to<start_atom, std::string>::with<caf::ok_atom>,
    // Ends a strategy. Replies when it has ended, or `ec::not_found`.
    caf::replies_to<stop_atom, std::string>::with<caf::ok_atom>,
    // Gives a strategy a new `[[strategy]]` table (name, TOML) and, unless it was stopped, starts it anew. Replies when
    // the old one has ended, or `ec::not_found`, or `ec::invalid_config` with the mistakes; then nothing has changed.
    caf::replies_to<reconfigure_atom, std::string, std::string>::with<caf::ok_atom>,
    // By name.
    caf::replies_to<list_atom>::with<std::vector<strategy_facts>>,
    // A ControlRequest (peer, bytes); `host_tools::answer` is given the ControlReply.
    caf::reacts_to<control_atom, std::string, std::string>,
    // The wait before a restart (name, which wait) is over; sent by the host to itself.
    caf::reacts_to<restart_atom, std::string, std::uint64_t>,
    // Shows the strategies that do not run; sent by the host to itself.
    caf::reacts_to<show_atom>>;

struct host_state {
  using promise = caf::typed_response_promise<caf::ok_atom>;
  struct entry {
    definition what;
    wire::run_state state = wire::run_state::stopped;
    std::string reason;
    bool is_wanted = false; ///< to run
    caf::actor running;     ///< null: none
    bool is_ending = false; ///< it was told to
    std::uint32_t restarts = 0;
    int attempts = 0;       ///< in a row, without being well in between
    std::uint64_t wait = 0; ///< number of the wait that counts
    caf::actor_clock::time_point running_since{};
    std::vector<promise> waiting; ///< for its end
  };

  explicit host_state(host_actor::pointer owner) : self{owner} {}
  void start_all();
  caf::result<caf::ok_atom> start(const std::string& name);
  caf::result<caf::ok_atom> stop(const std::string& name);
  caf::result<caf::ok_atom> reconfigure(const std::string& name, const std::string& toml);
  std::vector<strategy_facts> list() const;
  void restart(const std::string& name, std::uint64_t wait);
  void on_exit(const caf::exit_msg& what);
  void show_all();
  void control(const std::string& peer, const std::string& bytes);

  host_actor::pointer self;
  host_tools_ptr tools;
  std::map<std::string, entry> entries; ///< by name
  static inline const char* name = "strategies-host";

private:
  void run(entry& x);
  void end(entry& x);
  void after_end(entry& x);
  void after_death(entry& x, const caf::error& why);
  void set_state(entry& x, wire::run_state state, std::string reason = {});
  void show(const entry& x);
  caf::error no_such(const std::string& name) const;
};

host_actor::behavior_type host_behavior(host_actor::stateful_pointer<host_state> self, host_tools_ptr tools);

} // namespace strike::strategies
