#pragma once

#include "base/rules.hpp"
#include "bus/options.hpp"
#include "catalog/settings.hpp"
#include "process/backoff.hpp"
#include "router/router.hpp"
#include "strategies/definition.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace strike::strategies {

/// What a strategy takes for the time.
enum class clock_mode : std::uint8_t {
  wall, ///< the system's clock
  feed, ///< the newest time of receipt among the events it has seen: a replay gives the same signals at any speed
};

/// `[strategies]` and `[[strategy]]` of strike.toml. Keys: deploy/strike.example.toml.
struct settings {
  router::settings router;                 ///< the one that the service embeds
  bus::bind_config publish;                ///< dash/<strategy>/
  bus::bind_config control;                ///< ControlRequest
  std::optional<bus::connect_config> exec; ///< who carries out orders; none: they are refused
  clock_mode clock = clock_mode::wall;
  std::chrono::nanoseconds dashboard_every{std::chrono::milliseconds{500}};
  std::size_t queue = 10'000; ///< events that wait for one strategy, before newer ones replace older ones
  process::restart_policy restart{.first = std::chrono::seconds{1}, .longest = std::chrono::minutes{1}};
  std::shared_ptr<const strategy_registry> types;
  std::vector<definition> strategies;
  std::optional<catalog::settings> catalog; ///< none: strategies see no markets
  std::vector<rule_pattern> rules;          ///< of instruments that no status event has defined yet
};

/// Mistakes are recorded in the document.
settings read_settings(config::section root, std::shared_ptr<const strategy_registry> types);

} // namespace strike::strategies

template <> struct strike::enum_names<strike::strategies::clock_mode> {
  using clock_mode = strategies::clock_mode;
  static constexpr std::string_view what = "clock";
  static constexpr std::array table = {enum_name{clock_mode::wall, "wall"}, enum_name{clock_mode::feed, "feed"}};
};
