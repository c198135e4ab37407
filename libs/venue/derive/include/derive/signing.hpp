#pragma once

#include "base/decimal.hpp"
#include "derive/order_profile.hpp"
#include "sign/key.hpp"
#include "sign/word.hpp"

#include <array>
#include <cstdint>

/// How Derive's orders are signed. Source: Derive API, section "Signing"; vectors: tests/data/sign/derive_signing.json.
///
///     module data   = seven words: asset, sub id, limit price, amount, max fee (x 10^18), subaccount, is a bid
///     action hash   = EIP-712 struct hash of Action, whose `data` is the module data
///     signed digest = keccak256(0x19 0x01 || domain separator || action hash)
namespace strike::derive {

/// What the trade module is told. Decimals are scaled by 10^18.
struct trade_terms {
  sign::address asset;
  sign::uint256 sub_id;
  int128 limit = 0, amount = 0, max_fee = 0;
  std::uint64_t subaccount = 0;
  bool is_bid = true;
};
using module_data = std::array<std::uint8_t, 7 * 32>;
module_data encode(const trade_terms& what);

/// What is signed with it.
struct action_terms {
  std::uint64_t subaccount = 0, nonce = 0;
  std::int64_t expiry_s = 0; ///< unix seconds
  sign::address owner, signer;
};

/// Named as the venue's `order_debug` names them; its `encoded_data_hashed` is the Keccak-256 of the module data.
struct action_hashes {
  sign::bytes32 action, typed_data;
};
action_hashes hash_action(const order_profile& network, const action_terms& action, const module_data& data);

sign::bytes32 domain_separator_of(const order_profile& network);

/// Signs an order, or a replacement, with the session key.
/// @returns `ec::invalid_order`: more decimals than the network signs, a negative fee, or an expiry that is not in
/// seconds (above 10^11)
result<sign::signature> sign_order(const order_profile& network, const action_terms& action, const trade_terms& what,
                                   const sign::private_key& key);

/// The signature of a log-in: EIP-191 over the digits of the time.
sign::signature sign_login(std::string_view timestamp_ms, const sign::private_key& key);

/// Gives nonces: of the present, rising, and the same for no two processes that were given different numbers.
/// Source: Derive API, section "Nonce".
class nonce_source {
public:
  /// @param process 0 to 999: the last three digits
  nonce_source(nonce_form form, unsigned process) : form_{form}, process_{process} {}
  std::uint64_t next(std::int64_t wall_ns);
  /// One that was used before a restart: those to come are above it.
  void used(std::uint64_t nonce);
  /// When it was made.
  std::int64_t made_ns(std::uint64_t nonce) const;

private:
  nonce_form form_;
  unsigned process_;
  std::uint64_t last_ = 0;
};

} // namespace strike::derive
