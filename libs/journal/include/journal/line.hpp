#pragma once

#include "base/market_event.hpp"
#include "base/order.hpp"
#include "base/registry.hpp"

#include <string>
#include <string_view>

namespace strike::journal {

/// Appends one event as a line of the recording format, with its newline. Lossless: what
/// `reader` makes of the line equals `event`, except that `timestamp` has milliseconds (a finer venue time is kept in
/// `venue_ns`).
void append_line(std::string& out, const market_event& event, const instrument_registry& instruments);

/// A change of an order's life, to stand in a recording beside the market that it met.
struct order_line {
  std::string_view strategy;       ///< the instance's name
  std::string_view client_id;      ///< never empty
  std::string_view venue_trade_id; ///< of the execution; empty if simulated or without one
  std::int64_t recv_ns = 0;        ///< when it was received here; 0: unknown
  const order_update& update;
};

/// Appends an order as a line of type `order`, with its newline. Readers of markets count such lines and go on.
///
///     {"type":"order","timestamp":1700000000000,"instrument":"BTC-PERPETUAL","strategy":"gamma","client_id":"g-7",
///      "order_id":7,"state":"partially_filled","filled":20,"remaining":80,"fill_price":42000.5,"fill_size":10,
///      "fill_side":"buy","fee":0.000001,"liquidity":"maker","fill_reason":"venue","fill_ns":1700000000000000000,
///      "trade_id":"T-1","venue":"deribit","recv_ns":1700000000000412345}
///
/// `timestamp` is when it happened at the venue, with `venue_ns` beside it where that is finer. `reason` is there if an
/// order was rejected, cancelled or expired and the venue said why; the keys from `fill_price` on, if it tells of a
/// fill; `order_id` is the strategy's own number; `fee` is in the settlement currency, negative for a rebate.
void append_line(std::string& out, const order_line& order, const instrument_registry& instruments);

} // namespace strike::journal
