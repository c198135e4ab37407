#pragma once

#include "sandbox/derive_private.hpp"

namespace strike::sandbox::derive {

using outcome = answer<boost::json::value>;

template <class T> std::unexpected<rpc_error> because(const answer<T>& x) { return std::unexpected{x.error()}; }

inline bool is_trigger(order_id id, const private_context& in) { return in.orders.extra(id).asked.is_trigger(); }

/// The subaccount that the parameters name.
struct account_of {
  std::uint64_t id;
  owner_id owner;
};
answer<account_of> account(parameters& p, const private_context& in);

// The private methods that change nothing.
outcome get_open_orders(const boost::json::object& params, const private_context& in);
outcome get_trigger_orders(const boost::json::object& params, const private_context& in);
outcome get_algo_orders(const boost::json::object& params, const private_context& in);
outcome get_order(const boost::json::object& params, const private_context& in);
outcome get_order_history(const boost::json::object& params, const private_context& in);
outcome get_orders(const boost::json::object& params, const private_context& in);
outcome get_trade_history(const boost::json::object& params, const private_context& in);
outcome get_positions(const boost::json::object& params, const private_context& in);
outcome get_collaterals(const boost::json::object& params, const private_context& in);
outcome get_subaccount(const boost::json::object& params, const private_context& in);
outcome get_subaccounts(const boost::json::object& params, const private_context& in);
outcome get_account(const boost::json::object& params, const private_context& in);
outcome session_keys(const boost::json::object& params, const private_context& in);

} // namespace strike::sandbox::derive
