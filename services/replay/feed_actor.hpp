#pragma once

#include "bus/context.hpp"
#include "process/environment.hpp"
#include "replay/feed_control.hpp"
#include "replay/feed_loop.hpp"
#include "replay/feed_settings.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>
#include <caf/type_id.hpp>

#include <string>

CAF_BEGIN_TYPE_ID_BLOCK(strike_replay_feed, caf::first_custom_type_id + 200)
CAF_ADD_ATOM(strike_replay_feed, strike::replay, status_atom, "status")
CAF_END_TYPE_ID_BLOCK(strike_replay_feed)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::replay::control_call_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::replay::replay_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::wire::control_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::wire::control_reply)

namespace strike::replay {

/// A replay that runs. `actor` takes
///   (wire::control_request)  replies a wire::control_reply once it is done
///   (control_call_ptr)       the same, replied by the call's own function
///   (status_atom)            replies a replay_status
struct running_feed {
  caf::actor actor;
  std::string endpoint; ///< as bound: with the port that was chosen
  std::string control;  ///< empty: none
};

/// Starts a replay that belongs to the process: it ends when that stops. A recording that cannot be read on ends the
/// process with code 1.
/// @returns what is wrong with recording, endpoints or control, by name
result<running_feed> start_feed(process::environment& env, const bus::context& where, feed_settings settings);

} // namespace strike::replay
