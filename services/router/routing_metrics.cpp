#include "router/routing_metrics.hpp"

#include <utility>

namespace strike::router {

void routing_metrics::update(const routing& from) {
  const labels mine{{"router", router_}};
  const auto show = [&](std::string_view name, std::string_view help, std::uint64_t total) {
    auto& shown = shown_[std::string{name}];
    registry_.get_counter(name, help, mine).add(total - std::exchange(shown, total));
  };
  const auto& x = from.counts();
  show("strike_router_messages_total", "market data messages received", x.messages);
  show("strike_router_events_total", "events taken from them", x.events);
  show("strike_router_duplicates_total", "messages seen before, also snapshots meant for others", x.duplicates);
  show("strike_router_snapshots_total", "snapshots taken", x.snapshots);
  show("strike_router_gaps_total", "gaps in sequence numbers", x.gaps);
  show("strike_router_lost_events_total", "events in those gaps", x.lost);
  show("strike_router_new_epochs_total", "publishers seen to have restarted, per topic", x.new_epochs);
  show("strike_router_malformed_total", "messages that broke their format", x.malformed);
  show("strike_router_unreadable_events_total", "events that only a newer version knows", x.unreadable);
  registry_.get_gauge("strike_router_upstream_prefixes", "what is subscribed upstream", mine)
      .set(static_cast<std::int64_t>(from.upstream_prefixes()));
  for (const auto& who : from.consumers()) follow(who);
}

void routing_metrics::follow(const consumer_ptr& who) {
  auto& known = consumers_[who->name];
  if (known.who != who) known = {.who = who};
  const labels its{{"router", router_}, {"consumer", who->name}};
  const auto show = [&](std::string_view name, std::string_view help, std::uint64_t total) {
    auto& shown = known.shown[std::string{name}];
    registry_.get_counter(name, help, its).add(total - std::exchange(shown, total));
  };
  show("strike_router_conflated_total", "tickers that a newer one replaced before a slow consumer had room",
       who->conflated);
  show("strike_router_resynced_total", "books sent anew to a slow consumer", who->resynced);
  show("strike_router_lost_trades_total", "trades for which a slow consumer had no room", who->lost);
  registry_.get_gauge("strike_router_pending_events", "events that wait for a consumer", its)
      .set(static_cast<std::int64_t>(who->pending.load()));
}

} // namespace strike::router
