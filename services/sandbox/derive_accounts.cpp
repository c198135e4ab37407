#include "sandbox/derive_accounts.hpp"

#include "base/time.hpp"
#include "sign/key.hpp"

#include <algorithm>
#include <charconv>

namespace strike::sandbox::derive {

namespace {

constexpr std::int64_t freshness_ns = 300 * ns_per_s; ///< of an owner's own signature; the venue's window is unknown

eth_address read_address(config::section& from, std::string_view key) {
  const auto x = address_of_hex(from.required_text(key));
  if (!x) from.reject(key, "must be an address: 0x and 40 hexadecimal digits");
  return x.value_or(eth_address{});
}

std::optional<std::int64_t> milliseconds(std::string_view text) {
  std::int64_t x = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || x < 0 || x > INT64_MAX / ns_per_ms) return {};
  return x;
}

std::unexpected<rpc_error> no(int code, std::string message, std::string data = {}) {
  return std::unexpected{rpc_error{code, std::move(message), std::move(data)}};
}

} // namespace

std::vector<account_settings> default_accounts() {
  const auto at = [](std::string_view x) { return *address_of_hex(x); };
  return {{.owner = at("374DaEF6100B14f4d78813d8177CB93dF139BC29"),
           .key = at("84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97"),
           .subaccounts = {91234, 91235}},
          {.owner = at("8772185a1516f0d61fC1c2524926BfC69F95d698"),
           .key = at("86042886b1063625D0B3DDCC9e4cBcf912B79e16"),
           .subaccounts = {30769}}};
}

std::vector<account_settings> read_accounts(config::section from) {
  auto tables = from.tables("account");
  if (tables.empty()) return default_accounts();
  std::vector<account_settings> made;
  for (auto& x : tables) {
    account_settings one{.owner = read_address(x, "wallet"), .key = read_address(x, "session_key")};
    for (const auto& text : x.texts("subaccounts")) {
      const auto id = milliseconds(text);
      if (!id) x.reject("subaccounts", "must be texts of whole numbers: [\"91234\"]");
      one.subaccounts.push_back(static_cast<std::uint64_t>(id.value_or(0)));
    }
    if (one.subaccounts.empty()) x.reject("subaccounts", "must name at least one, as [\"91234\"]");
    one.scope = x.choice("scope", one.scope);
    if (const auto text = x.text("key_expires", ""); !text.empty()) {
      const auto ns = ns_from_text(text);
      if (!ns) x.reject("key_expires", ns.error().text);
      one.key_expires_s = ns.value_or(0) / ns_per_s;
    }
    made.push_back(std::move(one));
  }
  return made;
}

wallets::wallets(const std::vector<account_settings>& from) {
  for (const auto& x : from) {
    auto& made = wallets_[x.owner];
    made.owner = x.owner;
    made.subaccounts.insert(made.subaccounts.end(), x.subaccounts.begin(), x.subaccounts.end());
    made.keys.push_back({.key = x.key, .scope = x.scope, .expires_s = x.key_expires_s});
  }
}

answer<caller> wallets::log_in(std::string_view wallet_text, std::string_view timestamp_ms, std::string_view signature,
                               std::int64_t now_ns) {
  const auto owner = address_of_hex(wallet_text);
  if (!owner) return no(14020, "Invalid wallet", "wallet must be an address");
  const auto found = wallets_.find(*owner);
  if (found == wallets_.end()) return no(14000, "Account not found");
  const auto bytes = bytes_of_hex(signature);
  if (!bytes || bytes->size() != 65) return no(14013, "Invalid signature", "must be 65 bytes");
  const auto signer = signer_of(sign::personal_digest(timestamp_ms), *bytes);
  if (!signer) return no(14014, "Signature invalid for message or transaction");
  const auto key = key_of(found->second, *signer, now_ns);
  if (!key) return std::unexpected{key.error()};
  const auto ms = milliseconds(timestamp_ms);
  if (!ms) return no(14008, "Invalid timestamp", "must be milliseconds");
  if (*signer == *owner && std::abs(now_ns - *ms * ns_per_ms) > freshness_ns)
    return no(14008, "Invalid timestamp", "older or newer than 5 minutes");
  return caller{.of = &found->second, .key = *key};
}

answer<session_key> wallets::key_of(const wallet& of, const eth_address& signer, std::int64_t now_ns) const {
  if (signer == of.owner) return session_key{.key = signer, .scope = key_scope::admin, .expires_s = INT64_MAX};
  const auto found = std::ranges::find(of.keys, signer, &session_key::key);
  if (found == of.keys.end())
    return no(14023, "Signer in on-chain related request is not wallet owner or registered session key");
  if (found->expires_s <= now_ns / ns_per_s) return no(14030, "Session key expired");
  return *found;
}

} // namespace strike::sandbox::derive
