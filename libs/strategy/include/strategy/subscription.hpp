#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace strike {

/// What a strategy wants to see: one channel of one instrument, or of every instrument whose symbol starts with a
/// prefix ("BTC-27NOV26-*" is a whole expiry, "*" a whole venue).
struct subscription {
  venue at = venue::deribit;
  std::string symbol; ///< the symbol, or a prefix when `is_prefix`
  bool is_prefix = false;
  channel what = channel::ticker;

  bool matches(venue v, std::string_view s) const {
    return v == at && (is_prefix ? s.starts_with(symbol) : s == symbol);
  }
  bool operator==(const subscription&) const = default;
};

/// "deribit:BTC-PERPETUAL", "deribit:BTC-27NOV26-*", "*-PERP" is refused: the star stands at the end only.
/// @returns `ec::malformed` that says what was expected
result<subscription> parse_subscription(std::string_view text, channel what = channel::ticker);

} // namespace strike
