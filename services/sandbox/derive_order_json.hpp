#pragma once

#include "sandbox/derive_orders.hpp"

namespace strike::sandbox::derive {

/// What the shapes of an account are made of.
struct account_view {
  const trading_desk& desk;
  const order_entry& orders;
  const market_view& market;
  api version;
};

/// Source: Derive, Order object; keys as in the recorded reply.
boost::json::object order_json(const order_record& x, const account_view& in);
/// Source: Derive, Trade object.
boost::json::object fill_json(const fill_record& x, const order_record& of, const eth_address& wallet,
                              const account_view& in);
/// The fills of an order so far.
boost::json::array fills_json(order_id of, const eth_address& wallet, const account_view& in);

/// Source: Derive, account state: positions that are not flat, without expired ones.
boost::json::array positions_json(owner_id of, const account_view& in);
boost::json::array collaterals_json(owner_id of, const account_view& in);
/// Of `private/get_subaccount`. Keys as in the recorded reply.
boost::json::object subaccount_json(std::uint64_t id, owner_id of, const account_view& in);

} // namespace strike::sandbox::derive
