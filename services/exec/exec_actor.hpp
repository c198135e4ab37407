#pragma once

#include "exec/order_store.hpp"
#include "exec/settings.hpp"
#include "process/environment.hpp"
#include "router/messages.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// The condition of readiness that a venue takes orders.
inline std::string ready_condition(venue at) { return "orders " + std::string{to_text(at)}; }

/// What exec needs of its process, and what outlives an exec that dies and is started anew.
struct exec_parts {
  settings how;
  std::shared_ptr<instrument_registry> instruments;
  caf::actor router;
  process::logger& log;
  process::metric_registry& metrics;
  std::unique_ptr<order_store> store; ///< of exec's thread alone
  std::function<bool(std::string_view peer, std::string_view bytes)> send;
  std::function<void(std::string_view topic, std::string_view bytes)> publish;
  /// A reply to an operator, who has a time limit: one that does not leave is not missed here.
  std::function<void(std::string_view peer, std::string_view bytes)> answer;
  process::readiness& ready; ///< of the process: a condition for each venue
};

/// Where an exec that is told to stop leaves the names of the orders that are still open.
using stop_promise = std::shared_ptr<std::promise<std::vector<std::string>>>;

/// EXEC has a thread of its own, which sleeps on the sockets of the venues: orders, store and venues live on it. It
/// takes (request_atom, peer, bytes) and (control_atom, peer, bytes) from the bus, (accounts_atom, prefix: somebody
/// subscribed), and `router::parcel_ptr`s from the router, each of which wakes it. (stop_atom, stop_promise): takes no
/// more orders, cancels what is open if its settings say so, and tells when that is confirmed, or the bound of its
/// settings has passed. An exit message ends it.
caf::actor spawn_exec(caf::actor_system& in, std::shared_ptr<exec_parts> what);

} // namespace strike::exec

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(strike::exec::stop_promise)
