#include "polymarket/login.hpp"
#include "polymarket/order.hpp"

#include "kit/polymarket_data.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>

using namespace strike;
using namespace strike::literals;
using namespace strike::polymarket;
namespace json = boost::json;

namespace {

constexpr std::uint64_t polygon = 137;

std::string text_of(const json::value& from, const char* key) { return std::string{from.at(key).as_string()}; }
sign::address address_of(const json::value& from, const char* key) { return *sign::parse_address(text_of(from, key)); }
sign::private_key key_of(const json::value& in) { return *sign::private_key::from_hex(text_of(in, "private_key")); }
sign::uint256 number_of(const json::value& from, const char* key) { return *sign::parse_uint256(text_of(from, key)); }
sign::bytes32 bytes_of(const json::value& from, const char* key) { return *sign::from_hex<32>(text_of(from, key)); }
std::uint64_t chain_of(const json::value& in) { return in.at("chain_id").to_number<std::uint64_t>(); }

sign::bytes32 separator_of(const json::value& domain) {
  return exchange_separator(text_of(domain, "version"), chain_of(domain), address_of(domain, "verifying_contract"));
}

order_v1 order_v1_of(const json::value& x) {
  return {.salt = number_of(x, "salt"),
          .maker = address_of(x, "maker"),
          .signer = address_of(x, "signer"),
          .taker = address_of(x, "taker"),
          .token = number_of(x, "tokenId"),
          .maker_amount = number_of(x, "makerAmount"),
          .taker_amount = number_of(x, "takerAmount"),
          .expiration = number_of(x, "expiration"),
          .nonce = number_of(x, "nonce"),
          .fee_rate_bps = number_of(x, "feeRateBps"),
          .side = static_cast<std::uint8_t>(text_of(x, "side") == "BUY" ? 0 : 1),
          .signature_type = x.at("signatureType").to_number<std::uint8_t>()};
}

order_v2 order_v2_of(const json::value& x) {
  return {.salt = number_of(x, "salt"),
          .maker = address_of(x, "maker"),
          .signer = address_of(x, "signer"),
          .token = number_of(x, "tokenId"),
          .maker_amount = number_of(x, "makerAmount"),
          .taker_amount = number_of(x, "takerAmount"),
          .side = static_cast<std::uint8_t>(text_of(x, "side") == "BUY" ? 0 : 1),
          .signature_type = x.at("signatureType").to_number<std::uint8_t>(),
          .timestamp = number_of(x, "timestamp"),
          .metadata = bytes_of(x, "metadata"),
          .builder = bytes_of(x, "builder")};
}

template <class Order> void check_digest(const Order& order, const json::value& in, const json::value& expected) {
  const auto separator = separator_of(in.at("domain"));
  EXPECT_EQ(sign::to_hex(separator), text_of(expected, "domain_separator"));
  EXPECT_EQ(sign::to_hex(sign::struct_hash(order)), text_of(expected, "struct_hash"));
  EXPECT_EQ(sign::to_hex(sign::typed_data_digest(separator, sign::struct_hash(order))), text_of(expected, "order_id"));
}

template <class Order> void check_plain(const Order& order, const json::value& in, const json::value& expected) {
  check_digest(order, in, expected);
  const auto digest = sign::typed_data_digest(separator_of(in.at("domain")), sign::struct_hash(order));
  const auto signature = sign::sign_digest(key_of(in), digest);
  EXPECT_EQ(sign::to_hex(signature), text_of(expected, "signature"));
  EXPECT_EQ(sign::recover_address(digest, signature).value(), address_of(expected, "recovered_signer"));
}

void check_order_v1(const json::value& in, const json::value& expected) {
  check_plain(order_v1_of(in.at("order")), in, expected);
}
void check_order_v2(const json::value& in, const json::value& expected) {
  check_plain(order_v2_of(in.at("order")), in, expected);
}

void check_wallet_order(const json::value& in, const json::value& expected) {
  const auto order = order_v2_of(in.at("order"));
  check_digest(order, in, expected);
  EXPECT_EQ(sign_by_wallet(key_of(in), order, separator_of(in.at("domain")), chain_of(in.at("domain")),
                           address_of(expected, "wallet")),
            text_of(expected, "signature"));
}

void check_address(const json::value& in, const json::value& expected) {
  const auto key = key_of(in);
  EXPECT_EQ(sign::to_string(key.address()), text_of(expected, "address"));
  EXPECT_EQ(sign::to_hex(key.public_key()), text_of(expected, "public_key_uncompressed"));
}

void check_type(const json::value& in, const json::value& expected) {
  const auto type = text_of(in, "type_string");
  EXPECT_EQ(sign::to_hex(sign::keccak256(type)), text_of(expected, "type_hash"));
  if (type.starts_with("EIP712Domain")) return; // of libs/sign
  const std::string known[] = {sign::type_text<order_v1>(), sign::type_text<order_v2>(),
                               sign::type_text<typed_data_sign>(), sign::type_text<clob_auth>()};
  EXPECT_NE(std::ranges::find(known, type), std::end(known)) << type;
}

void check_domain(const json::value& in, const json::value& expected) {
  sign::domain domain{text_of(in, "name"), text_of(in, "version"), chain_of(in), {}};
  if (!in.at("verifying_contract").is_null()) domain.verifying_contract = address_of(in, "verifying_contract");
  EXPECT_EQ(sign::to_hex(sign::domain_separator(domain)), text_of(expected, "domain_separator"));
}

void check_wallet(const json::value& in, const json::value& expected) {
  const std::map<std::string, sign::address (*)(const sign::address&)> forms = {
      {"poly_proxy", proxy_wallet},
      {"gnosis_safe", safe_wallet},
      {"deposit_wallet_beacon", deposit_wallet},
      {"deposit_wallet_uups", older_deposit_wallet}};
  EXPECT_EQ(forms.at(text_of(in, "form"))(address_of(in, "owner")), address_of(expected, "wallet"));
}

void check_auth(const json::value& in, const json::value& expected) {
  const auto headers = key_headers(key_of(in), chain_of(in), std::stoll(text_of(in, "timestamp")),
                                   in.at("nonce").to_number<std::uint64_t>());
  for (const auto& [name, value] : headers) EXPECT_EQ(value, text_of(expected.at("headers"), name.c_str())) << name;
  EXPECT_EQ(headers.size(), expected.at("headers").as_object().size());
}

void check_hmac(const json::value& in, const json::value& expected) {
  const auto secret = sign::hmac_key::from_base64(text_of(in, "secret")).value();
  const auto body = in.at("body").is_null() ? std::string{} : text_of(in, "body");
  EXPECT_EQ(
      request_signature(secret, std::stoll(text_of(in, "timestamp")), text_of(in, "method"), text_of(in, "path"), body),
      text_of(expected, "signature"));
}

contracts real_contracts() {
  return {*sign::parse_address("0xE111180000d2663C0091e4f400237545B87B996B"),
          *sign::parse_address("0xe2222d279d744050d28e00520010520000310F59"),
          *sign::parse_address("0xe3333700cA9d93003F00f0F71f8515005F6c00Aa")};
}

void check_request(const json::value& in, const json::value& expected) {
  const auto key = key_of(in);
  const auto kind = static_cast<wallet_kind>(in.at("signature_type").to_number<std::uint8_t>());
  const order_signer signer{key, {chain_of(in), kind, address_of(in, "funder"), real_contracts()}};
  const auto on = text_of(in, "side") == "BUY" ? side::buy : side::sell;
  const auto token = text_of(in, "token_id");
  const auto amounts =
      limit_amounts(on, *parse_decimal<price>(text_of(in, "price")), *parse_decimal<quantity>(text_of(in, "size")),
                    *parse_decimal<price>(text_of(in, "tick_size")));
  ASSERT_TRUE(amounts);
  const auto made = signer.sign({.token = token,
                                 .is_neg_risk = in.at("neg_risk").as_bool(),
                                 .side = on,
                                 .amounts = *amounts,
                                 .kind = *from_text<order_kind>(text_of(in, "order_type")),
                                 .post_only = in.at("post_only").as_bool(),
                                 .expiration_s = std::stoll(text_of(in, "expiration")),
                                 .salt = in.at("salt").to_number<std::uint64_t>(),
                                 .timestamp_ms = in.at("timestamp_ms").to_number<std::uint64_t>()},
                                text_of(in, "api_key"));
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(made->id, text_of(expected, "order_id"));
  EXPECT_EQ(json::parse(made->body), json::parse(text_of(expected, "body")));
  const auto secret = sign::hmac_key::from_base64(text_of(in, "api_secret")).value();
  EXPECT_EQ(
      request_signature(secret, std::stoll(text_of(in, "http_timestamp")), "POST", "/order", text_of(expected, "body")),
      text_of(expected.at("headers"), "POLY_SIGNATURE"));
}

void check_elsewhere(const json::value&, const json::value&) {} // book hashes: book_hash_test

} // namespace

TEST(polymarket_signing, every_vector_is_reproduced) {
  const std::map<std::string, void (*)(const json::value&, const json::value&)> checks = {
      {"address", check_address},
      {"type_hash", check_type},
      {"domain_separator", check_domain},
      {"wallet_derivation", check_wallet},
      {"order_v1", check_order_v1},
      {"order_v2", check_order_v2},
      {"order_v3", check_order_v2},
      {"order_v2_1271", check_wallet_order},
      {"order_v3_1271", check_wallet_order},
      {"clob_auth", check_auth},
      {"hmac", check_hmac},
      {"order_request", check_request},
      {"book_hash", check_elsewhere}};
  const auto file = json::parse(test::data_of("sign/polymarket_signing.json"));
  std::size_t checked = 0;
  for (const auto& x : file.at("vectors").as_array()) {
    SCOPED_TRACE(text_of(x, "id"));
    const auto check = checks.find(text_of(x, "kind"));
    ASSERT_NE(check, checks.end());
    check->second(x.at("input"), x.at("expected"));
    ++checked;
  }
  EXPECT_EQ(checked, 38u);
}

TEST(polymarket_signing, markets_differ_by_their_contract) {
  const auto key = *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
  const order_signer signer{key, {polygon, wallet_kind::eoa, {}, real_contracts()}};
  order_terms terms{.token = "1234", .amounts = {1'000'000, 2'000'000}, .salt = 1, .timestamp_ms = 1};
  const auto normal = signer.sign(terms, "k")->id;
  terms.is_neg_risk = true;
  const auto neg_risk = signer.sign(terms, "k")->id;
  terms.protocol = protocol::positions;
  const auto positions = signer.sign(terms, "k")->id;
  EXPECT_NE(normal, neg_risk);
  EXPECT_NE(neg_risk, positions);
  terms.is_neg_risk = false;
  EXPECT_EQ(signer.sign(terms, "k")->id, positions); // one contract for both kinds of market
}

TEST(polymarket_signing, a_deposit_wallet_is_maker_and_signer) {
  const auto key = *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
  const auto wallet = deposit_wallet(key.address());
  const order_signer signer{key, {polygon, wallet_kind::deposit, wallet, real_contracts()}};
  const auto made = signer.sign({.token = "1234", .amounts = {1, 2}, .salt = 1, .timestamp_ms = 1}, "k");
  const auto order = json::parse(made->body).at("order");
  EXPECT_EQ(text_of(order, "maker"), sign::to_string(wallet));
  EXPECT_EQ(text_of(order, "signer"), sign::to_string(wallet));
  EXPECT_EQ(text_of(order, "signature").size(), 636u);
  EXPECT_EQ(order.at("signatureType").as_int64(), 3);
}

TEST(polymarket_signing, a_token_that_is_no_number_is_refused) {
  const auto key = *sign::private_key::from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
  const order_signer signer{key, {polygon, wallet_kind::eoa, {}, real_contracts()}};
  EXPECT_FALSE(signer.sign({.token = "yes", .amounts = {1, 2}}, "k"));
}
