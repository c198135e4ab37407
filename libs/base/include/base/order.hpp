#pragma once

#include "base/market_event.hpp"

namespace strike {

/// Unique within a run for backtests, for the life of the account otherwise.
struct order_id {
  std::uint64_t value = 0; ///< 0 = none
  auto operator<=>(const order_id&) const = default;
};

enum class order_type : std::uint8_t { limit, market };
template <> struct enum_names<order_type> {
  static constexpr std::string_view what = "order type";
  static constexpr std::array table = {enum_name{order_type::limit, "limit"}, enum_name{order_type::market, "market"}};
};

enum class time_in_force : std::uint8_t { gtc, gtd, ioc, fok };
template <> struct enum_names<time_in_force> {
  static constexpr std::string_view what = "time in force";
  static constexpr std::array table = {enum_name{time_in_force::gtc, "gtc"}, enum_name{time_in_force::gtd, "gtd"},
                                       enum_name{time_in_force::ioc, "ioc"}, enum_name{time_in_force::fok, "fok"}};
};

enum class order_state : std::uint8_t {
  pending, ///< sent, not yet answered
  open,
  partially_filled, ///< and still open
  filled,
  cancelled,
  rejected,
  expired, ///< its time in force or its instrument ended
  unknown, ///< no answer: neither open nor rejected until the venue has been asked
};
template <> struct enum_names<order_state> {
  static constexpr std::string_view what = "order state";
  static constexpr std::array table = {enum_name{order_state::pending, "pending"},
                                       enum_name{order_state::open, "open"},
                                       enum_name{order_state::partially_filled, "partially_filled"},
                                       enum_name{order_state::filled, "filled"},
                                       enum_name{order_state::cancelled, "cancelled"},
                                       enum_name{order_state::rejected, "rejected"},
                                       enum_name{order_state::expired, "expired"},
                                       enum_name{order_state::unknown, "unknown"}};
};
constexpr bool is_final(order_state x) {
  return x == order_state::filled || x == order_state::cancelled || x == order_state::rejected ||
         x == order_state::expired;
}

/// Which price sets a stop order off.
enum class stop_trigger : std::uint8_t { last, mark, index };
template <> struct enum_names<stop_trigger> {
  static constexpr std::string_view what = "stop trigger";
  static constexpr std::array table = {enum_name{stop_trigger::last, "last"}, enum_name{stop_trigger::mark, "mark"},
                                       enum_name{stop_trigger::index, "index"}};
};

/// What a strategy asks for.
struct order_request {
  instrument_id instrument;
  strike::side side = strike::side::buy;
  order_type type = order_type::limit;
  price limit;                            ///< limit orders only
  quantity size;                          ///< > 0
  time_in_force tif = time_in_force::gtc; ///< a market order never rests: gtc acts as ioc
  bool post_only = false;
  bool reduce_only = false;
  std::int64_t expire_ns = 0; ///< gtd only: when the venue cancels what is left
  /// > 0: a stop order, which the venue holds back until the price of `trigger` is at or above it (buys), or at or
  /// below it (sells).
  price stop;
  stop_trigger trigger = stop_trigger::last;
};

enum class liquidity : std::uint8_t { maker, taker };
template <> struct enum_names<liquidity> {
  static constexpr std::string_view what = "liquidity";
  static constexpr std::array table = {enum_name{liquidity::maker, "maker"}, enum_name{liquidity::taker, "taker"}};
};

/// Why a simulated order filled; a live fill is `venue`.
enum class fill_reason : std::uint8_t {
  touch, ///< taker: walked the displayed book
  cross, ///< maker: the opposite touch reached or passed its price
  trade, ///< maker: a trade printed through its price
  queue, ///< maker: a trade printed at its price and the queue model said it was our turn
  venue, ///< the venue said so
};
template <> struct enum_names<fill_reason> {
  static constexpr std::string_view what = "fill reason";
  static constexpr std::array table = {enum_name{fill_reason::touch, "touch"}, enum_name{fill_reason::cross, "cross"},
                                       enum_name{fill_reason::trade, "trade"}, enum_name{fill_reason::queue, "queue"},
                                       enum_name{fill_reason::venue, "venue"}};
};

struct fill {
  std::int64_t venue_ns = 0;
  order_id order;
  instrument_id instrument;
  strike::side side = strike::side::buy;
  price at;
  quantity size;
  money fee; ///< in the instrument's settlement currency; negative = rebate
  strike::liquidity liquidity = strike::liquidity::taker;
  fill_reason reason = fill_reason::venue;
};

/// Every change of an order's life, as its strategy learns of it.
struct order_update {
  std::int64_t venue_ns = 0; ///< when it happened at the venue
  order_id order;
  instrument_id instrument;
  order_state state = order_state::pending;
  quantity filled;                       ///< in all
  quantity remaining;                    ///< 0 once final
  std::optional<strike::fill> execution; ///< the fill that this update tells of
  std::string reason;                    ///< rejected, cancelled, expired: why; empty otherwise
};

} // namespace strike
