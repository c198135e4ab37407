#pragma once

#include "base/order.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the venue tells of one's own orders and trades: the user channel and the private queries.
namespace strike::polymarket {

/// In any capitals, bare or behind ORDER_STATUS_; a cancellation may have its reason behind it (CANCELED_<reason>).
enum class order_status : std::uint8_t {
  live,
  matched,   ///< fully
  delayed,   ///< accepted, waits for the market's taker delay; cannot be cancelled meanwhile
  unmatched, ///< marketable, delayed, and not matched: it rests or has failed, sources differ
  cancelled,
  resolved, ///< removed as its market was resolved
  invalid,  ///< removed by the venue, as when its balance is gone
};

enum class order_event : std::uint8_t { placement, update, cancellation };

/// In any capitals, bare or behind TRADE_STATUS_.
enum class trade_status : std::uint8_t {
  matched,   ///< off chain; MATCHED_NOT_BROADCASTED too
  mined,     ///< in a block
  confirmed, ///< final
  retrying,  ///< its transaction failed and is being sent again
  failed,    ///< given up: it did not happen
};
constexpr bool is_final(trade_status x) { return x == trade_status::confirmed || x == trade_status::failed; }

} // namespace strike::polymarket

template <> struct strike::enum_names<strike::polymarket::order_status> {
  using status = polymarket::order_status;
  static constexpr std::string_view what = "order status";
  static constexpr std::array table = {
      enum_name{status::live, "LIVE"},          enum_name{status::matched, "MATCHED"},
      enum_name{status::delayed, "DELAYED"},    enum_name{status::unmatched, "UNMATCHED"},
      enum_name{status::cancelled, "CANCELED"}, enum_name{status::resolved, "CANCELED_MARKET_RESOLVED"},
      enum_name{status::invalid, "INVALID"}};
};
template <> struct strike::enum_names<strike::polymarket::order_event> {
  using event = polymarket::order_event;
  static constexpr std::string_view what = "order event";
  static constexpr std::array table = {enum_name{event::placement, "PLACEMENT"}, enum_name{event::update, "UPDATE"},
                                       enum_name{event::cancellation, "CANCELLATION"}};
};
template <> struct strike::enum_names<strike::polymarket::trade_status> {
  using status = polymarket::trade_status;
  static constexpr std::string_view what = "trade status";
  static constexpr std::array table = {enum_name{status::matched, "MATCHED"}, enum_name{status::mined, "MINED"},
                                       enum_name{status::confirmed, "CONFIRMED"},
                                       enum_name{status::retrying, "RETRYING"}, enum_name{status::failed, "FAILED"}};
};

namespace strike::polymarket {

/// One of one's orders, as an event or a query tells it.
struct order_row {
  std::string id; ///< 0x and hex: the digest
  std::optional<order_event> event;
  order_status status = order_status::live;
  std::string reason; ///< behind CANCELED_
  std::string owner;  ///< API key; may be empty
  std::string market; ///< condition id
  std::string asset;  ///< token id
  strike::side side = side::buy;
  quantity original, matched;      ///< shares; `matched` is 0 where the venue leaves it empty
  price limit;                     ///< 0: not said
  std::vector<std::string> trades; ///< of its fills, ids
  std::int64_t venue_ns = 0;       ///< of the event; of a query's row 0
};

/// A part of a trade that a resting order had.
struct maker_part {
  std::string order, owner, asset;
  quantity size;
  price at;
  std::optional<strike::side> side; ///< none: an older message
};

struct trade_row {
  std::string id;
  std::string taker_order, market, asset, owner;
  strike::side side = side::buy; ///< the taker's
  quantity size;
  price at; ///< of the taker; may be the average of several makers
  trade_status status = trade_status::matched;
  std::optional<liquidity> ours; ///< trader_side; none: an older message
  std::vector<maker_part> makers;
  std::int64_t match_ns = 0;
  std::string why; ///< err_msg
};

/// A fill of one of one's own orders within a trade.
struct own_fill {
  std::string order, asset;
  strike::side side = side::buy;
  price at;
  quantity size;
  strike::liquidity role = liquidity::taker;
};

/// Which parts of a trade are of orders that `is_ours` knows, or of the API key `owner`. A taker's price is the exact
/// average of its legs where they are all there. A maker's side, where it is not said: opposite to the taker's on the
/// same token; the same as the taker's on the complement (the venue minted or merged a pair).
/// @param is_ours bool(std::string_view order)
std::vector<own_fill> own_fills(const trade_row& trade, std::string_view owner,
                                const std::function<bool(std::string_view order)>& is_ours);

/// A frame of the user channel: an object or an array of them.
///
///     {"event_type":"order","type":"UPDATE","id":"0x51..","owner":"<key>","market":"0xaa..","asset_id":"11","side":"BUY",
///      "original_size":"100","size_matched":"25","price":"0.4","status":"LIVE","timestamp":"1782864005123"}
///     {"event_type":"trade","type":"TRADE","id":"c0ffee..","taker_order_id":"0x99..","market":"0xaa..","asset_id":"12",
///      "side":"BUY","size":"25","price":"0.6","status":"MATCHED","trader_side":"MAKER","match_time":"1782864005",
///      "maker_orders":[{"order_id":"0x51..","owner":"<key>","matched_amount":"25","price":"0.4","asset_id":"11"}]}
///
/// Source: Polymarket CLOB, user channel.
struct user_news {
  std::vector<order_row> orders;
  std::vector<trade_row> trades;
  std::vector<std::string> unknown; ///< event types that are not known
};
/// @returns `ec::malformed` that names the field: nothing of the frame is used
result<user_news> parse_user_frame(std::string_view frame);

/// The answer of /data/order/{id}: none if the venue answers null, nothing or {}.
/// @returns `ec::malformed` that names the field
result<std::optional<order_row>> parse_order(std::string_view json);

template <class Row> struct account_page {
  std::vector<Row> rows;
  std::string next_cursor; ///< empty: this was the last page
};
/// Pages of /data/orders and /data/trades; a bare array is a single page.
/// @returns `ec::malformed` that names the field
result<account_page<order_row>> parse_orders(std::string_view json);
result<account_page<trade_row>> parse_trades(std::string_view json);

/// What the wallet holds of one token.
struct position_row {
  std::string asset, market;
  quantity size;
  bool is_redeemable = false; ///< the market is resolved; the shares stay until somebody redeems them
};
/// The Data API's /positions: an array. @returns `ec::malformed` that names the field
result<std::vector<position_row>> parse_positions(std::string_view json);

} // namespace strike::polymarket
