#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Requests about one's own orders and account, and frames to the user channel.
/// Source: page of the protocol, submitting and queries, user channel.
namespace strike::polymarket {

/// A request of the CLOB. The path alone is signed.
struct private_call {
  std::string method = "GET";
  std::string path;
  std::string query = {}; ///< with its '?'; empty: none
  std::string body = {};
};

inline constexpr std::size_t most_orders = 15; ///< of a POST /orders

/// @param bodies of `signed_order`s, 1 to `most_orders`
private_call place_call(std::span<const std::string_view> bodies);
/// @param ids 1 or more
private_call cancel_call(std::span<const std::string_view> ids);
private_call cancel_all_call();
private_call order_call(std::string_view id);
/// @param cursor empty: the first page. @param id empty: all
private_call open_orders_call(std::string_view cursor, std::string_view id = {});
/// @param market condition id; empty: all. @param after_s seconds
private_call trades_call(std::string_view cursor, std::string_view market, std::int64_t after_s);
/// @param token empty: the collateral. @param is_position of Protocol V2
private_call funds_call(std::string_view token, bool is_position, int signature_type);
private_call heartbeat_call(std::string_view id);
private_call closed_only_call();

/// Path and query of the Data API. @param offset of the page
std::string positions_path(std::string_view wallet, std::size_t offset);
inline constexpr std::size_t positions_page = 500;

/// The first frame to the user channel. @param markets condition ids; none: all
std::string user_subscription(std::string_view api_key, std::string_view secret, std::string_view passphrase,
                              std::span<const std::string> markets);
/// Adds a market.
std::string user_addition(std::string_view market);

} // namespace strike::polymarket
