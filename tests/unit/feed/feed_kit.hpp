#pragma once

#include "base/registry.hpp"
#include "bus/topic.hpp"
#include "feed/slot.hpp"
#include "wire/market.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace feed_kit {

using namespace strike;
using namespace strike::feed;

inline price units(std::int64_t x) { return price{x * nanos_per_unit}; }
inline quantity lots(std::int64_t x) { return quantity{x * nanos_per_unit}; }

inline market_event tick(instrument_id id, std::int64_t bid, std::int64_t at_ns = 1) {
  return {at_ns, at_ns, id, trust::live, ticker{.best_bid = units(bid), .best_ask = units(bid + 1)}};
}
inline market_event whole_book(instrument_id id, std::int64_t bid, std::int64_t at_ns = 1) {
  return {at_ns, at_ns, id, trust::live,
          book_snapshot{.bids = {{units(bid), lots(1)}}, .asks = {{units(bid + 1), lots(1)}}}};
}
inline market_event bid_change(instrument_id id, std::int64_t bid, std::int64_t size, std::int64_t at_ns = 1) {
  return {at_ns, at_ns, id, trust::live, book_change{.bids = {{units(bid), lots(size)}}}};
}
inline market_event print(instrument_id id, std::int64_t at, std::int64_t at_ns = 1) {
  return {at_ns, at_ns, id, trust::live, trade{.at = units(at), .size = lots(1)}};
}
inline market_event status(instrument_id id, instrument_state what) {
  return {1, 1, id, trust::live, instrument_status{.state = what}};
}

/// Of a ticker or book snapshot, in units.
inline std::int64_t best_bid(const market_event& x) {
  if (const auto* touch = std::get_if<ticker>(&x.body)) return (*touch->best_bid).nanos / nanos_per_unit;
  return std::get<book_snapshot>(x.body).bids.at(0).at.nanos / nanos_per_unit;
}

struct names : testing::Test {
  instrument_registry instruments;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id eth = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  instrument_id option = *instruments.intern(venue::deribit, "BTC-27NOV26-90000-C");

  std::string topic(instrument_id id, channel what) const {
    return *bus::market_topic(instruments.at(id).at, instruments.at(id).symbol, what);
  }
};

} // namespace feed_kit
