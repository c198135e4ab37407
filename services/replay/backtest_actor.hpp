#pragma once

#include "replay/backtest.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>

CAF_BEGIN_TYPE_ID_BLOCK(strike_replay, caf::first_custom_type_id)
CAF_ADD_ATOM(strike_replay, strike::replay, run_atom, "run")
CAF_ADD_ATOM(strike_replay, strike::replay, step_atom, "step")
CAF_ADD_ATOM(strike_replay, strike::replay, stop_atom, "stop")
CAF_ADD_ATOM(strike_replay, strike::replay, how_far_atom, "howfar")
CAF_END_TYPE_ID_BLOCK(strike_replay)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::replay::backtest_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const strike::replay::run_summary>)

namespace strike::replay {

using summary_ptr = std::shared_ptr<const run_summary>;

/// A BACKTEST runs one recording to its end, a batch a message, so that it can be asked and stopped in between.
using backtest_actor = caf::typed_actor<
    // Starts the run; the reply comes when it is over. Once.
    caf::replies_to<run_atom>::with<summary_ptr>,
    // The next batch; sent by the actor to itself.
    caf::reacts_to<step_atom>,
    // Ends the run after the batch under way; the summary then covers what ran.
    caf::reacts_to<stop_atom>,
    // How far the run is.
    caf::replies_to<how_far_atom>::with<backtest_progress>>;

struct backtest_state {
  explicit backtest_state(backtest_actor::pointer owner) : self{owner} {}

  backtest_actor::pointer self;
  std::unique_ptr<backtest> run;
  caf::typed_response_promise<summary_ptr> done;
  static inline const char* name = "backtest";
};

/// Spawn it detached: it waits for the disk.
backtest_actor::behavior_type backtest_behavior(backtest_actor::stateful_pointer<backtest_state> self,
                                                std::shared_ptr<std::unique_ptr<backtest>> run);

} // namespace strike::replay
