#pragma once

#include "polymarket/order.hpp"
#include "sign/hash.hpp"
#include "sign/key.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How requests prove whose they are. Source: page of the protocol, authentication.
namespace strike::polymarket {

/// Names and values for a request.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// The statement that proves ownership of a key, as typed data without a contract.
struct clob_auth {
  sign::address address;
  std::string timestamp; ///< decimal seconds
  sign::uint256 nonce;
  std::string_view message = "This message attests that I control the given wallet";
};

/// L1: for creating or deriving API credentials.
/// @param now_s by the venue's clock
header_list key_headers(const sign::private_key& key, std::uint64_t chain_id, std::int64_t now_s, std::uint64_t nonce);

/// L2, on every private request: HMAC-SHA256 of timestamp || METHOD || path || body, in base64url with padding.
/// @param path without host and query
std::string request_signature(const sign::hmac_key& secret, std::int64_t now_s, std::string_view method,
                              std::string_view path, std::string_view body);

/// The wallets that belong to a key, on chain 137.
sign::address proxy_wallet(const sign::address& owner);
sign::address safe_wallet(const sign::address& owner);
sign::address deposit_wallet(const sign::address& owner);       ///< of accounts since June 2026
sign::address older_deposit_wallet(const sign::address& owner); ///< of accounts before

} // namespace strike::polymarket

template <> struct strike::sign::typed<strike::polymarket::clob_auth> {
  using auth = polymarket::clob_auth;
  static constexpr std::string_view name = "ClobAuth";
  static constexpr auto members = std::tuple{member{"address", &auth::address}, member{"timestamp", &auth::timestamp},
                                             member{"nonce", &auth::nonce}, member{"message", &auth::message}};
};
