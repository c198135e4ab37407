#include "catalog_kit.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::catalog;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string deribit_list = "https://www.deribit.com/api/v2/public/get_instruments?currency=any&expired=false";

listing from_deribit(const std::string& file) {
  fake_http http;
  http.answer(deribit_list, test_data("deribit/" + file));
  auto made = load(venue::deribit, {}, http.function());
  EXPECT_TRUE(made) << made.error().text;
  return made.value_or(listing{});
}

const market& named(const listing& all, std::string_view id) {
  const auto at = std::ranges::find(all.markets, id, &market::id);
  if (at != all.markets.end()) return *at;
  ADD_FAILURE() << "no " << id;
  return all.markets.front();
}

TEST(deribit_list, an_old_inverse_option_is_a_market) {
  const auto all = from_deribit("http_get_instruments_btc_2021.json");
  EXPECT_EQ(all.markets.size(), 398U);
  EXPECT_EQ(all.faulty + all.skipped, 0U);
  const auto& x = named(all, "BTC-24SEP21-40000-P");
  EXPECT_EQ(x.slug, "btc-24sep21-40000-p");
  EXPECT_EQ(x.question, "BTC put 40000 expiring 2021-09-24 08:00 UTC");
  EXPECT_THAT(x.tags, ElementsAre("option", "BTC", "2021-09-24"));
  EXPECT_EQ(x.ticks, (tick_table{.base = 0.0005_px}));
  EXPECT_EQ(x.minimum, 0.1_qty);
  EXPECT_EQ(to_string(x.fees.taker), "0.0003");
  EXPECT_TRUE(x.is_tradable());
  EXPECT_EQ(named(all, "BTC-PERPETUAL").question, "BTC perpetual");
  EXPECT_EQ(named(all, "BTC-PERPETUAL").end_ns, 0);
}

/// What the listing says agrees with what the symbol says.
TEST(deribit_list, terms_are_those_of_the_symbols) {
  for (const auto* file : {"http_get_instruments_btc_2021.json", "http_get_instruments_usdc_2022.json",
                           "http_get_instruments_spot_and_linear_2025.json"})
    for (const auto& x : from_deribit(file).markets) {
      const auto said = parse_symbol(venue::deribit, x.id);
      ASSERT_TRUE(said) << x.id;
      EXPECT_EQ(x.info, *said) << x.id;
    }
}

TEST(deribit_list, exponent_numbers_are_exact_and_spot_never_ends) {
  const auto all = from_deribit("http_get_instruments_spot_and_linear_2025.json");
  const auto& x = named(all, "BTC_USDT");
  EXPECT_EQ(x.minimum, 0.0001_qty);
  EXPECT_EQ(x.question, "BTC/USDT spot");
  EXPECT_EQ(x.end_ns, 0);
}

TEST(deribit_list, combos_are_markets) {
  const auto all = from_deribit("http_get_instruments_option_combo.json");
  EXPECT_EQ(named(all, "BTC-STRG-19MAY26-74000_79000").question,
            "BTC option combo BTC-STRG-19MAY26-74000_79000 expiring 2026-05-19 08:00 UTC");
}

TEST(deribit_list, a_refusal_or_another_answer_is_an_error) {
  for (const auto& [answer, text] :
       {std::pair{R"({"jsonrpc":"2.0","error":{"message":"too_many_requests","code":10028}})",
                  "too_many_requests (10028)"},
        std::pair{"<html>", "not the JSON that was expected"}}) {
    fake_http http;
    http.answer(deribit_list, answer);
    const auto made = load(venue::deribit, {}, http.function());
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().text, HasSubstr(text));
    EXPECT_THAT(made.error().text, HasSubstr("https://www.deribit.com"));
  }
}

TEST(deribit_list, an_unknown_kind_is_left_out_and_told) {
  fake_http http;
  http.answer(deribit_list, R"({"result":[{"instrument_name":"X","kind":"swaption","tick_size":1}]})");
  const auto made = load(venue::deribit, {}, http.function());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->faulty, 1U);
  EXPECT_THAT(made->complaints, ElementsAre(HasSubstr("X: kind unknown instrument kind 'swaption'")));
}

std::string derive_request(const std::string& type, int page) {
  return R"(https://api.derive.xyz/v3/public/get_all_instruments{"expired":false,"instrument_type":")" + type +
         R"(","page":)" + std::to_string(page) + R"(,"page_size":1000})";
}
std::string derive_page(const std::string& rows, int pages) {
  return R"({"result":{"instruments":[)" + rows + R"(],"pagination":{"count":1,"num_pages":)" + std::to_string(pages) +
         R"(}},"id":"1"})";
}

TEST(derive_list, all_kinds_and_all_pages_are_read) {
  const auto option = [](const std::string& name) {
    return R"({"instrument_name":")" + name + R"(","instrument_type":"option","is_active":true,"base_currency":"ETH",
      "quote_currency":"USDC","tick_size":"0.1","amount_step":"0.01","minimum_amount":"0.1","maker_fee_rate":"0.0001",
      "taker_fee_rate":"0.0003","base_fee":"0.5","option_details":{"expiry":1798185600,"strike":"4000","option_type":"C",
      "index":"ETH-USD","settlement_price":null},"perp_details":null,"erc20_details":null})";
  };
  fake_http http;
  http.answer(derive_request("option", 1), derive_page(option("ETH-20261225-4000-C"), 2));
  http.answer(derive_request("option", 2), derive_page(option("ETH-20261225-4000-D"), 2));
  http.answer(derive_request("perp", 1), R"({"id":"1","error":{"code":"12001","message":"no such currency"}})");
  const auto spot =
      boost::json::parse(test_data("derive/v2_testnet_http_get_instruments_spot.json")).at("result").at(0);
  http.answer(derive_request("erc20", 1),
              derive_page(boost::json::serialize(spot) + "," + test_data("derive/v2_mainnet_instrument_spot.json"), 1));
  const auto made = load(venue::derive, {}, http.function());
  ASSERT_TRUE(made) << made.error().text;
  ASSERT_EQ(made->markets.size(), 4U);
  const auto& x = made->markets[0];
  EXPECT_EQ(x.info, *parse_symbol(venue::derive, "ETH-20261225-4000-C"));
  EXPECT_EQ(x.slug, "eth-20261225-4000-c");
  EXPECT_EQ(x.question, "ETH/USDC call 4000 expiring 2026-12-25 08:00 UTC");
  EXPECT_THAT(x.tags, ElementsAre("option", "ETH", "2026-12-25"));
  EXPECT_EQ(to_string(x.fees.flat), "0.5");
  EXPECT_EQ(x.lot, 0.01_qty);
  const auto& last = made->markets[3];
  EXPECT_EQ(last.id, "ETH-USDC");
  EXPECT_EQ(last.ticks, (tick_table{.base = 0.01_px}));
  EXPECT_EQ(last.end_ns, 0);
}

TEST(derive_list, an_option_without_its_details_is_left_out) {
  fake_http http;
  http.answer(
      derive_request("option", 1),
      derive_page(R"({"instrument_name":"A","instrument_type":"option","tick_size":"1","option_details":null})", 1));
  http.answer(derive_request("perp", 1), derive_page("", 0));
  http.answer(derive_request("erc20", 1), derive_page("", 0));
  const auto made = load(venue::derive, {}, http.function());
  ASSERT_TRUE(made);
  EXPECT_THAT(made->complaints, ElementsAre("A: option_details are missing"));
}

} // namespace
