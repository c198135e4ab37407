#pragma once

#include "strategies/dashboard_output.hpp"
#include "strategies/exec_link.hpp"
#include "strategies/host_settings.hpp"
#include "strategies/messages.hpp"
#include "strategies/strategy_runner.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace strike::strategies {

/// What the host and all its strategies share; outlives them.
struct host_tools {
  settings config;
  std::shared_ptr<instrument_registry> instruments;
  caf::actor router;
  process::logger& log;
  process::metric_registry& metrics;
  std::shared_ptr<dashboard_output> dashboard;
  std::function<std::int64_t()> wall_ns;                                       ///< any thread
  process::random_source random;                                               ///< of restarts
  std::function<void(std::string_view peer, std::string_view bytes)> answer{}; ///< to a ControlRequest
  std::shared_ptr<exec_link> exec{};                                           ///< null: there is none
  std::function<catalog::view_ptr(std::int64_t now_ns)> markets{};             ///< any thread; none: no catalog
  std::function<void(std::uint64_t running, std::uint64_t all)> beat{};        ///< a sign of life of the host
};
using host_tools_ptr = std::shared_ptr<const host_tools>;

/// What one start of a strategy is made from.
struct strategy_start {
  definition what;
  std::uint32_t restarts = 0; ///< so far
};

inline constexpr std::chrono::seconds longest_exec_wait{3};

struct strategy_state {
  explicit strategy_state(caf::event_based_actor* owner) : self{owner} {}
  void start(host_tools_ptr shared, const strategy_start& from);
  void begin_work();
  void take(const router::parcel& parcel);
  void take(const exec_news& news);
  void wake();
  void show();
  void leave();

  caf::event_based_actor* self;
  host_tools_ptr tools;
  wire::dashboard_state shown; ///< what does not change from one state to the next
  std::optional<strategy_metrics> metrics;
  std::optional<strategy_runner> runner;
  router::consumer_ptr consumer;
  std::int64_t wake_ns = INT64_MAX; ///< for when a wake-up is under way
  bool has_begun = false;
  static inline const char* name = "strategy";

private:
  std::function<result<void>(std::string_view)> order_sender() const;
  void after_calls();
  void send_route_changes();
};

/// A STRATEGY runs one instance: takes parcels from the router and news from exec, keeps its timers, shows its state.
/// It begins once exec has said how its account stands, so that its first order finds somebody, or after
/// `longest_exec_wait` without. Its orders are cancelled when it ends. It ends with `ec::invalid_config` if its
/// configuration cannot be made into a strategy, and with an error whose text is what() if the strategy throws. An exit
/// message ends it at once.
caf::behavior strategy_behavior(caf::stateful_actor<strategy_state>* self, host_tools_ptr tools, strategy_start from);

} // namespace strike::strategies
