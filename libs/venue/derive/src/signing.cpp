#include "derive/signing.hpp"

#include "base/time.hpp"
#include "sign/typed_data.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::derive {
namespace {

/// Solidity's Action of the matching contract.
struct action {
  sign::uint256 subaccount, nonce;
  sign::address module;
  sign::dynamic_bytes data;
  sign::uint256 expiry;
  sign::address owner, signer;
};

constexpr std::int64_t not_seconds = 100'000'000'000; // one client sent milliseconds, and got orders that never expire

} // namespace
} // namespace strike::derive

template <> struct strike::sign::typed<strike::derive::action> {
  using action = derive::action;
  static constexpr std::string_view name = "Action";
  static constexpr auto members = std::tuple{member{"subaccountId", &action::subaccount},
                                             member{"nonce", &action::nonce},
                                             member{"module", &action::module},
                                             member{"data", &action::data},
                                             member{"expiry", &action::expiry},
                                             member{"owner", &action::owner},
                                             member{"signer", &action::signer}};
};

namespace strike::derive {

module_data encode(const trade_terms& what) {
  module_data out;
  auto at = out.begin();
  const auto add = [&](const sign::bytes32& word) { at = std::ranges::copy(word, at).out; };
  sign::bytes32 asset{};
  std::ranges::copy(what.asset.bytes, asset.begin() + 12);
  add(asset);
  add(what.sub_id.bytes);
  add(sign::int256{what.limit}.bytes);
  add(sign::int256{what.amount}.bytes);
  add(sign::int256{what.max_fee}.bytes);
  add(sign::uint256{what.subaccount}.bytes);
  add(sign::uint256{what.is_bid ? 1u : 0u}.bytes);
  return out;
}

action_hashes hash_action(const order_profile& network, const action_terms& terms, const module_data& data) {
  action_hashes out;
  out.action = sign::struct_hash(action{.subaccount = terms.subaccount,
                                        .nonce = terms.nonce,
                                        .module = network.trade_module,
                                        .data = {data},
                                        .expiry = static_cast<std::uint64_t>(terms.expiry_s),
                                        .owner = terms.owner,
                                        .signer = terms.signer});
  out.typed_data = sign::typed_data_digest(network.domain_separator, out.action);
  return out;
}

sign::bytes32 domain_separator_of(const order_profile& network) {
  return sign::domain_separator({"Matching", "1.0", network.chain_id, network.verifying_contract});
}

result<sign::signature> sign_order(const order_profile& network, const action_terms& terms, const trade_terms& what,
                                   const sign::private_key& key) {
  int128 step = 1; // the smallest number that may be signed, x 10^18
  for (unsigned i = network.decimals; i < 18; ++i) step *= 10;
  for (const auto& [name, x] :
       {std::pair{"limit_price", what.limit}, {"amount", what.amount}, {"max_fee", what.max_fee}})
    if (x % step != 0)
      return fail(ec::invalid_order,
                  fmt::format("derive: {} has more than the {} decimals that can be signed", name, network.decimals));
  if (what.max_fee < 0) return fail(ec::invalid_order, "derive: max_fee is below 0");
  if (terms.expiry_s <= 0 || terms.expiry_s >= not_seconds)
    return fail(ec::invalid_order, fmt::format("derive: signature_expiry_sec {} is not in seconds", terms.expiry_s));
  return sign::sign_digest(key, hash_action(network, terms, encode(what)).typed_data);
}

sign::signature sign_login(std::string_view timestamp_ms, const sign::private_key& key) {
  return sign::sign_digest(key, sign::personal_digest(timestamp_ms));
}

std::uint64_t nonce_source::next(std::int64_t wall_ns) {
  // both forms end in three digits that count nothing: of the nanoseconds, or behind the milliseconds
  const auto clock =
      static_cast<std::uint64_t>(form_ == nonce_form::nanoseconds ? wall_ns / 1000 : wall_ns / ns_per_ms);
  return last_ = std::max(clock, last_ / 1000 + 1) * 1000 + process_;
}

void nonce_source::used(std::uint64_t nonce) { last_ = std::max(last_, nonce); }

std::int64_t nonce_source::made_ns(std::uint64_t nonce) const {
  return form_ == nonce_form::nanoseconds ? static_cast<std::int64_t>(nonce)
                                          : static_cast<std::int64_t>(nonce / 1000) * ns_per_ms;
}

} // namespace strike::derive
