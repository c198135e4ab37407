#include "exec/settings.hpp"

#include "exec/deribit_settings.hpp"
#include "exec/derive_settings.hpp"
#include "exec/polymarket_settings.hpp"
#include "feed/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::exec {

namespace {

constexpr std::int64_t shortest_reconcile_ns = 5'000'000'000;

std::filesystem::path store_of(config::section& table) {
  const std::filesystem::path usual = "data/exec.db";
  return table.has("store") ? table.file("store") : table.folder() / usual;
}

} // namespace

settings read_settings(config::section root) {
  auto table = root.table("exec");
  settings x;
  x.router.upstream = feed::read_connects(root, table, "upstream", {"tcp://127.0.0.1:5550"});
  x.listen = feed::read_bind(root, table, "listen", "tcp://127.0.0.1:5570");
  x.publish = feed::read_bind(root, table, "publish", "tcp://127.0.0.1:5571");
  x.control = feed::read_bind(root, table, "control", "tcp://127.0.0.1:5572");
  x.clock = table.choice("clock", x.clock);
  x.queue = static_cast<std::size_t>(table.integer("queue", static_cast<std::int64_t>(x.queue), 1'000, 10'000'000));
  x.store = store_of(table);
  x.ca_file = table.file("ca_file").string();
  x.live = read_live_venues(root, table, live_venue_kinds());
  const auto is_live = [&](venue at) { return std::ranges::find(x.live, at, &live_venue::at) != x.live.end(); };
  // their keys are known on paper too, and mistakes are found before they matter
  if (!is_live(venue::deribit)) read_deribit_settings(root);
  if (!is_live(venue::derive)) read_derive_settings(table.table("derive"));
  if (!is_live(venue::polymarket)) read_polymarket_settings(root);
  x.reconcile.orders = table.choice("foreign_orders", x.reconcile.orders);
  x.reconcile.positions = table.choice("foreign_positions", x.reconcile.positions);
  x.reconcile.every_ns = table.duration_ns("reconcile_every", x.reconcile.every_ns);
  if (x.reconcile.every_ns < shortest_reconcile_ns)
    table.reject("reconcile_every", "is below 5s: venues limit how often an account may be asked for");
  x.cancel_on_stop = table.flag("cancel_on_stop", x.cancel_on_stop);
  x.busy_poll = table.flag("busy_poll", x.busy_poll);
  x.stop_wait_ns = table.duration_ns("stop_wait", x.stop_wait_ns);
  x.risk = read_risk(root);
  x.simulation = simulator::read_simulation(root);
  return x;
}

std::filesystem::path read_store_file(config::section root) {
  auto table = root.table("exec");
  for (const auto& key : table.keys()) table.has(key); // the rest is exec's to check
  return store_of(table);
}

std::string banner(const settings& how) {
  std::string text;
  for (const auto& row : enum_names<venue>::table) {
    if (!text.empty()) text += ", ";
    const auto live = std::ranges::find(how.live, row.value, &live_venue::at);
    text +=
        live == how.live.end() ? fmt::format("{} paper", row.text) : fmt::format("{} LIVE ({})", row.text, live->shown);
  }
  return text;
}

} // namespace strike::exec
