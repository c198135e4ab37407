#pragma once

#include "base/rules.hpp"
#include "config/section.hpp"

#include <string_view>
#include <vector>

namespace strike::rules {

/// The venues' public defaults as TOML, in the form of the `[venue.<name>]` tables of strike.toml.
std::string_view venue_defaults();

/// The rules of every venue: the `[[venue.<name>.rule]]` rows of a configuration, then the public defaults. The first
/// that matches counts. The other keys of those tables are left to whoever simulates the venue, and not checked.
std::vector<rule_pattern> read_rules(config::section root);

/// One `[[venue.<name>.rule]]`. Mistakes are recorded in the section.
rule_pattern read_rule(config::section& settings, venue at);

/// The keys by which a pattern matches: base, kind, inverse.
template <class Pattern> Pattern read_pattern(config::section& settings, venue at) {
  Pattern x;
  x.at = at;
  x.base = settings.text("base", "");
  if (settings.has("kind")) x.kind = settings.choice("kind", instrument_kind::option);
  if (settings.has("inverse")) x.is_inverse = settings.flag("inverse", false);
  return x;
}

/// The keys `tick` and `tick_steps`; a base of 0 if `tick` is absent.
tick_table read_ticks(config::section& settings);

/// A quantity > 0, or none if the key is absent.
optional_quantity read_positive(config::section& settings, std::string_view key);

} // namespace strike::rules
