#include "strategies/metrics.hpp"

namespace strike::strategies {

strategy_metrics metrics_of(process::metric_registry& registry, const std::string& strategy) {
  const process::metric_registry::labels who{{"strategy", strategy}};
  const auto counter = [&](std::string_view name, std::string_view help) -> process::counter& {
    return registry.get_counter(name, help, who);
  };
  return {.events = counter("strike_strategy_events_total", "Market events handed to the strategy"),
          .signals = counter("strike_strategy_signals_total", "Signals that the strategy reported"),
          .orders_refused = counter("strike_strategy_orders_refused_total", "Orders refused"),
          .fills = counter("strike_strategy_fills_total", "Fills of the strategy's orders"),
          .callback_ns = registry.get_histogram("strike_strategy_callback_seconds",
                                                "Time that the strategy took for the events of one message",
                                                process::latency_bounds_ns(), process::unit::nanosecond, who),
          .feed_ns = registry.get_histogram("strike_strategy_feed_seconds",
                                            "From a gateway's receipt of an event to the strategy, one of each message",
                                            process::latency_bounds_ns(), process::unit::nanosecond, who)};
}

} // namespace strike::strategies
