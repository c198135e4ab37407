#include "exec/risk_limits.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

constexpr double largest = 1e9; ///< of any count or amount that is a double
constexpr std::int64_t quiet_market_ns = 24 * 3600 * ns_per_s;

/// Not negative; 0 is no limit.
quantity size_limit(config::section& from, std::string_view key, quantity fallback) {
  const auto x = from.quantity_of(key, fallback);
  if (x < quantity{}) from.reject(key, "must not be negative; 0 is no limit");
  return x;
}
money usd_limit(config::section& from, std::string_view key, money fallback) {
  return {size_limit(from, key, {static_cast<std::int64_t>(fallback.nanos)}).nanos};
}

std::map<std::string, double, std::less<>> by_underlying(config::section& from, std::string_view key) {
  std::map<std::string, double, std::less<>> all;
  auto table = from.table(key);
  for (const auto& name : table.keys()) all[name] = table.number(name, 0, 0, largest);
  return all;
}

/// A positive duration.
std::int64_t duration(config::section& from, std::string_view key, std::int64_t fallback) {
  const auto x = from.duration_ns(key, fallback);
  if (x > 0) return x;
  from.reject(key, "must be above 0");
  return fallback;
}

risk_limits read_limits(config::section& from, risk_limits x) {
  x.order_size = size_limit(from, "max_order_size", x.order_size);
  x.order_notional = usd_limit(from, "max_order_notional", x.order_notional);
  x.position_size = size_limit(from, "max_position_size", x.position_size);
  x.position_notional = usd_limit(from, "max_position_notional", x.position_notional);
  x.portfolio_notional = usd_limit(from, "max_portfolio_notional", x.portfolio_notional);
  x.open_orders = from.integer("max_open_orders", x.open_orders, 0, 1'000'000);
  x.orders_per_second = from.number("orders_per_second", x.orders_per_second, 0, 1e6);
  x.order_burst =
      from.number("order_burst", x.order_burst > 0 ? x.order_burst : std::max(1.0, 2 * x.orders_per_second), 1, 1e6);
  x.daily_loss = from.number("max_daily_loss", x.daily_loss, 0, largest);
  x.drawdown = from.number("max_drawdown", x.drawdown, 0, largest);
  x.rejects = from.integer("max_rejects", x.rejects, 0, 10'000);
  x.delta = by_underlying(from, "max_delta");
  x.gamma = by_underlying(from, "max_gamma");
  x.vega = by_underlying(from, "max_vega");
  return x;
}

price_guard read_guard(config::section& from, price_guard x) {
  x.collar = from.number("collar", x.collar, 0, 10);
  x.option_collar = from.number("option_collar", x.option_collar, 0, 100);
  x.binary_collar = from.number("binary_collar", x.binary_collar, 0, 1);
  x.collar_ticks = from.integer("collar_ticks", x.collar_ticks, 0, 1'000'000);
  x.mark_age_ns = duration(from, "mark_age", x.mark_age_ns);
  return x;
}

kill_settings read_kill(config::section from) {
  kill_settings x;
  x.retry_ns = duration(from, "retry", x.retry_ns);
  x.alarm_ns = duration(from, "alarm", x.alarm_ns);
  x.give_up_ns = duration(from, "give_up", x.give_up_ns);
  x.slippage = from.number("slippage", x.slippage, 0, 1);
  x.option_slippage = from.number("option_slippage", x.option_slippage, 0, 1);
  x.binary_slippage = from.number("binary_slippage", x.binary_slippage, 0, 1);
  return x;
}

risk_limits beginners_limits() {
  risk_limits x;
  x.order_notional = {int128{20'000} * nanos_per_unit};
  x.position_notional = {int128{100'000} * nanos_per_unit};
  x.portfolio_notional = {int128{250'000} * nanos_per_unit};
  x.open_orders = 200;
  x.orders_per_second = 20;
  x.order_burst = 40;
  x.daily_loss = 1'000;
  x.drawdown = 2'500;
  x.rejects = 50;
  return x;
}

/// A book that nobody touches keeps its prices; whether the feed itself is alive, the trust of the data says.
price_guard default_guard(venue at, price_guard x) {
  if (at == venue::polymarket) x.mark_age_ns = x.held_mark_age_ns = quiet_market_ns;
  return x;
}

} // namespace

risk_settings::risk_settings() : all{beginners_limits()} {
  for (const auto& row : enum_names<venue>::table)
    guards[static_cast<std::size_t>(row.value)] = default_guard(row.value, {});
}

const price_guard& risk_settings::guard_of(venue at, std::string_view strategy) const {
  const auto own = strategy_guards.find(strategy);
  return (own != strategy_guards.end() ? own->second : guards)[static_cast<std::size_t>(at)];
}

risk_settings read_risk(config::section root) {
  risk_settings x;
  auto table = root.table("risk");
  x.all = read_limits(table, x.all);
  auto guard = read_guard(table, {});
  guard.held_mark_age_ns = duration(table, "held_mark_age", guard.held_mark_age_ns);
  x.self_trade_prevention = table.flag("self_trade_prevention", x.self_trade_prevention);
  x.reject_window_ns = duration(table, "reject_window", x.reject_window_ns);
  x.on_daily_loss = table.choice("on_daily_loss", x.on_daily_loss);
  x.on_drawdown = table.choice("on_drawdown", x.on_drawdown);
  x.on_rejects = table.choice("on_rejects", x.on_rejects);
  x.on_stale_data = table.choice("on_stale_data", x.on_stale_data);
  x.on_mismatch = table.choice("on_mismatch", x.on_mismatch);
  x.kill = read_kill(table.table("kill"));

  auto venues = table.table("venue");
  for (const auto& row : enum_names<venue>::table) {
    const auto at = static_cast<std::size_t>(row.value);
    auto own = venues.table(row.text);
    x.venues[at] = read_limits(own, {});
    x.guards[at] = read_guard(own, default_guard(row.value, guard));
    x.guards[at].held_mark_age_ns = duration(own, "held_mark_age", x.guards[at].held_mark_age_ns); // of instruments
  }
  auto strategies = table.table("strategy");
  for (const auto& name : strategies.keys()) {
    auto own = strategies.table(name);
    x.strategies[name] = read_limits(own, {});
    auto& guards = x.strategy_guards[name];
    for (std::size_t at = 0; at < venue_count; ++at) guards[at] = read_guard(own, x.guards[at]);
  }
  return x;
}

} // namespace strike::exec
