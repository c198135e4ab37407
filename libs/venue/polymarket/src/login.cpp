#include "polymarket/login.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::polymarket {

namespace {

sign::address factory(std::string_view text) { return *sign::parse_address(text); }

std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> out(text.size() / 2);
  sign::read_hex(text, out).value();
  return out;
}

std::vector<std::uint8_t> padded(const sign::address& x) {
  std::vector<std::uint8_t> out(32, 0);
  std::ranges::copy(x.bytes, out.begin() + 12);
  return out;
}

std::vector<std::uint8_t> joined(std::initializer_list<std::vector<std::uint8_t>> parts) {
  std::vector<std::uint8_t> out;
  for (const auto& x : parts) out.insert(out.end(), x.begin(), x.end());
  return out;
}

std::vector<std::uint8_t> bytes_of(const sign::address& x) { return {x.bytes.begin(), x.bytes.end()}; }

/// Both deposit wallets: minimal ERC-1967 proxies of the Solady library, whose arguments are factory and owner.
sign::address deposit_wallet_of(const sign::address& owner, const std::vector<std::uint8_t>& code_before_arguments) {
  static const auto from = factory("0x00000000000Fb5C9ADea0298D729A0CB3823Cc07");
  const auto arguments = joined({padded(from), padded(owner)});
  return sign::create2_address(from, sign::keccak256(arguments),
                               sign::keccak256(joined({code_before_arguments, arguments})));
}

} // namespace

header_list key_headers(const sign::private_key& key, std::uint64_t chain_id, std::int64_t now_s, std::uint64_t nonce) {
  const clob_auth statement{.address = key.address(), .timestamp = std::to_string(now_s), .nonce = nonce};
  const auto separator = sign::domain_separator({"ClobAuthDomain", "1", chain_id, {}});
  const auto signature = sign::sign_digest(key, sign::typed_data_digest(separator, sign::struct_hash(statement)));
  return {{"POLY_ADDRESS", sign::to_string(key.address())},
          {"POLY_SIGNATURE", sign::to_hex(signature)},
          {"POLY_TIMESTAMP", statement.timestamp},
          {"POLY_NONCE", std::to_string(nonce)}};
}

std::string request_signature(const sign::hmac_key& secret, std::int64_t now_s, std::string_view method,
                              std::string_view path, std::string_view body) {
  const auto message = fmt::format("{}{}{}{}", now_s, method, path, body);
  return sign::to_base64url(sign::hmac_sha256(secret, sign::as_bytes(message)));
}

sign::address proxy_wallet(const sign::address& owner) {
  return sign::create2_address(
      factory("0xaB45c5A4B0c941a2F231C04C3f49182e1A254052"), sign::keccak256(owner.bytes),
      *sign::from_hex<32>("0xd21df8dc65880a8606f09fe0ce3df9b8869287ab0b058be05aa9e8af6330a00b"));
}

sign::address safe_wallet(const sign::address& owner) {
  return sign::create2_address(
      factory("0xaacFeEa03eb1561C4e67d661e40682Bd20E3541b"), sign::keccak256(padded(owner)),
      *sign::from_hex<32>("0x2bce2127ff07fb632d16c8347c4ebf501f4841168bed00d9e6ef715ddb6fcecf"));
}

sign::address deposit_wallet(const sign::address& owner) {
  // the prefix holds the length of the arguments: 0x6100523d8160233d3973 + (64 << 56)
  return deposit_wallet_of(
      owner, joined({hex("6100923d8160233d3973"), bytes_of(factory("0x7A18EDfe055488A3128f01F563e5B479D92ffc3a")),
                     hex("60195155f3363d3d373d3d363d602036600436635c60da"),
                     hex("1b60e01b36527fa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6c"),
                     hex("b3582b35133d50545afa5036515af43d6000803e604d573d6000fd5b3d6000f3")}));
}

sign::address older_deposit_wallet(const sign::address& owner) {
  return deposit_wallet_of(owner, joined({hex("61007d3d8160233d3973"), // 0x61003d3d8160233d3973 + (64 << 56)
                                          bytes_of(factory("0x58CA52ebe0DadfdF531Cde7062e76746de4Db1eB")), hex("6009"),
                                          hex("5155f3363d3d373d3d363d7f360894a13ba1a3210667c828492db98dca3e2076"),
                                          hex("cc3735a920a3ca505d382bbc545af43d6000803e6038573d6000fd5b3d6000f3")}));
}

} // namespace strike::polymarket
