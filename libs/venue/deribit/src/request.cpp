#include "deribit/request.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace strike::deribit {

namespace {

std::string call(std::uint64_t id, std::string_view method, const boost::json::value& params) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method,
                     boost::json::serialize(params));
}

boost::json::string_view text(std::string_view x) { return {x.data(), x.size()}; }

std::string channels_call(std::uint64_t id, std::string_view method, std::span<const std::string> channels) {
  boost::json::array all;
  for (const auto& x : channels) all.emplace_back(x);
  return call(id, method, {{"channels", std::move(all)}});
}

} // namespace

std::string hello(std::uint64_t id, std::string_view version) {
  return call(id, "public/hello", {{"client_name", "strike"}, {"client_version", text(version)}});
}

std::string test(std::uint64_t id) { return call(id, "public/test", boost::json::object{}); }

std::string set_heartbeat(std::uint64_t id, std::int64_t seconds) {
  return call(id, "public/set_heartbeat", {{"interval", seconds}});
}

std::string subscribe(std::uint64_t id, bool is_private, std::span<const std::string> channels) {
  return channels_call(id, is_private ? "private/subscribe" : "public/subscribe", channels);
}

std::string unsubscribe(std::uint64_t id, bool is_private, std::span<const std::string> channels) {
  return channels_call(id, is_private ? "private/unsubscribe" : "public/unsubscribe", channels);
}

std::string log_in(std::uint64_t id, std::string_view client_id, std::string_view secret, std::int64_t timestamp_ms,
                   std::string_view nonce) {
  return call(id, "public/auth",
              {{"grant_type", "client_signature"},
               {"client_id", text(client_id)},
               {"timestamp", timestamp_ms},
               {"nonce", text(nonce)},
               {"data", ""},
               {"signature", signature(secret, timestamp_ms, nonce, "")}});
}

std::string refresh(std::uint64_t id, std::string_view refresh_token) {
  return call(id, "public/auth", {{"grant_type", "refresh_token"}, {"refresh_token", text(refresh_token)}});
}

std::string signature(std::string_view secret, std::int64_t timestamp_ms, std::string_view nonce,
                      std::string_view data) {
  const auto message = fmt::format("{}\n{}\n{}", timestamp_ms, nonce, data);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

} // namespace strike::deribit
