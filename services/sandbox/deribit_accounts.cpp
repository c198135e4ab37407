#include "sandbox/deribit_accounts.hpp"

#include "base/time.hpp"
#include "sandbox/deribit_json.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace strike::sandbox::deribit {

namespace {

constexpr std::int64_t signature_age_ns = 60 * ns_per_s;
constexpr std::size_t most_sessions = 16; ///< of one key; the oldest goes

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), digest.data(), &length);
  std::string made;
  for (unsigned i = 0; i < length; ++i) made += fmt::format("{:02x}", digest[i]);
  return made;
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// "trade:read_write" where it is wished and allowed, else the lesser.
std::string lesser(const std::string& subject, std::string_view wished, std::string_view most) {
  for (const auto* level : {"none", "read"})
    if (wished == subject + level || most == subject + level) return subject + level;
  return subject + "read_write";
}

/// "connection mainaccount account:read_write ...": what was asked for, and the rest of what the key has.
std::string granted_scope(std::string_view asked, std::string_view allowed) {
  const auto word_of = [](std::string_view in, const std::string& subject) {
    std::istringstream words{std::string{in}};
    for (std::string word; words >> word;)
      if (word.starts_with(subject)) return word;
    return std::string{};
  };
  const auto session = word_of(asked, "session:");
  std::vector<std::string> made{session.empty() ? "connection" : session, "mainaccount"};
  for (const std::string subject : {"account:", "trade:", "wallet:", "block_trade:"}) {
    const auto most = word_of(allowed, subject);
    made.push_back(
        lesser(subject, word_of(asked, subject), allowed.empty() || !most.empty() ? most : subject + "none"));
  }
  return fmt::format("{}", fmt::join(made, " "));
}

} // namespace

rpc_error invalid_param(std::string_view param, std::string_view reason) {
  return {-32602, "Invalid params", json_object{}.text("reason", reason).text("param", param).take()};
}

std::string text_of(const boost::json::object& params, std::string_view name) {
  const auto* const found = params.if_contains(name);
  if (!found) return {};
  if (const auto* text = found->if_string()) return std::string{text->data(), text->size()};
  if (const auto* number = found->if_int64()) return std::to_string(*number);
  return {};
}

std::optional<std::int64_t> integer_of(const boost::json::object& params, std::string_view name) {
  const auto text = text_of(params, name);
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

bool identity::may(std::string_view permission) const {
  std::istringstream words{scope};
  for (std::string word; words >> word;)
    if (word == permission || (word.ends_with("_write") && word.substr(0, word.size() - 6) == permission)) return true;
  return false;
}

std::string accounts::token() {
  std::string made;
  for (int i = 0; i < 4; ++i) made += fmt::format("{:016x}", chance_());
  return made;
}

login accounts::grant_to(identity who, std::uint64_t connection, std::int64_t now_ns) {
  std::erase_if(grants_, [&](const auto& x) { return x.second.ends_ns <= now_ns; });
  const bool is_session = who.scope.starts_with("session:");
  if (is_session) {
    const auto is_one = [](const auto& x) { return x.second.who.scope.starts_with("session:"); };
    if (static_cast<std::size_t>(std::ranges::count_if(grants_, is_one)) >= most_sessions)
      grants_.erase(std::ranges::min_element(grants_, {},
                                             [&](const auto& x) { return is_one(x) ? x.second.ends_ns : INT64_MAX; }));
  }
  const auto access = token(), refresh = token();
  grants_[access] = {who, refresh, is_session ? 0 : connection, now_ns + how_.expires_in_s * ns_per_s};
  auto result = json_object{};
  result.text("access_token", access).text("refresh_token", refresh).text("token_type", "bearer");
  result.integer("expires_in", how_.expires_in_s).text("scope", who.scope);
  return {std::move(who), result.take(), now_ns + how_.expires_in_s * ns_per_s};
}

std::expected<login, rpc_error> accounts::log_in(const boost::json::object& params, std::uint64_t connection,
                                                 std::int64_t now_ns) {
  const rpc_error wrong{13004, "invalid_credentials"}, unauthorized{13009, "unauthorized"};
  const auto type = text_of(params, "grant_type");
  if (type == "refresh_token") {
    const auto given = text_of(params, "refresh_token");
    const auto found =
        std::ranges::find_if(grants_, [&](const auto& x) { return is_same(x.second.refresh_token, given); });
    if (given.empty() || found == grants_.end()) return std::unexpected{unauthorized};
    const auto old = found->second;
    grants_.erase(found); // a single chain
    return grant_to(old.who, connection, now_ns);
  }
  const auto id = text_of(params, "client_id");
  const auto key = std::ranges::find_if(how_.keys, [&](const auto& x) { return is_same(x.client_id, id); });
  const bool is_known = key != how_.keys.end();
  if (type == "client_credentials") {
    if (!is_known || !is_same(text_of(params, "client_secret"), key->client_secret)) return std::unexpected{wrong};
  } else if (type == "client_signature") {
    const auto timestamp = integer_of(params, "timestamp");
    if (!timestamp) return std::unexpected{invalid_param("timestamp", "must be milliseconds")};
    const auto signed_text = fmt::format("{}\n{}\n{}", *timestamp, text_of(params, "nonce"), text_of(params, "data"));
    if (!is_known) return std::unexpected{wrong};
    if (std::abs(now_ns / ns_per_ms - *timestamp) > signature_age_ns / ns_per_ms ||
        !is_same(text_of(params, "signature"), hmac_sha256_hex(key->client_secret, signed_text)))
      return std::unexpected{unauthorized};
  } else {
    return std::unexpected{
        invalid_param("grant_type", "must be client_credentials, client_signature or refresh_token")};
  }
  return grant_to({key->account, granted_scope(text_of(params, "scope"), key->scope)}, connection, now_ns);
}

std::optional<identity> accounts::identity_of(std::string_view access_token, std::uint64_t connection,
                                              std::int64_t now_ns) const {
  const auto found = grants_.find(access_token);
  if (found == grants_.end() || found->second.ends_ns <= now_ns) return {};
  if (found->second.connection != 0 && found->second.connection != connection) return {};
  return found->second.who;
}

void accounts::forget(std::uint64_t connection) {
  std::erase_if(grants_, [&](const auto& x) { return x.second.connection == connection; });
}

} // namespace strike::sandbox::deribit
