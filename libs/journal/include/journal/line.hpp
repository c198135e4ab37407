#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"

#include <string>

namespace strike::journal {

/// Appends one event as a line of the recording format, with its newline. Lossless: what
/// `reader` makes of the line equals `event`, except that `timestamp` has milliseconds (a finer venue time is kept in
/// `venue_ns`).
void append_line(std::string& out, const market_event& event, const instrument_registry& instruments);

} // namespace strike::journal
