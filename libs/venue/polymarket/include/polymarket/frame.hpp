#pragma once

#include "base/market_event.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace strike::polymarket {

/// What `event_type` says. Source: CLOB market channel.
enum class message_kind : std::uint8_t {
  book,             ///< the whole book of one token; also an answer of GET /book, which has no `event_type`
  price_change,     ///< new totals of levels, of one token or both of a market
  tick_size_change, ///< of one token; its book begins anew
  last_trade_price, ///< a trade
  best_bid_ask,     ///< the touch of one token, without sizes
  new_market,       ///< of any market, asked for or not
  market_resolved,
  unknown,
};

/// A new total at a price.
struct level_change {
  std::string_view asset;
  side on = side::buy;               ///< buy: a bid
  book_level level;                  ///< size 0 removes it
  optional_price best_bid, best_ask; ///< after the change; 0 and 1 as sent, none if not sent
  bool is_malformed = false;         ///< `level` or `on` could not be read
};

/// A book as it was written: what its hash is made of.
struct book_text {
  struct level {
    std::string_view price, size;
  };
  std::string_view market, asset, timestamp, hash, minimum, tick, neg_risk, last; ///< empty: not sent
  std::vector<level> bids, asks;
};

/// One object of a frame. Texts point into the frame.
struct market_message {
  message_kind kind = message_kind::unknown;
  std::string_view type;                ///< `event_type` as sent
  std::string_view market;              ///< condition id
  std::string_view asset;               ///< token id: book, tick_size_change, last_trade_price, best_bid_ask
  std::int64_t venue_ns = 0;            ///< 0: not sent
  book_levels bids, asks;               ///< book; in the order sent
  std::vector<level_change> changes;    ///< price_change, whichever of its three forms it had
  optional_price best_bid, best_ask;    ///< best_bid_ask
  optional_price last;                  ///< last_trade_price; book, if sent
  optional_quantity size;               ///< last_trade_price
  std::optional<side> taker;            ///< last_trade_price
  optional_price tick;                  ///< tick_size_change: the new one; book, if sent
  std::vector<std::string_view> assets; ///< market_resolved, new_market
  std::string_view winner;              ///< market_resolved: token id; empty: none named
  book_text text;                       ///< book
  std::string_view
      fault; ///< the first field that could not be read, or is missing; what could be is there all the same
};

/// Reads what the market channel sends and what /book and /books answer. Keeps its memory from frame to frame.
///
///     {"event_type":"price_change","market":"0xaa..","timestamp":"1782864000123","price_changes":[
///       {"asset_id":"11","price":"0.41","size":"120.5","side":"BUY","hash":"9f..","best_bid":"0.41","best_ask":"0.44"}]}
///
/// Source: Polymarket CLOB, market channel: price_change of 2024 (flat), 2025 (`changes`) and since September 2025.
class frame_reader {
public:
  frame_reader();
  ~frame_reader();
  frame_reader(const frame_reader&) = delete;
  frame_reader& operator=(const frame_reader&) = delete;

  /// @param frame an object or an array of objects, followed by at least 64 readable bytes
  /// @returns its objects, until the next call; `ec::malformed` if it is no such JSON
  result<std::span<const market_message>> read(std::string_view frame);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace strike::polymarket

template <> struct strike::enum_names<strike::polymarket::message_kind> {
  using kind = polymarket::message_kind;
  static constexpr std::string_view what = "market message";
  static constexpr std::array table = {
      enum_name{kind::price_change, "price_change"},         enum_name{kind::book, "book"},
      enum_name{kind::best_bid_ask, "best_bid_ask"},         enum_name{kind::last_trade_price, "last_trade_price"},
      enum_name{kind::tick_size_change, "tick_size_change"}, enum_name{kind::new_market, "new_market"},
      enum_name{kind::market_resolved, "market_resolved"}};
};
