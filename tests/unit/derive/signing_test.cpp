#include "derive/signing.hpp"

#include "base/time.hpp"
#include "derive/profile.hpp"
#include "sign/typed_data.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

using namespace strike;
using namespace strike::derive;
using testing::HasSubstr;

namespace {

namespace json = boost::json;

json::array vectors() {
  std::ifstream in{STRIKE_TEST_DATA "/sign/derive_signing.json"};
  return json::parse(std::string{std::istreambuf_iterator<char>{in}, {}}).at("vectors").as_array();
}

std::string text(const json::value& x) { return json::value_to<std::string>(x); }
sign::address address_at(const json::value& x) { return sign::parse_address(text(x)).value(); }
sign::private_key key_at(const json::value& x) { return std::move(sign::private_key::from_hex(text(x)).value()); }

order_profile network(std::string_view toml) {
  auto document = *config::document::from_text(toml, "strike.toml");
  auto x = read_order_profile(document.root());
  const auto verdict = document.finish();
  EXPECT_TRUE(verdict) << verdict.error().text;
  return x;
}

/// The network of a vector; one of them has another trade module.
order_profile network_of(const json::value& x) {
  auto out = network("profile = '" + text(x.at("profile")) + "'");
  out.trade_module = address_at(x.at("module_address"));
  return out;
}

trade_terms trade_of(const json::value& x) {
  const auto& trade = x.at("trade");
  const auto scaled = [&](const char* key) { return sign::scale_decimal(text(trade.at(key)), 18).value(); };
  return {.asset = address_at(trade.at("asset_address")),
          .sub_id = sign::parse_uint256(text(trade.at("sub_id"))).value(),
          .limit = scaled("limit_price"),
          .amount = scaled("amount"),
          .max_fee = scaled("max_fee"),
          .subaccount = trade.at("recipient_id").to_number<std::uint64_t>(),
          .is_bid = trade.at("is_bid").as_bool()};
}

action_terms action_of(const json::value& x) {
  return {.subaccount = x.at("subaccount_id").to_number<std::uint64_t>(),
          .nonce = std::stoull(text(x.at("nonce"))),
          .expiry_s = x.at("signature_expiry_sec").to_number<std::int64_t>(),
          .owner = address_at(x.at("owner")),
          .signer = address_at(x.at("signer"))};
}

} // namespace

TEST(derive_signing, gives_the_hashes_of_every_published_action) {
  int checked = 0;
  for (const auto& x : vectors()) {
    if (!text(x.at("type")).starts_with("action")) continue;
    const auto on = network_of(x);
    const auto& expected = x.at("expected");
    EXPECT_EQ(sign::to_hex(on.domain_separator), text(x.at("domain_separator"))) << text(x.at("id"));
    const auto data = encode(trade_of(x));
    const auto hashes = hash_action(on, action_of(x), data);
    EXPECT_EQ(sign::to_hex(data), text(expected.at("module_data"))) << text(x.at("id"));
    EXPECT_EQ(sign::to_hex(sign::keccak256(data)), text(expected.at("module_data_hash"))) << text(x.at("id"));
    EXPECT_EQ(sign::to_hex(hashes.action), text(expected.at("action_hash"))) << text(x.at("id"));
    EXPECT_EQ(sign::to_hex(hashes.typed_data), text(expected.at("typed_data_hash"))) << text(x.at("id"));
    ++checked;
  }
  EXPECT_EQ(checked, 15);
}

TEST(derive_signing, gives_the_signature_of_every_vector_with_a_key) {
  int checked = 0;
  for (const auto& x : vectors()) {
    if (text(x.at("type")) != "action_sign") continue;
    const auto made = sign_order(network_of(x), action_of(x), trade_of(x), key_at(x.at("private_key")));
    ASSERT_TRUE(made) << text(x.at("id")) << made.error().text;
    EXPECT_EQ(sign::to_hex(*made), text(x.at("expected").at("signature"))) << text(x.at("id"));
    ++checked;
  }
  EXPECT_EQ(checked, 12);
}

TEST(derive_signing, of_a_log_in_is_that_of_its_vector) {
  for (const auto& x : vectors()) {
    if (text(x.at("type")) != "login") continue;
    EXPECT_EQ(sign::to_hex(sign_login(text(x.at("timestamp")), key_at(x.at("private_key")))),
              text(x.at("expected").at("signature")));
    return;
  }
  FAIL() << "no vector of a log-in";
}

struct signing_limits : testing::Test {
  order_profile on = network("");
  sign::private_key key = std::move(
      sign::private_key::from_hex("0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c").value());
  action_terms action{.subaccount = 1, .nonce = 1, .expiry_s = 1'764'003'600};
  trade_terms trade{.limit = 1'000'000, .amount = 1'000'000, .max_fee = 0, .subaccount = 1};
};

TEST_F(signing_limits, are_twelve_decimals_on_v3_and_eighteen_on_v2) {
  EXPECT_TRUE(sign_order(on, action, trade, key));
  trade.limit += 1;
  const auto refused = sign_order(on, action, trade, key);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("limit_price has more than the 12 decimals"));
  EXPECT_TRUE(sign_order(network("profile = 'v2-mainnet'"), action, trade, key));
}

TEST_F(signing_limits, refuse_an_expiry_in_milliseconds) {
  action.expiry_s *= 1000;
  EXPECT_THAT(sign_order(on, action, trade, key).error().text, HasSubstr("not in seconds"));
}

TEST_F(signing_limits, refuse_a_negative_fee_but_encode_negative_numbers) {
  trade.max_fee = -1'000'000;
  EXPECT_FALSE(sign_order(on, action, trade, key));
  const auto data = encode(trade);
  EXPECT_EQ(sign::to_hex(sign::bytes{data}.subspan(4 * 32, 16)), "0x" + std::string(32, 'f'));
}

TEST(derive_nonces, are_the_present_in_the_form_of_the_network) {
  constexpr std::int64_t now = 1'764'000'000'123'456'789;
  EXPECT_EQ(nonce_source(nonce_form::nanoseconds, 7).next(now), 1'764'000'000'123'456'007u);
  EXPECT_EQ(nonce_source(nonce_form::milliseconds, 7).next(now), 1'764'000'000'123'007u);
}

TEST(derive_nonces, rise_though_the_clock_stands_or_goes_back) {
  nonce_source x{nonce_form::nanoseconds, 1};
  const auto first = x.next(5'000'000'000);
  const auto second = x.next(5'000'000'000), third = x.next(4'000'000'000);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(derive_nonces, are_above_those_of_before_a_restart) {
  nonce_source x{nonce_form::milliseconds, 0};
  x.used(1'764'000'000'999'003);
  EXPECT_GT(x.next(1'764'000'000'000'000'000), 1'764'000'000'999'003u);
}

TEST(derive_nonces, of_two_processes_never_meet) {
  nonce_source a{nonce_form::nanoseconds, 1}, b{nonce_form::nanoseconds, 2};
  for (int i = 0; i < 100; ++i) EXPECT_NE(a.next(1'000'000'000'000'000'000), b.next(1'000'000'000'000'000'000));
}

TEST(derive_order_profile, of_every_network_is_whole_and_consistent) {
  for (const auto& name : profile_names()) {
    const auto x = network("profile = '" + name + "'");
    EXPECT_EQ(x.domain_separator, domain_separator_of(x)) << name;
    EXPECT_EQ(x.nonce, name.starts_with("v2") ? nonce_form::milliseconds : nonce_form::nanoseconds) << name;
    EXPECT_GE(x.minimum_life_s, 330) << name;
    EXPECT_GE(x.trigger_life_s, 30 * 86'400) << name;
    EXPECT_FALSE(x.ws_url.empty() || x.user_agent.empty() || x.settlement_channels.empty()) << name;
  }
}

TEST(derive_order_profile, refuses_a_separator_that_is_not_that_of_chain_and_contract) {
  auto document = *config::document::from_text("chain_id = 2", "strike.toml");
  read_order_profile(document.root());
  const auto verdict = document.finish();
  ASSERT_FALSE(verdict);
  EXPECT_THAT(verdict.error().text, HasSubstr("domain_separator"));
}

TEST(derive_order_profile, has_every_value_overridden) {
  const auto x = network(
      "chain_id = 957\ndomain_separator = '0xd96e5f90797da7ec8dc4e276260c7f3f87fedf68775fbe1ef116e996fc60441b'\n"
      "verifying_contract = '0xeB8d770ec18DB98Db922E9D83260A585b9F0DeAD'\n"
      "trade_module = '0x87F2863866D85E3192a35A73b388BD625D83f2be'\nnonce = 'milliseconds'\ndecimals = 6\n"
      "minimum_life = '10s'\ntrigger_life = '31d'\nnames_wallet = true\ncancel_all_covers_triggers = false\n"
      "settlement_channels = ['x']\nws_url = 'wss://localhost:1'\nuser_agent = 'me'");
  EXPECT_EQ(x.chain_id, 957u);
  EXPECT_EQ(sign::to_string(x.trade_module), "0x87F2863866D85E3192a35A73b388BD625D83f2be");
  EXPECT_EQ(x.nonce, nonce_form::milliseconds);
  EXPECT_EQ(x.decimals, 6u);
  EXPECT_EQ(x.minimum_life_s, 10);
  EXPECT_EQ(x.trigger_life_s, 31 * 86'400);
  EXPECT_TRUE(x.names_wallet && !x.cancel_all_covers_triggers);
  EXPECT_THAT(x.settlement_channels, testing::ElementsAre("x"));
  EXPECT_EQ(x.ws_url + x.user_agent, "wss://localhost:1me");
}
