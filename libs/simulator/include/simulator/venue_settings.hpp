#pragma once

#include "base/rules.hpp"
#include "config/section.hpp"
#include "match/fees.hpp"
#include "match/latency.hpp"

#include <string>
#include <vector>

namespace strike::simulator {

/// Fees of every instrument that matches, as `rule_pattern` matches.
struct fee_pattern {
  venue at = venue::deribit;
  std::string base;
  std::optional<instrument_kind> kind;
  std::optional<bool> is_inverse;
  match::fee_schedule fees;

  bool matches(const instrument& what) const;
};

/// Money that an account has when a run begins.
struct starting_cash {
  venue at = venue::deribit;
  std::string currency;
  money amount;
};

/// One `[venue.<name>]` of a configuration.
struct venue_settings {
  std::int64_t feed_delay_ns = 0;
  match::latency_config latency;
  std::vector<rule_pattern> rules; ///< the first that matches counts
  std::vector<fee_pattern> fees;   ///< the first that matches counts
  std::vector<starting_cash> cash;
};

/// Reads a venue; what it does not say is taken from `defaults`, whose rules and fees stand behind its own.
venue_settings read_venue(config::section settings, venue at, const venue_settings& defaults);

/// The keys of one fee schedule: rule, maker_rate, taker_rate, cap, flat, exponent, rebate, decimals, delivery_rate,
/// delivery_cap.
match::fee_schedule read_fees(config::section& settings);

} // namespace strike::simulator
