#pragma once

#include "config/section.hpp"
#include "strategy/subscription.hpp"

#include <vector>

namespace strike::strategies {

/// The key `instruments`: exact symbols and prefixes, at least one. Mistakes are recorded in the section.
std::vector<subscription> read_instruments(config::section& settings);

/// Each of `what` on its ticker and status channels.
std::vector<subscription> with_status(const std::vector<subscription>& what);

/// An optional size: 0 if absent, else > 0.
quantity read_size(config::section& settings, std::string_view key);

/// A duration > 0 and of at most 30 days: what timers take.
std::int64_t read_delay(config::section& settings, std::string_view key, std::int64_t fallback_ns);

} // namespace strike::strategies
