#pragma once

#include "base/order.hpp"
#include "polymarket/amounts.hpp"
#include "sign/key.hpp"
#include "sign/typed_data.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Orders as EIP-712 typed data. Their digest is the order's id at the venue, known before it is sent.
///
///     digest = keccak256(0x19 0x01 || domain separator of the exchange || struct hash of the order)
///
/// Source: page of the protocol, orders and signing; vectors of clob-client-v2 and nautilus_trader.
namespace strike::polymarket {

/// CLOB V2 (domain version 2) and Protocol V2 (version 3).
struct order_v2 {
  sign::uint256 salt; ///< at most 2^53 - 1: it is sent as a JSON number
  sign::address maker, signer;
  sign::uint256 token, maker_amount, taker_amount;
  std::uint8_t side = 0; ///< 0 buy, 1 sell
  std::uint8_t signature_type = 0;
  sign::uint256 timestamp; ///< ms; rising per signer
  sign::bytes32 metadata{}, builder{};
};

/// CLOB V1 (domain version 1), until April 2026: for old data.
struct order_v1 {
  sign::uint256 salt;
  sign::address maker, signer, taker;
  sign::uint256 token, maker_amount, taker_amount, expiration, nonce, fee_rate_bps;
  std::uint8_t side = 0, signature_type = 0;
};

/// An order as a deposit wallet signs it (ERC-7739).
struct typed_data_sign {
  order_v2 contents;
  std::string_view name, version;
  sign::uint256 chain_id;
  sign::address verifying_contract;
  sign::bytes32 salt{};
};

} // namespace strike::polymarket

template <> struct strike::sign::typed<strike::polymarket::order_v2> {
  using order = polymarket::order_v2;
  static constexpr std::string_view name = "Order";
  static constexpr auto members = std::tuple{member{"salt", &order::salt},
                                             member{"maker", &order::maker},
                                             member{"signer", &order::signer},
                                             member{"tokenId", &order::token},
                                             member{"makerAmount", &order::maker_amount},
                                             member{"takerAmount", &order::taker_amount},
                                             member{"side", &order::side},
                                             member{"signatureType", &order::signature_type},
                                             member{"timestamp", &order::timestamp},
                                             member{"metadata", &order::metadata},
                                             member{"builder", &order::builder}};
};

template <> struct strike::sign::typed<strike::polymarket::order_v1> {
  using order = polymarket::order_v1;
  static constexpr std::string_view name = "Order";
  static constexpr auto members = std::tuple{member{"salt", &order::salt},
                                             member{"maker", &order::maker},
                                             member{"signer", &order::signer},
                                             member{"taker", &order::taker},
                                             member{"tokenId", &order::token},
                                             member{"makerAmount", &order::maker_amount},
                                             member{"takerAmount", &order::taker_amount},
                                             member{"expiration", &order::expiration},
                                             member{"nonce", &order::nonce},
                                             member{"feeRateBps", &order::fee_rate_bps},
                                             member{"side", &order::side},
                                             member{"signatureType", &order::signature_type}};
};

template <> struct strike::sign::typed<strike::polymarket::typed_data_sign> {
  using wrapper = polymarket::typed_data_sign;
  static constexpr std::string_view name = "TypedDataSign";
  static constexpr auto members = std::tuple{member{"contents", &wrapper::contents},
                                             member{"name", &wrapper::name},
                                             member{"version", &wrapper::version},
                                             member{"chainId", &wrapper::chain_id},
                                             member{"verifyingContract", &wrapper::verifying_contract},
                                             member{"salt", &wrapper::salt}};
};

namespace strike::polymarket {

/// Whose funds an order moves, and what its signature looks like.
enum class wallet_kind : std::uint8_t {
  eoa,     ///< the key's own address
  proxy,   ///< of an e-mail account
  safe,    ///< of a browser wallet's account
  deposit, ///< a smart account; signs itself, by the key of its owner
};

/// @param version "2", "3"; of order_v1: "1"
sign::bytes32 exchange_separator(std::string_view version, std::uint64_t chain_id, const sign::address& contract);

/// The wrapped signature of a deposit wallet: 317 bytes.
/// @param wallet maker and signer of the order
std::string sign_by_wallet(const sign::private_key& owner, const order_v2& order, const sign::bytes32& separator,
                           std::uint64_t chain_id, const sign::address& wallet);

/// The exchange contracts of one chain.
struct contracts {
  sign::address exchange, neg_risk_exchange, positions_exchange;
  bool operator==(const contracts&) const = default;
};

/// Which contract settles a market, under which domain version.
enum class protocol : std::uint8_t {
  clob_v2,   ///< Gamma `version` "v1" or absent
  positions, ///< Protocol V2: Gamma `version` "v2"
};

enum class order_kind : std::uint8_t { gtc, gtd, fok, fak };

struct order_terms {
  std::string_view token; ///< decimal digits
  bool is_neg_risk = false;
  polymarket::protocol protocol = protocol::clob_v2;
  strike::side side = strike::side::buy;
  polymarket::amounts amounts;
  order_kind kind = order_kind::gtc;
  bool post_only = false;         ///< gtc and gtd only
  std::int64_t expiration_s = 0;  ///< gtd only; not signed
  std::uint64_t salt = 0;         ///< random, at most 2^53 - 1
  std::uint64_t timestamp_ms = 0; ///< rising per signer
};

struct signed_order {
  std::string id;   ///< 0x and 64 hex digits
  std::string body; ///< of POST /order; an element of POST /orders
};

/// Makes and signs orders of one account. Keeps a reference to the key.
class order_signer {
public:
  struct options {
    std::uint64_t chain_id = 137;
    wallet_kind kind = wallet_kind::eoa;
    sign::address funder; ///< eoa: the key's address
    contracts exchanges;
    sign::bytes32 builder{}; ///< builder code; zero: none
  };
  order_signer(const sign::private_key& key, const options& how);

  /// @param owner the API key
  /// @returns `ec::malformed` for a token that is no number
  result<signed_order> sign(const order_terms& x, std::string_view owner) const;
  /// With the checksum; whom the wallet must have approved.
  const std::string& contract_of(bool is_neg_risk, protocol x) const { return of(is_neg_risk, x).contract; }
  const std::string& maker() const { return maker_; } ///< with the checksum

private:
  struct exchange {
    std::string contract;
    sign::bytes32 separator;
  };
  const exchange& of(bool is_neg_risk, protocol x) const {
    return x == protocol::positions ? positions_ : is_neg_risk ? neg_risk_ : normal_;
  }

  const sign::private_key& key_;
  options how_;
  exchange normal_, neg_risk_, positions_;
  std::string maker_, signer_, builder_;
};

} // namespace strike::polymarket

template <> struct strike::enum_names<strike::polymarket::wallet_kind> {
  using kind = polymarket::wallet_kind;
  static constexpr std::string_view what = "wallet";
  static constexpr std::array table = {enum_name{kind::eoa, "eoa"}, enum_name{kind::proxy, "proxy"},
                                       enum_name{kind::safe, "safe"}, enum_name{kind::deposit, "deposit"}};
};
template <> struct strike::enum_names<strike::polymarket::order_kind> {
  using kind = polymarket::order_kind;
  static constexpr std::string_view what = "order type";
  static constexpr std::array table = {enum_name{kind::gtc, "GTC"}, enum_name{kind::gtd, "GTD"},
                                       enum_name{kind::fok, "FOK"}, enum_name{kind::fak, "FAK"}};
};
