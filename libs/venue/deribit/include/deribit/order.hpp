#pragma once

#include "base/order.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace strike::deribit {

// The frames that an order connection sends. Source: Deribit API v2, sections "Order entry", "Cancels", "Queries",
// "Cancel on disconnect". Sizes are `amount`, never contracts: USD for inverse futures, coin else.

/// What `private/buy`, `private/sell` say: every flag explicitly, so that no default of the venue counts.
/// @param symbol, label without a character that JSON escapes
/// @param what gtd goes out as good_til_cancelled: the venue has no deadline of its own
/// @param valid_until_ms the venue refuses an order that it takes up later, venue time
std::string place(std::uint64_t id, std::string_view symbol, std::string_view label, const order_request& what,
                  std::int64_t valid_until_ms);

/// Which order: by the venue's id; without one by label and instrument.
struct order_name {
  std::string_view venue_id, label, symbol, currency; ///< `currency` it settles in
};
/// @param what with the new limit and size (the total); what a stop waits for is said again
/// @param is_working a stop that has gone off has no trigger any more
std::string edit(std::uint64_t id, const order_name& which, const order_request& what, bool is_working,
                 std::int64_t valid_until_ms);
std::string cancel(std::uint64_t id, const order_name& which);
std::string cancel_all(std::uint64_t id);

std::string order_state(std::uint64_t id, std::string_view venue_id);
std::string order_state_by_label(std::uint64_t id, std::string_view currency, std::string_view label);
/// @param type "all", "trigger_all"
std::string open_orders(std::uint64_t id, std::string_view type);
/// The newest, finished ones too.
std::string order_history(std::uint64_t id, std::string_view symbol, int count);

/// @param historical also what is older than a day; lags a little
std::string trades_of_order(std::uint64_t id, std::string_view venue_id, bool historical);
/// Which page of the account's trades, oldest first.
struct trade_query {
  std::string_view currency;
  std::int64_t start_ms = 0;
  std::string_view start_id; ///< not empty: from that trade on, instead of `start_ms`
  bool historical = false;
};
/// How many a page may have.
inline constexpr int most_trades = 1000;
std::string trades_since(std::uint64_t id, const trade_query& which);

std::string positions(std::uint64_t id);
std::string account_summary(std::uint64_t id, std::string_view currency);
std::string platform_status(std::uint64_t id);

/// For the orders placed through this connection.
std::string set_cancel_on_disconnect(std::uint64_t id, bool on);
std::string get_cancel_on_disconnect(std::uint64_t id);

} // namespace strike::deribit
