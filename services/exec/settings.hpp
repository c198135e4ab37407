#pragma once

#include "bus/options.hpp"
#include "config/section.hpp"
#include "router/router.hpp"
#include "simulator/simulation_config.hpp"

namespace strike::exec {

/// What exec takes for the time.
enum class clock_mode : std::uint8_t {
  wall, ///< the system's clock
  feed, ///< the newest time of receipt among the events it has seen: for replays
};

/// `[exec]` of strike.toml, and what the simulated venue is made of: `[simulator]`, `[[instrument]]`, `[venue.*]`.
struct settings {
  router::settings router;  ///< the one that the service embeds, for the market data of paper orders
  bus::bind_config listen;  ///< where strategies send orders
  bus::bind_config publish; ///< ord/<strategy>/
  clock_mode clock = clock_mode::wall;
  std::size_t queue = 100'000; ///< events that may wait for exec, before newer ones replace older ones
  simulator::simulation_config simulation;
};

/// Mistakes are recorded in the document.
settings read_settings(config::section root);

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::clock_mode> {
  using clock_mode = exec::clock_mode;
  static constexpr std::string_view what = "clock";
  static constexpr std::array table = {enum_name{clock_mode::wall, "wall"}, enum_name{clock_mode::feed, "feed"}};
};
