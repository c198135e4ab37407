#include "strategies/host_settings.hpp"

#include "feed/endpoints.hpp"
#include "rules/patterns.hpp"

namespace strike::strategies {

namespace {

std::chrono::nanoseconds read_positive(config::section& table, std::string_view key,
                                       std::chrono::nanoseconds fallback) {
  const std::chrono::nanoseconds x{table.duration_ns(key, fallback.count())};
  if (x > std::chrono::nanoseconds{0}) return x;
  table.reject(key, "must be above 0");
  return fallback;
}

} // namespace

settings read_settings(config::section root, std::shared_ptr<const strategy_registry> types) {
  settings x;
  auto table = root.table("strategies");
  x.router.upstream = feed::read_connects(root, table, "upstream", {"tcp://127.0.0.1:5550"});
  x.router.grace = read_positive(table, "grace", x.router.grace);
  x.publish = feed::read_bind(root, table, "publish", "tcp://127.0.0.1:5560");
  x.control = feed::read_bind(root, table, "control", "tcp://127.0.0.1:5561");
  if (const auto exec = table.text("exec", ""); !exec.empty())
    x.exec = feed::read_connects(root, table, "exec", {exec}).front();
  x.clock = table.choice("clock", x.clock);
  x.dashboard_every = read_positive(table, "dashboard_every", x.dashboard_every);
  x.queue = static_cast<std::size_t>(table.integer("queue", static_cast<std::int64_t>(x.queue), 1, 10'000'000));
  x.restart.first = read_positive(table, "restart_first", x.restart.first);
  x.restart.longest = read_positive(table, "restart_longest", x.restart.longest);
  if (x.restart.longest < x.restart.first) table.reject("restart_longest", "must not be below restart_first");
  x.strategies = read_definitions(root, *types);
  x.types = std::move(types);
  if (root.has("catalog")) x.catalog = catalog::read_settings(root);
  x.rules = rules::read_rules(root);
  return x;
}

} // namespace strike::strategies
