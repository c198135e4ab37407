#include "sign/key.hpp"
#include "sign/typed_data.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

/// What of the venues' vectors needs no type of theirs; those types have their own tests beside them.
namespace strike::sign {
namespace {

namespace json = boost::json;

json::array vectors(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/sign/" + file};
  return json::parse(std::string{std::istreambuf_iterator<char>{in}, {}}).at("vectors").as_array();
}

/// Those of one kind; an empty answer would make a test that checks nothing.
json::array polymarket(std::string_view kind) {
  json::array out;
  for (const auto& x : vectors("polymarket_signing.json"))
    if (x.at("kind").as_string() == kind) out.push_back(x);
  EXPECT_FALSE(out.empty()) << kind;
  return out;
}

std::string text(const json::value& x) { return json::value_to<std::string>(x); }

private_key key_of(const json::value& in) {
  return std::move(private_key::from_hex(text(in.at("private_key"))).value());
}

TEST(vectors, of_addresses) {
  for (const auto& x : polymarket("address")) {
    const auto key = key_of(x.at("input"));
    EXPECT_EQ(to_string(key.address()), text(x.at("expected").at("address")));
    EXPECT_EQ(to_lower_string(key.address()), text(x.at("expected").at("address_lower")));
    EXPECT_EQ(to_hex(key.public_key()), text(x.at("expected").at("public_key_uncompressed")));
  }
}

TEST(vectors, of_type_hashes) {
  for (const auto& x : polymarket("type_hash"))
    EXPECT_EQ(to_hex(keccak256(text(x.at("input").at("type_string")))), text(x.at("expected").at("type_hash")));
}

TEST(vectors, of_domain_separators) {
  for (const auto& x : polymarket("domain_separator")) {
    const auto& in = x.at("input");
    domain where{text(in.at("name")), text(in.at("version")), in.at("chain_id").to_number<std::uint64_t>(), {}};
    if (const auto& contract = in.at("verifying_contract"); !contract.is_null())
      where.verifying_contract = parse_address(text(contract)).value();
    EXPECT_EQ(to_hex(domain_separator(where)), text(x.at("expected").at("domain_separator"))) << text(x.at("id"));
  }
}

TEST(vectors, of_hmac) {
  for (const auto& x : polymarket("hmac")) {
    const auto key = hmac_key::from_base64(text(x.at("input").at("secret")));
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_EQ(to_base64url(hmac_sha256(*key, as_bytes(text(x.at("expected").at("message"))))),
              text(x.at("expected").at("signature")));
  }
}

TEST(vectors, of_signatures_over_digests) {
  int checked = 0;
  for (const auto& x : vectors("polymarket_signing.json")) {
    const auto& expected = x.at("expected").as_object();
    const bool inner = expected.contains("inner_digest"); // signed by a contract wallet's owner
    if (!inner && !expected.contains("digest")) continue;
    const auto key = key_of(x.at("input"));
    const auto digest = from_hex<32>(text(expected.at(inner ? "inner_digest" : "digest"))).value();
    const auto made = sign_digest(key, digest);
    EXPECT_EQ(to_hex(made), text(expected.at(inner ? "inner_signature" : "signature"))) << text(x.at("id"));
    EXPECT_EQ(recover_address(digest, made).value(), key.address()) << text(x.at("id"));
    ++checked;
  }
  EXPECT_GE(checked, 14);
}

TEST(vectors, of_derives_signatures_tell_their_signer) {
  int checked = 0;
  for (const auto& x : vectors("derive_signing.json")) {
    const auto& expected = x.at("expected").as_object();
    const auto* const digest = expected.if_contains("typed_data_hash");
    const auto* const made = expected.if_contains("signature");
    if (digest == nullptr || made == nullptr || !made->is_string()) continue; // log-in, or hashes only
    EXPECT_EQ(recover_address(from_hex<32>(text(*digest)).value(), from_hex<65>(text(*made)).value()).value(),
              parse_address(text(x.at("signer"))).value())
        << text(x.at("id"));
    ++checked;
  }
  EXPECT_GE(checked, 14);
}

} // namespace
} // namespace strike::sign
