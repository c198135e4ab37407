#pragma once

#include "base/instrument.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace strike {

/// Reads a venue's symbol.
///
///     deribit     BTC-27NOV26-90000-C  BTC_USDC-3JAN26-1d02-P  BTC-PERPETUAL  ETH-25DEC26  XRP_USDC
///                 BTC-FS-25DEC26_PERP  BTC-CS-19MAY26-70000_75000
///     derive      ETH-20261127-3000-C  ETH-PERP  ETH-USDC  ('_' as decimal point of a strike)
///     polymarket  an unsigned 256-bit integer in decimal: "1130..." up to 78 digits, no leading zero
///
/// Sources: Deribit API v2 naming; Derive instrument names; Polymarket CLOB `asset_id`.
/// @returns `ec::malformed` that names the symbol, the venue and the part that does not fit
result<symbol_info> parse_symbol(venue at, std::string_view symbol);

/// The inverse of `parse_symbol` for single instruments (not combos, not Polymarket, whose symbols say no more than
/// themselves): print_symbol(v, *parse_symbol(v, s)) == s, unless s has trailing zeros behind a strike's point.
/// @returns `ec::malformed` if `info` has no symbol at that venue
result<std::string> print_symbol(venue at, const symbol_info& info);

/// Which venue's grammar a bare symbol fits. The grammars do not overlap, except that "ETH-USDC" is only Derive's and
/// "BTC_USDC" only Deribit's.
std::optional<venue> infer_venue(std::string_view symbol);

/// A Polymarket token id as 32 bytes, most significant first.
using token_id = std::array<std::uint8_t, 32>;
/// @returns `ec::malformed` for anything but decimal digits without a leading zero, or above 2^256 - 1
result<token_id> parse_token_id(std::string_view decimal_digits);
std::string to_string(const token_id& id);

/// "deribit:BTC-27NOV26-90000-C"; what users write in configuration files.
struct qualified_symbol {
  venue at;
  std::string symbol;
};
/// The venue may be left out where the grammar tells it.
/// @returns `ec::malformed` that says what was expected
result<qualified_symbol> parse_qualified_symbol(std::string_view text);

} // namespace strike
