#pragma once

#include "sandbox/trading_desk.hpp"

#include <boost/json/array.hpp>

#include <string_view>

namespace strike::sandbox {

/// What a desk knows, for tests that compare it with what a client believes. Decimals are texts, times nanoseconds.
/// @param account only of this one; empty: of all
///
///     {"venue":"deribit","account":"sandbox-key","order_id":"55500000001","label":"a-1","instrument":"BTC-PERPETUAL",
///      "side":"buy","type":"limit","time_in_force":"gtc","price":"90000","size":"10","filled":"10",
///      "average_price":"89990.5","state":"filled","reason":"","created_ns":1,"updated_ns":2}
boost::json::array orders_json(const trading_desk& of, std::string_view account);
///     {"venue":"deribit","account":"sandbox-key","trade_id":"900000001","order_id":"55500000001","label":"a-1",
///      "instrument":"BTC-PERPETUAL","side":"buy","price":"90000","size":"10","fee":"0.00000005","fee_currency":"BTC",
///      "liquidity":"taker","time_ns":2,"is_reversed":false}
boost::json::array fills_json(const trading_desk& of, std::string_view account);
///     {"venue":"deribit","account":"sandbox-key","instrument":"BTC-PERPETUAL","size":"-10","average_price":90000.0,
///      "realized":"0","fees":"0.00000005"}; closed positions have the size 0
boost::json::array positions_json(const trading_desk& of, std::string_view account);
///     {"venue":"deribit","account":"sandbox-key","currency":"BTC","balance":"9.99999995","available":"9.9"}
boost::json::array balances_json(const trading_desk& of, std::string_view account);

} // namespace strike::sandbox
