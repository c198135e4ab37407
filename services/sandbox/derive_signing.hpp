#pragma once

#include "sandbox/derive_json.hpp"
#include "sandbox/ethereum.hpp"

namespace strike::sandbox::derive {

/// Which chain signatures are for. Source: Derive, profiles and constants.
enum class network : std::uint8_t { mainnet, testnet };

/// What a signature depends on beside the order.
struct signing_terms {
  word domain; ///< the domain separator, computed
  eth_address trade_module;
  std::size_t decimals; ///< a signed value has so many behind the point at most
};
signing_terms terms_of(api version, network chain);

/// What is signed of an order. Decimals are texts in plain notation.
struct order_terms {
  eth_address asset;
  word sub_id;
  std::string limit_price, amount, max_fee;
  std::uint64_t subaccount = 0;
  bool is_bid = true;
  std::uint64_t nonce = 0;
  std::uint64_t expiry_s = 0;
  eth_address owner, signer;
};

/// All steps of the hash, for `private/order_debug` and for the check.
struct order_hashes {
  std::string data; ///< of the trade module, 7 words
  word data_hash, action_hash, typed_data_hash;
};
/// @returns none for a decimal that cannot be signed
std::optional<order_hashes> hashes_of(const order_terms& x, const signing_terms& by);

/// "Action(uint256 ...)", hashed.
word action_typehash();

/// A decimal times 10^18 in two's complement.
/// @returns none unless it is plain, with at most `decimals` digits behind the point that are not zeros at its end
std::optional<word> scaled_word(std::string_view decimal, std::size_t decimals);

} // namespace strike::sandbox::derive

template <> struct strike::enum_names<strike::sandbox::derive::network> {
  using network = sandbox::derive::network;
  static constexpr std::string_view what = "network of Derive";
  static constexpr std::array table = {enum_name{network::mainnet, "mainnet"}, enum_name{network::testnet, "testnet"}};
};
