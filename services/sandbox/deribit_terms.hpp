#pragma once

#include "match/fees.hpp"
#include "sandbox/market_view.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::sandbox::deribit {

/// The state's word. Source: Deribit page, section 8.8.
std::string_view state_word(instrument_state x);
bool is_expired(instrument_state x);
/// "27NOV26"; "PERPETUAL"; empty for spot.
std::string expiry_word(const symbol_info& x);

/// The object of `public/get_instruments`. Source: Deribit page, section 9.1.
std::string instrument_json(const instrument_view& x);
/// Units of the underlying, or of quote money, that a contract is.
quantity contract_size(const instrument& x);
/// Prices that orders may have now: around the mark, on the tick, above 0 but for combos.
struct price_band {
  price lowest, highest;
};
std::optional<price_band> band_of(const instrument& x, double mark);
/// As the listing says, rounded to 8 decimals. Source: Deribit page, section 12.3.
match::fee_schedule fees_of(const instrument& x);
/// `amount` in contracts, as JSON.
std::string contracts_json(const instrument& x, quantity amount);

/// A member of a ticker: at the top, or within "stats" or "greeks".
struct ticker_field {
  std::string_view group, key;
  std::string json;
  bool operator==(const ticker_field&) const = default;
};
using ticker_fields = std::vector<ticker_field>;

/// Of the trades since the sandbox began; the venue's are those of 24 hours.
struct trade_stats {
  optional_price first, last, high, low;
  quantity volume;
};

/// Source: Deribit page, section 8.3.
/// @param quote may be newer than that of `x`
ticker_fields ticker_of(const instrument_view& x, const ticker& quote, std::int64_t venue_ns, const trade_stats& stats,
                        bool has_future_of_expiry);
/// @param more members put in front, as "\"type\":\"change\""
std::string ticker_json(const ticker_fields& x, std::string_view more = {});
/// Those of `now` that `before` has not; `timestamp` and `instrument_name` always. What is gone is null.
ticker_fields difference(const ticker_fields& before, const ticker_fields& now);

} // namespace strike::sandbox::deribit
