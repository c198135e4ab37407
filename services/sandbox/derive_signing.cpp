#include "sandbox/derive_signing.hpp"

#include "sign/hash.hpp"

#include <algorithm>
#include <cassert>

// data        = asset | subId | limitPrice | desiredAmount | worstFee | recipientId | isBid, a word each
// action      = keccak(typehash | subaccountId | nonce | module | keccak(data) | expiry | owner | signer)
// typed data  = keccak(0x19 0x01 | domain separator | action)
// Source: Derive, signing. Vectors: tests/data/sign/derive_signing.json.

namespace strike::sandbox::derive {

namespace {

constexpr std::size_t scale = 18;

struct deployment {
  api version;
  network chain;
  std::uint64_t chain_id;
  std::string_view matching, trade_module;
};
constexpr std::string_view main_matching = "eB8d770ec18DB98Db922E9D83260A585b9F0DeAD";
constexpr std::string_view main_trade = "B8D20c2B7a1Ad2EE33Bc50eF10876eD3035b5e7b";
constexpr deployment deployments[] = {
    {api::v3, network::mainnet, 1, main_matching, main_trade},
    {api::v3, network::testnet, 11155111, main_matching, main_trade},
    {api::v2, network::mainnet, 957, main_matching, main_trade},
    {api::v2, network::testnet, 901, "3cc154e220c2197c5337b7Bd13363DD127Bc0C6E",
     "87F2863866D85E3192a35A73b388BD625D83f2be"},
};

word negated(word x) {
  unsigned carry = 1;
  for (auto at = x.rbegin(); at != x.rend(); ++at) {
    carry += static_cast<std::uint8_t>(~*at);
    *at = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return x;
}

} // namespace

word action_typehash() {
  return sign::keccak256(
      "Action(uint256 subaccountId,uint256 nonce,address module,bytes data,uint256 expiry,address owner,"
      "address signer)");
}

signing_terms terms_of(api version, network chain) {
  const auto x =
      std::ranges::find_if(deployments, [&](const auto& row) { return row.version == version && row.chain == chain; });
  assert(x != std::end(deployments) && "every api has every network");
  const auto domain =
      packed_words{}
          .add(sign::keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
          .add(sign::keccak256("Matching"))
          .add(sign::keccak256("1.0"))
          .add(x->chain_id)
          .add(*address_of_hex(x->matching))
          .hash();
  return {
      .domain = domain, .trade_module = *address_of_hex(x->trade_module), .decimals = version == api::v3 ? 12U : scale};
}

std::optional<word> scaled_word(std::string_view decimal, std::size_t decimals) {
  const bool is_negative = decimal.starts_with('-');
  if (is_negative) decimal.remove_prefix(1);
  const auto point = std::min(decimal.find('.'), decimal.size());
  auto fraction = decimal.substr(std::min(point + 1, decimal.size()));
  if (point == 0 || (point < decimal.size() && fraction.empty())) return {};
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  if (fraction.size() > decimals) return {};
  std::string digits{decimal.substr(0, point)};
  digits.append(fraction).append(scale - fraction.size(), '0');
  const auto made = word_of_decimal(digits);
  return made && is_negative ? negated(*made) : made;
}

std::optional<order_hashes> hashes_of(const order_terms& x, const signing_terms& by) {
  const auto limit = scaled_word(x.limit_price, by.decimals), amount = scaled_word(x.amount, by.decimals),
             fee = scaled_word(x.max_fee, by.decimals);
  if (!limit || !amount || !fee) return {};
  packed_words data;
  data.add(x.asset)
      .add(x.sub_id)
      .add(*limit)
      .add(*amount)
      .add(*fee)
      .add(x.subaccount)
      .add(std::uint64_t{x.is_bid ? 1U : 0U});
  order_hashes made{.data = data.bytes(), .data_hash = data.hash()};
  made.action_hash = packed_words{}
                         .add(action_typehash())
                         .add(x.subaccount)
                         .add(x.nonce)
                         .add(by.trade_module)
                         .add(made.data_hash)
                         .add(x.expiry_s)
                         .add(x.owner)
                         .add(x.signer)
                         .hash();
  made.typed_data_hash = typed_data_hash(by.domain, made.action_hash);
  return made;
}

} // namespace strike::sandbox::derive
