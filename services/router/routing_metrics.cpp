#include "router/routing_metrics.hpp"

namespace strike::router {

/// A counter that follows a total kept elsewhere.
void routing_metrics::raise(std::string_view name, std::string_view help, std::uint64_t to, std::string_view consumer) {
  process::metric_registry::labels labels{{"router", router_}};
  if (!consumer.empty()) labels.emplace("consumer", consumer);
  auto& counter = registry_.get_counter(name, help, labels);
  if (to > counter.value()) counter.add(to - counter.value());
}

void routing_metrics::update(const routing& from) {
  const auto& x = from.counts();
  raise("strike_router_messages_total", "market data messages received", x.messages);
  raise("strike_router_events_total", "events taken from them", x.events);
  raise("strike_router_duplicates_total", "messages seen before, also snapshots meant for others", x.duplicates);
  raise("strike_router_snapshots_total", "snapshots taken", x.snapshots);
  raise("strike_router_gaps_total", "gaps in sequence numbers", x.gaps);
  raise("strike_router_lost_events_total", "events in those gaps", x.lost);
  raise("strike_router_new_epochs_total", "publishers seen to have restarted, per topic", x.new_epochs);
  raise("strike_router_malformed_total", "messages that broke their format", x.malformed);
  raise("strike_router_unreadable_events_total", "events that only a newer version knows", x.unreadable);
  registry_.get_gauge("strike_router_upstream_prefixes", "what is subscribed upstream", {{"router", router_}})
      .set(static_cast<std::int64_t>(from.upstream_prefixes()));
  for (const auto& who : from.consumers()) {
    raise("strike_router_conflated_total", "tickers that a newer one replaced before a slow consumer had room",
          who->conflated, who->name);
    raise("strike_router_resynced_total", "books sent anew to a slow consumer", who->resynced, who->name);
    raise("strike_router_lost_trades_total", "trades for which a slow consumer had no room", who->lost, who->name);
    registry_
        .get_gauge("strike_router_pending_events", "events that wait for a consumer",
                   {{"router", router_}, {"consumer", who->name}})
        .set(static_cast<std::int64_t>(who->pending.load()));
  }
}

} // namespace strike::router
