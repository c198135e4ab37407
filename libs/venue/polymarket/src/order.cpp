#include "polymarket/order.hpp"

#include <fmt/format.h>

namespace strike::polymarket {

namespace {

constexpr const char* exchange_name = "Polymarket CTF Exchange"; // of all exchanges

sign::bytes bytes_of(std::string_view text) { return sign::as_bytes(text); }

void append(std::string& to, sign::bytes more) { to.append(reinterpret_cast<const char*>(more.data()), more.size()); }

} // namespace

sign::bytes32 exchange_separator(std::string_view version, std::uint64_t chain_id, const sign::address& contract) {
  return sign::domain_separator({exchange_name, std::string{version}, chain_id, contract});
}

std::string sign_by_wallet(const sign::private_key& owner, const order_v2& order, const sign::bytes32& separator,
                           std::uint64_t chain_id, const sign::address& wallet) {
  // the wallet's own domain: of version 1 whatever the exchange's is
  const typed_data_sign wrapped{order, "DepositWallet", "1", chain_id, wallet};
  const auto inner = sign::sign_digest(owner, sign::typed_data_digest(separator, sign::struct_hash(wrapped)));
  static const std::string type = sign::type_text<order_v2>();
  std::string made;
  append(made, inner);
  append(made, separator);
  append(made, sign::struct_hash(order));
  made += type;
  made += static_cast<char>(type.size() >> 8);
  made += static_cast<char>(type.size() & 0xff);
  return sign::to_hex(bytes_of(made));
}

order_signer::order_signer(const sign::private_key& key, const options& how) : key_{key}, how_{how} {
  const auto make = [&](const char* version, const sign::address& contract) {
    return exchange{sign::to_string(contract), exchange_separator(version, how.chain_id, contract)};
  };
  normal_ = make("2", how.exchanges.exchange);
  neg_risk_ = make("2", how.exchanges.neg_risk_exchange);
  positions_ = make("3", how.exchanges.positions_exchange);
  if (how.kind == wallet_kind::eoa) how_.funder = key.address();
  maker_ = sign::to_string(how_.funder);
  signer_ = how.kind == wallet_kind::deposit ? maker_ : sign::to_string(key.address());
  builder_ = sign::to_hex(how.builder);
}

result<signed_order> order_signer::sign(const order_terms& x, std::string_view owner) const {
  const auto token = sign::parse_uint256(x.token);
  if (!token) return std::unexpected{token.error()};
  const bool is_by_wallet = how_.kind == wallet_kind::deposit;
  const order_v2 order{.salt = x.salt,
                       .maker = how_.funder,
                       .signer = is_by_wallet ? how_.funder : key_.address(),
                       .token = *token,
                       .maker_amount = x.amounts.maker,
                       .taker_amount = x.amounts.taker,
                       .side = static_cast<std::uint8_t>(x.side == side::buy ? 0 : 1),
                       .signature_type = static_cast<std::uint8_t>(how_.kind),
                       .timestamp = x.timestamp_ms,
                       .builder = how_.builder};
  const auto& separator = of(x.is_neg_risk, x.protocol).separator;
  const auto digest = sign::typed_data_digest(separator, sign::struct_hash(order));
  const auto signature = is_by_wallet ? sign_by_wallet(key_, order, separator, how_.chain_id, how_.funder)
                                      : sign::to_hex(sign::sign_digest(key_, digest));
  static const std::string no_metadata = sign::to_hex(sign::bytes32{});
  return signed_order{
      sign::to_hex(digest),
      fmt::format(
          R"({{"order":{{"salt":{},"maker":"{}","signer":"{}","tokenId":"{}","makerAmount":"{}","takerAmount":"{}",)"
          R"("side":"{}","signatureType":{},"timestamp":"{}","expiration":"{}","metadata":"{}","builder":"{}",)"
          R"("signature":"{}"}},"owner":"{}","orderType":"{}","deferExec":false,"postOnly":{}}})",
          x.salt, maker_, signer_, x.token, x.amounts.maker, x.amounts.taker, x.side == side::buy ? "BUY" : "SELL",
          order.signature_type, x.timestamp_ms, x.expiration_s, no_metadata, builder_, signature, owner,
          to_text(x.kind), x.post_only)};
}

} // namespace strike::polymarket
