#pragma once

#include "bus/options.hpp"
#include "config/section.hpp"
#include "exec/live_venues.hpp"
#include "exec/reconciler.hpp"
#include "exec/risk_limits.hpp"
#include "router/router.hpp"
#include "simulator/simulation_config.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace strike::exec {

/// What exec takes for the time.
enum class clock_mode : std::uint8_t {
  wall, ///< the system's clock
  feed, ///< the newest time of receipt among the events it has seen: for replays
};

/// `[exec]` of strike.toml, and what the simulated venue is made of: `[simulator]`, `[[instrument]]`, `[venue.*]`;
/// `[risk]`.
struct settings {
  router::settings router;  ///< the one that the service embeds, for the market data of orders
  bus::bind_config listen;  ///< where strategies send orders
  bus::bind_config publish; ///< ord/<strategy>/
  bus::bind_config control; ///< where operators ask: kill, halt, resume, risk
  clock_mode clock = clock_mode::wall;
  std::size_t queue = 100'000; ///< events that may wait for exec, before newer ones replace older ones
  std::filesystem::path store = "data/exec.db";
  std::string ca_file;          ///< whom to trust; empty: the system's store
  std::vector<live_venue> live; ///< the other venues are on paper
  reconcile_rules reconcile;
  risk_settings risk;
  bool cancel_on_stop = true;
  bool busy_poll = false; ///< never sleep: a core for the order path alone
  std::int64_t stop_wait_ns = 10'000'000'000; ///< for the confirmation of those cancellations
  simulator::simulation_config simulation;
};

/// Mistakes are recorded in the document. Real orders need three things: `live_orders = true`, the venue in `live`, and
/// its keys.
settings read_settings(config::section root);
/// `store` alone, for who only reads it.
std::filesystem::path read_store_file(config::section root);

/// "deribit LIVE (key abc..., testnet), derive paper, polymarket paper"
std::string banner(const settings& how);

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::clock_mode> {
  using clock_mode = exec::clock_mode;
  static constexpr std::string_view what = "clock";
  static constexpr std::array table = {enum_name{clock_mode::wall, "wall"}, enum_name{clock_mode::feed, "feed"}};
};
