#pragma once

#include "dashboard/market_board.hpp"
#include "dashboard/market_views.hpp"
#include "dashboard/trade_board.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// Orders, fills, positions and what they add up to, as JSON.
namespace strike::dashboard {

/// What an account had before anything was traded.
struct cash_row {
  venue at = venue::deribit;
  std::string currency;
  double amount = 0;
};

/// Empty texts match all.
struct trade_filter {
  std::string strategy, venue;
  std::string text;  ///< a part of the instrument, in any case
  std::string state; ///< orders: "open" (all that are not final), or one state
  std::size_t most = 200;
};

/// [{"strategy":..,"client_id":..,"instrument":..,"name":..,"side":"buy"|null,"type":..,"limit":..,"size":..,
///   "filled":..,"remaining":..,"state":..,"reason":..,"venue_ms":..,"received_ms":..,"number":..}], newest first.
std::string orders_json(const trade_board& of, const market_board& names, const trade_filter& what,
                        const name_function& name);

/// [{"number":..,"strategy":..,"instrument":..,"name":..,"side":..,"price":..,"size":..,"fee":..,"currency":..,
///   "liquidity":..,"reason":..,"venue_ms":..,"client_id":..,"trade_id":..}], newest first.
std::string fills_json(const trade_board& of, const market_board& names, const trade_filter& what,
                       const name_function& name);

/// [{"strategy":..,"instrument":..,"name":..,"venue":..,"kind":..,"underlying":..,"size":..,"average":..,"mark":..,
///   "currency":..,"unrealized":..,"realized":..,"fees":..,"delta":..,"gamma":..,"vega":..,"theta":..,"iv":..,
///   "quote_ms":..,"trust":..,"is_whole":..}]: open ones. Greeks are the position's, delta in coin; null: not known.
std::string positions_json(const trade_board& of, const market_board& markets, const trade_filter& what,
                           const name_function& name);

/// [{"venue":..,"currency":..,"start":..|null,"realized":..,"unrealized":..,"fees":..,"pnl":..,"equity":..|null}]:
/// over all strategies; `equity` where the starting cash is known.
std::string equity_json(const trade_board& of, const market_board& markets, const std::vector<cash_row>& cash);

/// [{"strategy":..,"venue":..,"currency":..,"realized":..,"unrealized":..,"fees":..,"pnl":..,"since_ms":..,
///   "is_whole":..}]
std::string profits_json(const trade_board& of, const market_board& markets);

/// [{"underlying":"BTC","price":..,"delta":..,"notional":..,"gamma":..,"vega":..,"theta":..,"positions":..,
///   "unknown":..,"venues":[{"venue":..,"delta":..,"gamma":..,"vega":..,"theta":..}]}]: netted across venues. Delta in
/// coin, notional in dollars. `unknown` counts positions that are left out since their greeks or marks are not known.
/// Binaries have no underlying that nets: they stand under "binaries", with their value as notional.
std::string exposure_json(const trade_board& of, const market_board& markets);

} // namespace strike::dashboard
