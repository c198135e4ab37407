#include "deribit/message.hpp"
#include "deribit/request.hpp"

#include "base/time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace strike;
using namespace strike::literals;
using namespace strike::deribit;
using testing::HasSubstr;

namespace {

struct reference_test : testing::Test {
  message_reader read;
  std::string text;

  listing_page page(const std::string& name) {
    std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/" + name};
    std::stringstream all;
    all << in.rdbuf();
    text = all.str();
    pad(text);
    EXPECT_TRUE(read.open(text)) << name;
    auto made = read.listings();
    EXPECT_TRUE(made) << made.error().text;
    return *std::move(made);
  }
  static instrument find(const listing_page& in, std::string_view symbol) {
    const auto at = std::ranges::find_if(in.listings, [&](const auto& x) { return x.rules.symbol == symbol; });
    EXPECT_NE(at, in.listings.end()) << symbol;
    return at == in.listings.end() ? instrument{} : at->rules;
  }
};

TEST_F(reference_test, reads_the_old_listing_of_inverse_options_and_futures) {
  const auto x = page("http_get_instruments_btc_2021.json");
  EXPECT_EQ(x.listings.size(), 398U);
  EXPECT_THAT(x.faults, testing::IsEmpty());
  const auto put = find(x, "BTC-24SEP21-40000-P");
  EXPECT_EQ(put.info.kind, instrument_kind::option);
  EXPECT_EQ(put.info.right, option_type::put);
  EXPECT_EQ(put.info.strike, 40'000_px);
  EXPECT_TRUE(put.info.is_inverse);
  EXPECT_EQ(put.info.settlement, "BTC");
  EXPECT_EQ(put.info.expiry_ns, 1'632'470'400'000 * ns_per_ms);
  EXPECT_EQ(put.ticks.base, 0.0005_px);
  EXPECT_EQ(put.lot, 0.1_qty);
  EXPECT_EQ(put.minimum, 0.1_qty);
  EXPECT_EQ(put.multiplier, 1_qty);
  const auto perpetual = find(x, "BTC-PERPETUAL");
  EXPECT_EQ(perpetual.info.kind, instrument_kind::perpetual);
  EXPECT_TRUE(perpetual.info.is_inverse);
  EXPECT_EQ(perpetual.info.expiry_ns, 0);
  EXPECT_EQ(perpetual.lot, 10_qty);
  EXPECT_EQ(perpetual.ticks.base, 0.5_px);
}

TEST_F(reference_test, reads_linear_perpetuals_and_spot) {
  const auto linear = page("http_get_instruments_usdc_2022.json");
  EXPECT_EQ(linear.listings.size(), 16U);
  const auto uni = find(linear, "UNI_USDC-PERPETUAL");
  EXPECT_FALSE(uni.info.is_inverse);
  EXPECT_EQ(uni.info.settlement, "USDC");
  EXPECT_EQ(uni.ticks.base, 0.001_px);
  EXPECT_EQ(uni.lot, 1_qty);
  EXPECT_EQ(uni.index, "uni_usdc");
  const auto newer = page("http_get_instruments_spot_and_linear_2025.json");
  const auto spot = find(newer, "BTC_USDT");
  EXPECT_EQ(spot.info.kind, instrument_kind::spot);
  EXPECT_FALSE(spot.info.is_inverse);
  EXPECT_EQ(spot.info.expiry_ns, 0);
  EXPECT_EQ(spot.minimum, 0.0001_qty);
  EXPECT_EQ(find(newer, "BTC_USDC-PERPETUAL").lot, 0.0001_qty);
}

TEST_F(reference_test, reads_combos) {
  const auto x = page("http_get_instruments_option_combo.json");
  EXPECT_FALSE(x.listings.empty());
  EXPECT_THAT(x.faults, testing::IsEmpty());
  const auto strangle = find(x, "BTC-STRG-19MAY26-74000_79000");
  EXPECT_EQ(strangle.info.kind, instrument_kind::option_combo);
  EXPECT_TRUE(strangle.info.is_inverse);
  EXPECT_EQ(strangle.lot, 0.1_qty);
}

TEST_F(reference_test, reads_a_single_instrument_and_its_ticks) {
  text =
      R"({"id":1,"result":{"tick_size":0.0001,"tick_size_steps":[{"above_price":0.005,"tick_size":0.0005}],"strike":90000.0,
    "settlement_period":"day","settlement_currency":"BTC","quote_currency":"BTC","option_type":"call","min_trade_amount":0.1,
    "kind":"option","is_active":true,"instrument_type":"reversed","instrument_name":"BTC-27NOV26-90000-C","state":"locked",
    "expiration_timestamp":1795766400000,"creation_timestamp":1795000000000,"contract_size":1.0,"base_currency":"BTC"}})";
  pad(text);
  ASSERT_TRUE(read.open(text));
  const auto x = read.listed();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->state, "locked");
  EXPECT_EQ(x->created_ns, 1'795'000'000'000 * ns_per_ms);
  EXPECT_EQ(x->rules.ticks, (tick_table{0.0001_px, {{0.005_px, 0.0005_px}}}));
  EXPECT_EQ(x->rules.info.quote, "USD");
}

TEST_F(reference_test, reads_a_recorded_single_instrument) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/http_get_instrument.json"};
  std::stringstream all;
  all << in.rdbuf();
  text = all.str();
  pad(text);
  ASSERT_TRUE(read.open(text));
  const auto x = read.listed();
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(x->rules.symbol, "BTC-PERPETUAL");
  EXPECT_EQ(x->rules.info.kind, instrument_kind::perpetual);
  EXPECT_EQ(x->rules.lot, 10_qty);
}

TEST_F(reference_test, one_bad_instrument_does_not_cost_the_list) {
  text =
      R"({"result":[{"instrument_name":"BTC-PERPETUAL","kind":"future","settlement_period":"perpetual","tick_size":0.5},
    {"instrument_name":"ETH-PERPETUAL","kind":"future","settlement_period":"perpetual","tick_size":0.05,"min_trade_amount":1,
     "contract_size":1,"instrument_type":"reversed","base_currency":"ETH"},{"instrument_name":"X","kind":"warrant"}]})";
  pad(text);
  ASSERT_TRUE(read.open(text));
  const auto x = *read.listings();
  ASSERT_EQ(x.listings.size(), 1U);
  EXPECT_EQ(x.listings[0].rules.symbol, "ETH-PERPETUAL");
  ASSERT_EQ(x.faults.size(), 2U);
  EXPECT_THAT(x.faults[0], HasSubstr("min_trade_amount"));
  EXPECT_THAT(x.faults[1], HasSubstr("'warrant' is not known"));
}

/// Source: Deribit API v2, `public/auth`, the example of the documentation; the others made with a reference HMAC.
TEST(deribit_request, signs_as_the_venue_does) {
  EXPECT_EQ(signature("AMANDASECRECT", 1'576'074'319'000, "1iqt2wls", ""),
            "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1");
  EXPECT_EQ(signature("demo-secret-0001", 1'700'000'000'000, "n0nce42", ""),
            "b28f336b302ea1d665eb5a974ff3bec3cd13baa2df083d81cf6153bef627829e");
  EXPECT_EQ(signature("demo-secret-0001", 1'700'000'000'000, "n0nce42", "abc"),
            "cc47f9805af0252a4a7725cdd938e00bb5d985a77c278fb0cfd2e9adc537f973");
}

TEST(deribit_request, writes_frames) {
  const std::vector<std::string> channels{"book.A.raw", "book.B.raw"};
  EXPECT_EQ(
      subscribe(3, false, channels),
      R"({"jsonrpc":"2.0","id":3,"method":"public/subscribe","params":{"channels":["book.A.raw","book.B.raw"]}})");
  EXPECT_THAT(unsubscribe(4, true, channels), HasSubstr(R"("method":"private/unsubscribe")"));
  EXPECT_EQ(test(5), R"({"jsonrpc":"2.0","id":5,"method":"public/test","params":{}})");
  EXPECT_EQ(set_heartbeat(6, 10),
            R"({"jsonrpc":"2.0","id":6,"method":"public/set_heartbeat","params":{"interval":10}})");
  const auto login = log_in(7, "me", "demo-secret-0001", 1'700'000'000'000, "n0nce42");
  EXPECT_THAT(login, HasSubstr("client_signature"));
  EXPECT_THAT(login, testing::Not(HasSubstr("demo-secret-0001")));
}

} // namespace
