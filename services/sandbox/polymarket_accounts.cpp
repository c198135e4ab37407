#include "sandbox/polymarket_accounts.hpp"

#include "base/time.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/polymarket_answers.hpp"
#include "sign/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::sandbox::polymarket {

namespace {

constexpr std::int64_t freshness_s = 60; ///< of POLY_TIMESTAMP; the venue's window is not published

eth_address at(std::string_view hex) { return *address_of_hex(hex); }

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t x = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional{x} : std::nullopt;
}

bool is_fresh(std::string_view timestamp_s, std::int64_t now_ns) {
  const auto time = number_in(timestamp_s);
  return time && std::abs(static_cast<std::int64_t>(*time) - now_ns / ns_per_s) <= freshness_s;
}

/// The same for a key and a nonce, in every run.
api_key key_for(const eth_address& of, std::uint64_t nonce) {
  const auto part = [&](std::uint64_t n) { return packed_words{}.add(of).add(nonce).add(n).hash(); };
  const auto hex = hex_of(part(1)).substr(2);
  return {.of = of,
          .id = fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                            hex.substr(17, 3), hex.substr(20, 12)),
          .secret = sign::to_base64url(part(2)),
          .passphrase = hex_of(part(3)).substr(2)};
}

http_response key_answer(const api_key& x) {
  return {.body = json_members{}.text("apiKey", x.id).text("secret", x.secret).text("passphrase", x.passphrase).take()};
}

} // namespace

std::vector<account_settings> default_accounts() {
  const auto first = at("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
             second = at("70997970C51812dc3A010C7d01b50e0d17dc79C8");
  return {{.key = first, .funder = first},
          {.key = second, .funder = at("4Fe2CC4925607a473264FA89e7138075695A5F8e"), .signature_type = 3}};
}

std::vector<account_settings> read_accounts(config::section from) {
  auto tables = from.tables("account");
  if (tables.empty()) return default_accounts();
  std::vector<account_settings> made;
  for (auto& x : tables) {
    const auto read = [&](std::string_view key, std::string_view text) {
      const auto parsed = address_of_hex(text);
      if (!parsed) x.reject(key, "must be an address: 0x and 40 hexadecimal digits");
      return parsed.value_or(eth_address{});
    };
    account_settings one{.key = read("address", x.required_text("address"))};
    const auto funder = x.text("funder", "");
    one.funder = funder.empty() ? one.key : read("funder", funder);
    one.signature_type = static_cast<int>(x.integer("signature_type", 0, 0, 3));
    if ((one.signature_type == 0) != (one.funder == one.key))
      x.reject("funder", "is the address itself for signature_type 0, and another one for 1, 2 and 3");
    one.is_closed_only = x.flag("closed_only", false);
    made.push_back(one);
  }
  return made;
}

const account_settings* accounts::find(const eth_address& key) const {
  const auto found = std::ranges::find(settings_, key, &account_settings::key);
  return found == settings_.end() ? nullptr : &*found;
}

/// L1.
std::expected<accounts::proof, http_response> accounts::proven(const http_request& what, std::int64_t now_ns) const {
  const auto no = [] { return std::unexpected{error_answer(401, "Invalid L1 Request headers")}; };
  const auto key = address_of_hex(value_of(what.extra, "poly_address"));
  const auto time = value_of(what.extra, "poly_timestamp"), nonce_text = value_of(what.extra, "poly_nonce");
  const auto nonce = nonce_text.empty() ? std::optional<std::uint64_t>{0} : number_in(nonce_text);
  const auto signature = bytes_of_hex(value_of(what.extra, "poly_signature"));
  if (!key || !nonce || !signature || !is_fresh(time, now_ns)) return no();
  if (signer_of(clob_auth_digest(*key, time, *nonce, chain_id_), *signature) != *key || find(*key) == nullptr)
    return no();
  return proof{*key, *nonce};
}

http_response accounts::create(const http_request& what, std::int64_t now_ns) {
  const auto x = proven(what, now_ns);
  if (!x) return x.error();
  auto made = key_for(x->key, x->nonce);
  if (keys_.contains(made.id)) return error_answer(400, "Could not create api key");
  return key_answer(keys_[made.id] = made);
}

http_response accounts::derive(const http_request& what, std::int64_t now_ns) const {
  const auto x = proven(what, now_ns);
  if (!x) return x.error();
  const auto found = keys_.find(key_for(x->key, x->nonce).id);
  return found == keys_.end() ? error_answer(400, "Could not derive api key!") : key_answer(found->second);
}

/// L2.
std::expected<api_key, http_response> accounts::caller(const http_request& what, std::int64_t now_ns) const {
  const auto no = [] { return std::unexpected{error_answer(401, "Unauthorized/Invalid api key")}; };
  const auto found = keys_.find(value_of(what.extra, "poly_api_key"));
  if (found == keys_.end()) return no();
  const auto& key = found->second;
  const auto time = value_of(what.extra, "poly_timestamp");
  if (value_of(what.extra, "poly_passphrase") != key.passphrase || !is_fresh(time, now_ns) ||
      address_of_hex(value_of(what.extra, "poly_address")) != key.of ||
      value_of(what.extra, "poly_signature") != request_signature(key.secret, time, what.method, what.path, what.body))
    return no();
  return key;
}

const api_key* accounts::find(std::string_view id, std::string_view secret, std::string_view passphrase) const {
  const auto found = keys_.find(id);
  if (found == keys_.end() || found->second.secret != secret || found->second.passphrase != passphrase) return nullptr;
  return &found->second;
}

std::vector<std::string> accounts::ids_of(const eth_address& key) const {
  std::vector<std::string> made;
  for (const auto& [id, x] : keys_)
    if (x.of == key) made.push_back(id);
  return made;
}

} // namespace strike::sandbox::polymarket
