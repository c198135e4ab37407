#pragma once

#include "config/section.hpp"
#include "match/exchange.hpp"
#include "simulator/venue_settings.hpp"

#include <array>

namespace strike::simulator {

/// One `[[instrument]]`: what the user says of one instrument, over everything else.
struct instrument_override {
  venue at = venue::deribit;
  std::string symbol;
  std::optional<tick_table> ticks;
  optional_quantity lot, minimum, multiplier;
  std::optional<std::string> index, outcome, complement;
  std::optional<match::queue_model> queue;
  std::optional<match::fee_schedule> fees;

  instrument applied_to(instrument rules) const;
};

/// What a simulated run needs to know of its venues.
struct simulation_config {
  match::exchange_config exchange;
  std::array<match::latency_config, venue_count> latency; ///< by venue
  std::array<std::int64_t, venue_count> feed_delay_ns{};  ///< by venue: added to the venue's time where recv_ns is 0
  std::vector<starting_cash> cash;
  std::vector<rule_pattern> rules; ///< the first that matches counts
  std::vector<instrument_override> instruments;
  std::int64_t equity_step_ns = 10'000'000'000; ///< > 0: how far apart samples of equity lie
};

/// Reads `[simulator]`, `[[instrument]]` and `[venue.<name>]` over the venues' public defaults, which are compiled in
/// from libs/rules/data/venues.toml. Mistakes are recorded in the document. Keys: deploy/strike.example.toml.
simulation_config read_simulation(config::section root);

/// Makes the overrides known to the rules of a run.
/// @returns `ec::malformed` if a symbol does not fit its venue's grammar
result<void> define_overrides(const simulation_config& settings, instrument_registry& instruments,
                              instrument_rules& rules);

} // namespace strike::simulator
