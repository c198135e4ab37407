#pragma once

#include "base/market_event.hpp"

#include <cstdint>

namespace strike::feed {

/// One channel of one instrument as a dense index: 4 x instrument + channel.
using slot = std::uint32_t;

inline constexpr slot channels = static_cast<slot>(enum_names<channel>::table.size());
constexpr slot slot_of(instrument_id id, channel what) { return id.index * channels + static_cast<slot>(what); }
constexpr slot slot_of(const market_event& x) { return slot_of(x.instrument, channel_of(x)); }
constexpr instrument_id instrument_of(slot x) { return {x / channels}; }
constexpr channel channel_of_slot(slot x) { return static_cast<channel>(x % channels); }

} // namespace strike::feed
