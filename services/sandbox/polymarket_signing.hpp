#pragma once

#include "sandbox/ethereum.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::polymarket {

/// An order as it is signed, with its amounts in millionths. Source: Polymarket, V2 struct.
struct signed_order {
  std::uint64_t salt = 0;
  eth_address maker{}, signer{};
  word token{};
  std::uint64_t maker_amount = 0, taker_amount = 0;
  bool is_sell = false;
  int signature_type = 0; ///< 0 EOA, 1 proxy, 2 safe, 3 deposit wallet
  std::uint64_t timestamp_ms = 0;
  word metadata{}, builder{};
};

/// Whose contract settles a market. Source: Polymarket, domain.
struct exchange_contract {
  std::uint64_t chain_id = 137;
  bool is_neg_risk = false;
};
word domain_of(const exchange_contract& x);

/// The EIP-712 digest, which is the order's id.
word digest_of(const signed_order& x, const word& domain);
/// Whether the signature is by that key: plain for types 0 to 2, nested for deposit wallets (type 3).
/// @param bytes of the signature
bool is_signed_by(const signed_order& x, const exchange_contract& at, std::string_view bytes, const eth_address& key);

/// Of the proof that a key is held, by which API keys are made. Source: Polymarket, L1.
/// @param timestamp_s as in the header
word clob_auth_digest(const eth_address& key, std::string_view timestamp_s, std::uint64_t nonce,
                      std::uint64_t chain_id);

/// HMAC-SHA256 in URL-safe base64, with padding, over timestamp, method, path and body. Source: Polymarket, L2.
/// @param secret base64, in either alphabet
/// @returns empty for a secret that is no base64
std::string request_signature(std::string_view secret, std::string_view timestamp_s, std::string_view method,
                              std::string_view path, std::string_view body);

} // namespace strike::sandbox::polymarket
