#include "dashboard/boards.hpp"

namespace strike::dashboard {

void boards::poll(std::int64_t steady_ns, std::int64_t wall_ns) {
  strategies.poll(wall_ns);
  markets.poll(steady_ns);
  const auto show = [this](std::string_view section, std::string text) {
    strategies.set_section(section, std::move(text));
  };
  show("services", services.services_json(wall_ns));
  show("replay", services.replay_json(wall_ns));
  show("feeds", markets.feeds_json());
  show("equity", equity_json(trades, markets, cash));
  show("profits", profits_json(trades, markets));
  show("exposure", exposure_json(trades, markets));
  show("positions", positions_json(trades, markets, {}, name));
  show("orders", orders_json(trades, markets, {.state = "open"}, name));
  show("fills", fills_json(trades, markets, {.most = 50}, name));
}

} // namespace strike::dashboard
