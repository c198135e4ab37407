#pragma once

#include "exec/order_desk.hpp"
#include "exec/paper_venue.hpp"
#include "exec/settings.hpp"
#include "process/environment.hpp"
#include "router/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace strike::exec {

/// What exec needs of its process; outlives it.
struct exec_tools {
  settings how;
  std::shared_ptr<instrument_registry> instruments;
  caf::actor router;
  process::logger& log;
  process::metric_registry& metrics;
  std::function<std::int64_t()> wall_ns;
  std::function<bool(std::string_view peer, std::string_view bytes)> send;
  std::function<void(std::string_view topic, std::string_view bytes)> publish;
};
using exec_tools_ptr = std::shared_ptr<const exec_tools>;

struct exec_state {
  explicit exec_state(caf::event_based_actor* owner) : self{owner} {}
  void start(exec_tools_ptr shared);
  void request(std::string_view peer, std::string_view bytes);
  void take(const router::parcel& parcel);
  void round();
  void leave();

  caf::event_based_actor* self;
  exec_tools_ptr tools;
  std::optional<desk_metrics> metrics;
  std::optional<instrument_rules> rules;
  std::optional<risk_gate> risk;
  std::unique_ptr<order_desk> desk;
  std::vector<std::unique_ptr<paper_venue>> papers; ///< by venue
  router::consumer_ptr consumer;
  std::int64_t feed_ns = 0;          ///< clock = "feed": the newest time seen
  std::int64_t round_ns = INT64_MAX; ///< for when a round is under way
  static inline const char* name = "exec";

private:
  moment now() const;
  void want(instrument_id instrument);
  void warn(match::warning kind, instrument_id instrument, std::string_view text);
};

/// EXEC takes (request_atom, peer, bytes) from the bus and `router::parcel_ptr`s from the router, and answers over the
/// functions of its tools. An exit message ends it.
caf::behavior exec_behavior(caf::stateful_actor<exec_state>* self, exec_tools_ptr tools);

} // namespace strike::exec
