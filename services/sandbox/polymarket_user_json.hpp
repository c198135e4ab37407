#pragma once

#include "sandbox/json_text.hpp"
#include "sandbox/polymarket_orders.hpp"

namespace strike::sandbox::polymarket {

/// What the shapes of an account are made of.
struct account_view {
  const trading_desk& desk;
  const order_entry& orders;
  const market_state& state;
  const market_source& source;
};

/// "LIVE", "MATCHED", "CANCELED", ... Source: Polymarket, order event.
std::string order_status(const order_record& x);

/// A row of /data/orders, also within messages. Keys as in the recorded event.
json_members order_members(const order_record& x, const account_view& in);
std::string order_object(const order_record& x, const account_view& in);
/// Of the user channel.
std::string order_message(const user_event& x, const account_view& in);

/// A row of /data/trades. Keys as in the recorded row. Makers' fills of even number are told of on the other outcome's
/// token, as matches that make a pair are. Source: Polymarket, which part of a trade is ours.
json_members trade_members(const trade_state& x, const account_view& in);
std::string trade_object(const trade_state& x, const account_view& in);
/// Of the user channel.
std::string trade_message(const user_event& x, const account_view& in);
/// 0x and 64 digits, of a trade's id.
std::string transaction_hash(const std::string& trade_id);

/// Of the Data API.
std::string positions_array(owner_id of, const eth_address& funder, const account_view& in);
std::string public_trades_array(owner_id of, const eth_address& funder, const account_view& in);

} // namespace strike::sandbox::polymarket
