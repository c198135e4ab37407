#pragma once

#include "dashboard/market_board.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What the page's Markets tab asks for, as JSON made from a board when it is asked.
namespace strike::dashboard {

/// A market in words where the symbol says nothing, as a Polymarket token does; may be empty.
using name_function = std::function<std::string(instrument_id)>;

struct quote_filter {
  std::optional<venue> at;
  std::string text; ///< words that all must be in symbol or name, in any case; empty: all
  std::size_t most = 100;
};

/// {"total":1234,"quotes":[{"instrument":"deribit:BTC-PERPETUAL","name":"","kind":"perpetual","bid":..,"ask":..,
///   "bid_size":..,"ask_size":..,"last":..,"mark":..,"iv":..,"delta":..,"open_interest":..,"funding":..,
///   "received_ms":..,"trust":"live"}]}: those with a ticker, most traded (by open interest) first, then by name.
std::string quotes_json(const market_board& of, const quote_filter& what, const name_function& name);

/// What there are option chains of: {"chains":[{"venue":"deribit","base":"BTC","expiries":[{"at_ms":..,"count":..}]}]}.
std::string chains_json(const market_board& of);

/// One expiry: {"venue":..,"base":..,"at_ms":..,"underlying":..,"strikes":[{"strike":90000,"call":Q,"put":Q}]}, Q as
/// above with "bid_iv" and "ask_iv"; null where there is none. Ascending by strike.
std::string chain_json(const market_board& of, venue at, std::string_view base, std::int64_t expiry_ns);

/// {"quote":Q,"rules":{"tick":..,"lot":..,"minimum":..,"multiplier":..,"settlement":..,"outcome":..},
///  "book":{"trust":..,"changed_ms":..,"sequence":"..","bids":[[price,size],..],"asks":[..],"bid_levels":..,
///  "ask_levels":..},"trade":{..}}: best first; `book` and `trade` null where nothing came.
std::string market_json(const market_board& of, instrument_id id, std::size_t depth, const name_function& name);

} // namespace strike::dashboard
