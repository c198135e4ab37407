#include "sandbox/derive_signing.hpp"
#include "sandbox/polymarket_signing.hpp"
#include "sign/key.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike::sandbox;
namespace json = boost::json;

namespace {

/// The vectors of a file, all of them.
json::array vectors(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA "/"} + file};
  return json::parse(in).at("vectors").as_array();
}

std::string text(const json::value& x, std::string_view pointer) {
  const auto& y = x.at_pointer(pointer);
  return y.is_string() ? std::string{std::string_view{y.get_string()}} : json::serialize(y);
}

std::string lower(std::string x) {
  for (auto& c : x) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return x;
}

derive::signing_terms terms_of(const std::string& profile) {
  return derive::terms_of(profile.starts_with("v3") ? derive::api::v3 : derive::api::v2,
                          profile.ends_with("mainnet") ? derive::network::mainnet : derive::network::testnet);
}

derive::order_terms order_of(const json::value& x) {
  return {.asset = *address_of_hex(text(x, "/trade/asset_address")),
          .sub_id = *word_of_decimal(text(x, "/trade/sub_id")),
          .limit_price = text(x, "/trade/limit_price"),
          .amount = text(x, "/trade/amount"),
          .max_fee = text(x, "/trade/max_fee"),
          .subaccount = std::stoull(text(x, "/subaccount_id")),
          .is_bid = x.at_pointer("/trade/is_bid").as_bool(),
          .nonce = std::stoull(text(x, "/nonce")),
          .expiry_s = std::stoull(text(x, "/signature_expiry_sec")),
          .owner = *address_of_hex(text(x, "/owner")),
          .signer = *address_of_hex(text(x, "/signer"))};
}

polymarket::signed_order polymarket_order(const json::value& x) {
  return {.salt = std::stoull(text(x, "/salt")),
          .maker = *address_of_hex(text(x, "/maker")),
          .signer = *address_of_hex(text(x, "/signer")),
          .token = *word_of_decimal(text(x, "/tokenId")),
          .maker_amount = std::stoull(text(x, "/makerAmount")),
          .taker_amount = std::stoull(text(x, "/takerAmount")),
          .is_sell = text(x, "/side") == "SELL",
          .signature_type = static_cast<int>(x.at("signatureType").as_int64()),
          .timestamp_ms = std::stoull(text(x, "/timestamp")),
          .metadata = *word_of_hex(text(x, "/metadata")),
          .builder = *word_of_hex(text(x, "/builder"))};
}

polymarket::exchange_contract contract_of(const json::value& x) {
  return {.chain_id = x.at_pointer("/input/domain/chain_id").to_number<std::uint64_t>(),
          .is_neg_risk = x.at_pointer("/input/neg_risk").as_bool()};
}

} // namespace

TEST(signing_vectors, derive_hashes_each_order_as_published) {
  int checked = 0;
  for (const auto& x : vectors("sign/derive_signing.json")) {
    if (text(x, "/type") == "login") continue;
    SCOPED_TRACE(text(x, "/id"));
    const auto by = terms_of(text(x, "/profile"));
    EXPECT_EQ(hex_of(by.domain), text(x, "/domain_separator"));
    EXPECT_EQ(hex_of(by.trade_module), lower(text(x, "/module_address")));
    const auto hashes = derive::hashes_of(order_of(x), by);
    ASSERT_TRUE(hashes);
    EXPECT_EQ(hex_of(hashes->data), text(x, "/expected/module_data"));
    EXPECT_EQ(hex_of(hashes->action_hash), text(x, "/expected/action_hash"));
    EXPECT_EQ(hex_of(hashes->typed_data_hash), text(x, "/expected/typed_data_hash"));
    if (const auto* signature = x.at("expected").as_object().if_contains("signature");
        signature != nullptr && signature->is_string()) {
      const auto signer = signer_of(hashes->typed_data_hash, *bytes_of_hex(std::string_view{signature->as_string()}));
      ASSERT_TRUE(signer);
      EXPECT_EQ(hex_of(*signer), lower(text(x, "/signer")));
    }
    ++checked;
  }
  EXPECT_EQ(checked, 15);
}

TEST(signing_vectors, derive_recovers_the_key_of_a_login) {
  for (const auto& x : vectors("sign/derive_signing.json")) {
    if (text(x, "/type") != "login") continue;
    const auto digest = strike::sign::personal_digest(text(x, "/timestamp"));
    EXPECT_EQ(hex_of(digest), text(x, "/expected/eip191_digest"));
    EXPECT_EQ(hex_of(*signer_of(digest, *bytes_of_hex(text(x, "/expected/signature")))), lower(text(x, "/signer")));
  }
}

TEST(signing_vectors, derive_scales_decimals_by_their_digits) {
  EXPECT_EQ(hex_of(*derive::scaled_word("1991.79", 12)), hex_of(*word_of_decimal("1991790000000000000000")));
  EXPECT_EQ(hex_of(*derive::scaled_word("-1", 12)), "0x" + std::string(48, 'f') + "f21f494c589c0000");
  EXPECT_TRUE(derive::scaled_word("0.1000000000000000", 12));
  for (const auto* bad : {"", ".", "1.", ".5", "1e3", "0.0000000000001", "+1", "1 ", "--1"})
    EXPECT_FALSE(derive::scaled_word(bad, 12)) << bad;
}

TEST(signing_vectors, polymarket_hashes_each_order_as_published) {
  int checked = 0;
  for (const auto& x : vectors("sign/polymarket_signing.json")) {
    const auto kind = text(x, "/kind");
    if (kind != "order_v2" && kind != "order_v2_1271") continue;
    SCOPED_TRACE(text(x, "/id"));
    const auto order = polymarket_order(x.at_pointer("/input/order"));
    const auto at = contract_of(x);
    EXPECT_EQ(hex_of(polymarket::domain_of(at)), text(x, "/expected/domain_separator"));
    EXPECT_EQ(hex_of(polymarket::digest_of(order, polymarket::domain_of(at))), text(x, "/expected/order_id"));
    const auto key = *address_of_hex(text(x, "/expected/recovered_signer"));
    auto signature = *bytes_of_hex(text(x, "/expected/signature"));
    EXPECT_TRUE(polymarket::is_signed_by(order, at, signature, key));
    EXPECT_FALSE(polymarket::is_signed_by(order, {at.chain_id, !at.is_neg_risk}, signature, key));
    signature[10] = static_cast<char>(signature[10] + 1);
    EXPECT_FALSE(polymarket::is_signed_by(order, at, signature, key));
    ++checked;
  }
  EXPECT_EQ(checked, 8);
}

TEST(signing_vectors, polymarket_recovers_the_key_of_an_attestation) {
  int checked = 0;
  for (const auto& x : vectors("sign/polymarket_signing.json")) {
    if (text(x, "/kind") != "clob_auth") continue;
    const auto key = *address_of_hex(text(x, "/expected/address"));
    const auto digest =
        polymarket::clob_auth_digest(key, text(x, "/input/timestamp"), std::stoull(text(x, "/input/nonce")),
                                     std::stoull(text(x, "/input/chain_id")));
    EXPECT_EQ(hex_of(digest), text(x, "/expected/digest"));
    EXPECT_EQ(signer_of(digest, *bytes_of_hex(text(x, "/expected/signature"))), key);
    ++checked;
  }
  EXPECT_EQ(checked, 2);
}

TEST(signing_vectors, polymarket_signs_requests_as_published) {
  int checked = 0;
  for (const auto& x : vectors("sign/polymarket_signing.json")) {
    if (text(x, "/kind") != "hmac") continue;
    const auto& body = x.at_pointer("/input/body");
    EXPECT_EQ(polymarket::request_signature(text(x, "/input/secret"), text(x, "/input/timestamp"),
                                            text(x, "/input/method"), text(x, "/input/path"),
                                            body.is_null() ? "" : text(x, "/input/body")),
              text(x, "/expected/signature"));
    ++checked;
  }
  EXPECT_EQ(checked, 4);
  EXPECT_EQ(polymarket::request_signature("no base64!", "1", "GET", "/", ""), "");
}
