// What replies become: subscriptions, instruments, history, settlement prices, refusals.
#include "base/symbol.hpp"
#include "base/time.hpp"
#include "derive/request.hpp"
#include "kit/derive_messages.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::derive;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(derive_subscription, refuses_one_channel_and_takes_the_others_as_recorded) {
  derive_text x{derive_payload("v2_ws_subscribe_ack.json")};
  ASSERT_EQ(x.kind, message_kind::reply);
  EXPECT_EQ(x->id(), "probe-1");
  EXPECT_FALSE(x->refused());
  const auto read = x->subscribed();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_THAT(read->status, ElementsAre(Pair("orderbook.ETH-USDC.1.10", "ok"), Pair("ticker_slim.ETH-USDC.1000", "ok"),
                                        Pair("trades.ETH-USDC", "ok"), Pair("trades.erc20.ETH", "ok"),
                                        Pair("trades.spot.ETH", "{'instrument_type': ['Invalid enum value spot']}")));
  EXPECT_TRUE(read->has_current);
  EXPECT_THAT(read->current, ElementsAre("ticker_slim.ETH-USDC.1000", "orderbook.ETH-USDC.1.10", "trades.erc20.ETH",
                                         "trades.ETH-USDC"));
}

TEST(derive_instruments, of_a_recorded_list) {
  derive_text x{derive_payload("v2_testnet_http_get_instruments_spot.json")};
  EXPECT_EQ(x->id(), "dc88d8ab-89ef-4762-b714-669e14c74441") << "the last key, a text";
  const auto read = x->listings();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_THAT(read->faults, ElementsAre());
  ASSERT_EQ(read->listings.size(), 1u);
  const auto& rules = read->listings[0].rules;
  EXPECT_TRUE(read->listings[0].is_active);
  EXPECT_EQ(rules.symbol, "ETH-USDC");
  EXPECT_EQ(rules.at, venue::derive);
  EXPECT_EQ(rules.info, parse_symbol(venue::derive, "ETH-USDC"));
  EXPECT_EQ(rules.ticks, tick_table{.base = 0.1_px});
  EXPECT_EQ(rules.lot, 0.01_qty);
  EXPECT_EQ(rules.minimum, 0.1_qty);
  EXPECT_EQ(rules.multiplier, 1_qty);
}

TEST(derive_instruments, of_the_recorded_single_one) {
  derive_text x{R"({"result":)" + derive_payload("v2_mainnet_instrument_spot.json") + "}"};
  const auto read = x->listed();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->rules.symbol, "ETH-USDC");
  EXPECT_EQ(read->rules.ticks, tick_table{.base = 0.01_px});
}

TEST(derive_instruments, come_in_pages_and_a_bad_one_does_not_spoil_the_others) {
  derive_text x{
      R"({"result":{"instruments":[)"
      R"({"instrument_name":"ETH-20261225-4000-C","instrument_type":"option","is_active":true,"base_currency":"ETH",)"
      R"("quote_currency":"USDC","tick_size":0.1,"amount_step":"0.01","minimum_amount":"0.1",)"
      R"("option_details":{"expiry":"1798185600","strike":4000,"option_type":"C","index":"ETH-USD",)"
      R"("settlement_price":null},"perp_details":null},)"
      R"({"instrument_name":"BAD","instrument_type":"warrant","is_active":true,"base_currency":"E",)"
      R"("quote_currency":"U","tick_size":"1","amount_step":"1","minimum_amount":"1"},)"
      R"({"instrument_name":"BTC-PERP","instrument_type":"perp","is_active":false,"base_currency":"BTC",)"
      R"("quote_currency":"USD","tick_size":"1","amount_step":"0.001","minimum_amount":"0.01","option_details":null,)"
      R"("perp_details":{"index":"BTC-USD","funding_rate":"0.1"}}],"pagination":{"count":"2003","num_pages":"3"}}})"};
  const auto read = x->listings();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->pages, 3u);
  EXPECT_THAT(read->faults, ElementsAre(HasSubstr("instrument_type 'warrant' is unknown")));
  ASSERT_EQ(read->listings.size(), 2u);
  const auto &option = read->listings[0], &perpetual = read->listings[1];
  EXPECT_EQ(option.rules.info, parse_symbol(venue::derive, "ETH-20261225-4000-C"));
  EXPECT_EQ(option.rules.ticks, tick_table{.base = 0.1_px});
  EXPECT_EQ(option.rules.index, "ETH-USD");
  EXPECT_FALSE(option.settlement);
  EXPECT_EQ(perpetual.rules.info, parse_symbol(venue::derive, "BTC-PERP"));
  EXPECT_FALSE(perpetual.is_active);
}

TEST(derive_history, turns_both_sides_of_a_settled_trade_to_the_same_aggressor) {
  derive_text x{R"({"id":7,"result":{"trades":[)"
                R"({"trade_id":"x","instrument_name":"ETH-PERP","timestamp":1794000000000,"trade_price":"3000",)"
                R"("trade_amount":"1","direction":"buy","liquidity_role":"maker","wallet":"0x1"},)"
                R"({"trade_id":"x","instrument_name":"ETH-PERP","timestamp":1794000000000,"trade_price":"3000",)"
                R"("trade_amount":"1","direction":"sell","liquidity_role":"taker","wallet":"0x2"},)"
                R"({"trade_id":"y","instrument_name":"ETH-PERP","timestamp":1794000000000,"trade_price":"x"}],)"
                R"("pagination":{"count":3,"num_pages":2}}})"};
  EXPECT_EQ(x->id(), "7");
  const auto read = x->history();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->pages, 2u);
  ASSERT_EQ(read->trades.size(), 2u);
  for (const auto& row : read->trades) EXPECT_EQ(row.what.aggressor, side::sell);
  EXPECT_THAT(read->faults, ElementsAre(HasSubstr("trade_price 'x' is no decimal")));
}

TEST(derive_settlement, price_may_not_be_known_yet) {
  derive_text x{R"({"result":{"expiries":[{"expiry_date":"20261127","utc_expiry_sec":1795766400,"price":"3011.5"},)"
                R"({"expiry_date":"20261128","utc_expiry_sec":1795852800,"price":null}]}})"};
  const auto read = x->settled();
  ASSERT_TRUE(read) << read.error().text;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->front().expiry_ns, 1795766400 * ns_per_s);
  EXPECT_EQ(read->front().price, optional_double{3011.5});
  EXPECT_FALSE(read->back().price);
}

TEST(derive_currencies, are_named) {
  derive_text x{R"({"result":[{"currency":"ETH","spot_price":"1"},{"spot_price":"2","currency":"BTC"}]})"};
  const auto read = x->currencies();
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_THAT(*read, ElementsAre("ETH", "BTC"));
}

TEST(derive_refusal, has_a_code_as_number_as_text_or_none) {
  const auto refused = [](std::string_view error) {
    derive_text x{R"({"error":)" + std::string{error} + R"(,"id":"u"})"};
    EXPECT_EQ(x.kind, message_kind::reply);
    EXPECT_FALSE(x->listings()) << "a refusal has no result";
    return x->refused().value_or(refusal{.message = "no refusal"});
  };
  const auto full = refused(R"({"code":11012,"message":"Invalid amount","data":"a multiple of 0.01"})");
  EXPECT_EQ(full.code, 11012);
  EXPECT_EQ(to_string(full), R"(11012 Invalid amount: "a multiple of 0.01")");
  EXPECT_EQ(refused(R"({"code":"12001","message":"m","data":null})").code, code_no_such_currency);
  EXPECT_EQ(refused(R"({"code":"","message":"m"})").code, std::nullopt);
  EXPECT_EQ(refused(R"({"code":-32602,"message":"m","data":{"a":[1,2]}})").data, R"({"a":[1,2]})");
}

TEST(derive_refusal, of_the_rate_limit_names_a_delay) {
  EXPECT_EQ(retry_delay_ns({.data = R"("Retry after 1250 ms")"}), 1250 * ns_per_ms);
  EXPECT_EQ(retry_delay_ns({.data = ""}), std::nullopt);
  EXPECT_EQ(retry_delay_ns({.data = "990000000000"}), std::nullopt) << "no delay";
}

TEST(derive_requests, are_json) {
  EXPECT_EQ(subscribe(3, {"a.b", "c\"d"}), R"({"id":3,"method":"subscribe","params":{"channels":["a.b","c\"d"]}})");
  EXPECT_EQ(unsubscribe(4, {"a"}), R"({"id":4,"method":"unsubscribe","params":{"channels":["a"]}})");
  EXPECT_EQ(call(5, "public/get_trade_history", params_of({"ETH", "option", 1, 2, 3})),
            R"({"id":5,"method":"public/get_trade_history","params":{"currency":"ETH","instrument_type":"option",)"
            R"("from_timestamp":1,"to_timestamp":2,"page":3,"page_size":1000}})");
  EXPECT_EQ(list_params("", "perp", 2), R"({"expired":false,"instrument_type":"perp","page":2,"page_size":1000})");
  EXPECT_EQ(list_params("ETH", "erc20", 0), R"({"expired":false,"instrument_type":"erc20","currency":"ETH"})");
  EXPECT_EQ(one_param("currency", "ETH"), R"({"currency":"ETH"})");
}
