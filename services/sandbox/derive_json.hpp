#pragma once

#include "match/fees.hpp"
#include "sandbox/derive_tape.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace strike::sandbox::derive {

/// The API's generation; they share most shapes.
enum class api : std::uint8_t { v2, v3 };

/// A decimal string, rounded to so many places, at most 9: "0.67698".
std::string decimal_text(double x, int places);

/// "option", "perp", "erc20".
std::string_view type_word(const instrument& x);

/// What the venue charges, as its instruments tell. Source: Derive, fees and max_fee.
match::fee_schedule fees_of(const instrument& x);
/// What may be matched: buys up to the highest, sells down to the lowest; none without a mark. Source: Derive, price
/// band.
struct price_band {
  price lowest, highest;
};
std::optional<price_band> band_of(const instrument_view& x);

/// Of `public/get_instrument`. Source: Derive, Instrument.
boost::json::object instrument_json(const instrument_view& x);

/// {"t":..,"b":".."}: what `ticker_slim` holds. Source: Derive, ticker_slim.
std::string slim_ticker(const instrument_view& x, const trade_stats* stats, std::int64_t now_ns);
/// Of v2's `ticker` channel and `public/get_ticker`. Source: Derive, ticker (v2 long form).
boost::json::object long_ticker(const instrument_view& x, const trade_stats* stats, std::int64_t now_ns);

/// The best levels, best first, prices in groups of so many ticks. Source: Derive, orderbook.
std::string orderbook(const instrument_view& x, int group, std::size_t depth, std::uint64_t publish_id,
                      std::int64_t now_ns);

/// A row of the `trades` channels. Source: Derive, trades.
std::string trade_row(const printed_trade& x);
/// A row of `public/get_trade_history`, once for each party.
boost::json::object settled_row(const printed_trade& x, bool is_taker, api version);

} // namespace strike::sandbox::derive

template <> struct strike::enum_names<strike::sandbox::derive::api> {
  using api = sandbox::derive::api;
  static constexpr std::string_view what = "generation of Derive's API";
  static constexpr std::array table = {enum_name{api::v2, "v2"}, enum_name{api::v3, "v3"}};
};
