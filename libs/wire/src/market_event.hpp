#pragma once

#include "base/market_event.hpp"
#include "strike/v1/market.pb.h"

namespace strike::wire {

/// Whether an event was read, or holds something that only a newer version knows.
enum class reading : std::uint8_t { done, unknown };

/// @param to empty
void write_event(v1::MarketEvent& to, const market_event& from);
/// All but the instrument.
/// @returns `ec::malformed` for lists of different lengths and for rules that cannot be applied
result<reading> read_event(market_event& to, const v1::MarketEvent& from);

void write_definition(v1::InstrumentDefinition& to, const instrument& from);
/// @returns `ec::malformed` for steps and sizes that are not above 0 or not ascending
result<reading> read_definition(instrument& to, const v1::InstrumentDefinition& from);

} // namespace strike::wire
