#include "sandbox/derive_venue.hpp"

#include "base/symbol.hpp"
#include "unit/sandbox/venue_kit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

using namespace strike;
using namespace strike::sandbox;
using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;

namespace {

struct derive_venue_test : testing::Test {
  market_run run;
  derive::derive_venue v3{{.limits = {.requests = 0}}, run.market, run.view};
  derive::derive_venue v2{{.orders = {.version = derive::api::v2}, .limits = {.requests = 0}}, run.market, run.view};
  fake_connection client;

  derive_venue_test() {
    pass(ns_per_s);
    v3.on_open(client, {.path = "/v3/ws", .remote = "127.0.0.1"}, run.now_ns);
    v2.on_open(client, {.path = "/ws", .remote = "127.0.0.1"}, run.now_ns);
  }

  void pass(std::int64_t ns) { run.advance(v3, venue::derive, ns); }

  json::value ask(derive::derive_venue& of, const std::string& method, const std::string& params) {
    of.on_text(client, R"({"id":7,"method":")" + method + R"(","params":)" + params + "}", run.now_ns);
    return client.last();
  }
  json::value ask(const std::string& method, const std::string& params = "{}") { return ask(v3, method, params); }

  /// The notifications of a channel, oldest first.
  std::vector<json::value> data_of(const std::string& channel) const {
    std::vector<json::value> found;
    for (const auto& text : client.texts) {
      if (text == "pong") continue;
      const auto x = json::parse(text);
      if (x.as_object().contains("params") && text_at(x, "/params/channel") == channel)
        found.push_back(x.at_pointer("/params/data"));
    }
    return found;
  }
};

json::value fixture(const std::string& file) {
  std::ifstream in{std::string{STRIKE_TEST_DATA "/derive/"} + file};
  return json::parse(in);
}

} // namespace

TEST_F(derive_venue_test, answers_a_text_ping) {
  v3.on_text(client, "ping", run.now_ns);
  EXPECT_EQ(client.texts.back(), "pong");
}

TEST_F(derive_venue_test, echoes_the_id_with_its_type) {
  v3.on_text(client, R"({"id":"a-1","method":"public/get_time","params":{}})", run.now_ns);
  EXPECT_EQ(text_at(client.last(), "/id"), "a-1");
  EXPECT_EQ(client.last().at("result").as_int64(), run.now_ns / ns_per_ms);
}

TEST_F(derive_venue_test, subscribes_and_tells_all_that_this_connection_has) {
  ask("subscribe", R"({"channels":["ticker_slim.ETH-PERP.100"]})");
  const auto x = ask("subscribe", R"({"channels":["trades.option.ETH","ticker_slim.ETH-PERP.100"]})");
  EXPECT_EQ(json::serialize(x.at("result")),
            R"({"status":{"trades.option.ETH":"ok","ticker_slim.ETH-PERP.100":"ok"},)"
            R"("current_subscriptions":["ticker_slim.ETH-PERP.100","trades.option.ETH"]})");
}

TEST_F(derive_venue_test, refuses_a_whole_subscription_for_one_bad_channel_on_v3) {
  const auto x = ask("subscribe", R"({"channels":["ticker_slim.ETH-PERP.100","trades.spot.ETH"]})");
  EXPECT_EQ(x.at_pointer("/error/code").as_int64(), -32602);
  EXPECT_THAT(std::string{text_at(x, "/error/data")}, HasSubstr("trades.spot.ETH"));
  pass(ns_per_s);
  EXPECT_TRUE(data_of("ticker_slim.ETH-PERP.100").empty());
}

TEST_F(derive_venue_test, tells_the_bad_channels_in_the_status_on_v2_as_recorded) {
  v2.on_open(client, {.path = "/ws", .remote = "127.0.0.1"}, run.now_ns);
  const auto x = ask(v2, "subscribe",
                     R"({"channels":["ticker_slim.ETH-USDC.1000","trades.erc20.ETH","trades.spot.ETH","trades.ETH-USDC",
                         "orderbook.ETH-USDC.1.10"]})");
  auto recorded = fixture("v2_ws_subscribe_ack.json").at("result");
  EXPECT_EQ(x.at("result").at("status"), recorded.at("status"));
  EXPECT_EQ(x.at("result").at("current_subscriptions").as_array().size(), 4U);
}

TEST_F(derive_venue_test, refuses_what_has_no_good_channel_at_all_on_v2) {
  const auto x = ask(v2, "subscribe", R"({"channels":["trades.spot.ETH"]})");
  EXPECT_EQ(x.at_pointer("/error/code").as_int64(), 13000);
}

TEST_F(derive_venue_test, unsubscribes_and_sends_no_more) {
  ask("subscribe", R"({"channels":["ticker_slim.ETH-PERP.100","ticker_slim.BTC-PERP.100"]})");
  const auto x = ask("unsubscribe", R"({"channels":["ticker_slim.ETH-PERP.100"]})");
  EXPECT_EQ(json::serialize(x.at("result")),
            R"({"status":{"ticker_slim.ETH-PERP.100":"ok"},"remaining_subscriptions":["ticker_slim.BTC-PERP.100"]})");
  pass(ns_per_s);
  EXPECT_TRUE(data_of("ticker_slim.ETH-PERP.100").empty());
  EXPECT_FALSE(data_of("ticker_slim.BTC-PERP.100").empty());
  EXPECT_TRUE(ask("unsubscribe").at_pointer("/result/remaining_subscriptions").as_array().empty());
}

TEST_F(derive_venue_test, ends_with_the_book_that_the_market_has) {
  ask("subscribe", R"({"channels":["orderbook.ETH-PERP.1.100","orderbook.ETH-PERP.1.1"]})");
  pass(20 * ns_per_s);
  const auto books = data_of("orderbook.ETH-PERP.1.100");
  ASSERT_GT(books.size(), 20U);
  const auto& truth = run.view.find(venue::derive, "ETH-PERP")->book;
  const auto check = [](const json::array& sent, std::span<const book_level> levels) {
    ASSERT_EQ(sent.size(), levels.size());
    for (std::size_t n = 0; n < sent.size(); ++n) { // best first
      const auto& level = levels[levels.size() - 1 - n];
      EXPECT_EQ(sent[n].at(0).as_string(), to_string(level.at));
      EXPECT_EQ(sent[n].at(1).as_string(), to_string(level.size));
    }
  };
  check(books.back().at("bids").as_array(), truth.bids());
  check(books.back().at("asks").as_array(), truth.asks());
  EXPECT_EQ(data_of("orderbook.ETH-PERP.1.1").back().at("bids").as_array().size(), 1U);
  for (std::size_t n = 1; n < books.size(); ++n)
    EXPECT_GT(books[n].at("publish_id").as_int64(), books[n - 1].at("publish_id").as_int64());
}

TEST_F(derive_venue_test, groups_prices_away_from_the_touch_and_keeps_the_size) {
  ask("subscribe", R"({"channels":["orderbook.BTC-PERP.10.100"]})");
  pass(5 * ns_per_s);
  const auto book = data_of("orderbook.BTC-PERP.10.100").back();
  quantity sum{};
  for (const auto& level : book.at("asks").as_array()) {
    EXPECT_EQ(parse_decimal<price>(level.at(0).as_string())->nanos % nanos_per_unit, 0); // ten ticks of 0.1
    sum += *parse_decimal<quantity>(level.at(1).as_string());
  }
  quantity truth{};
  for (const auto& level : run.view.find(venue::derive, "BTC-PERP")->book.asks()) truth += level.size;
  EXPECT_EQ(sum, truth);
}

TEST_F(derive_venue_test, sends_tickers_no_faster_than_asked_for) {
  ask("subscribe", R"({"channels":["ticker_slim.ETH-PERP.100","ticker_slim.ETH-PERP.1000"]})");
  client.texts.clear();
  pass(10 * ns_per_s);
  EXPECT_LE(data_of("ticker_slim.ETH-PERP.100").size(), 101U);
  EXPECT_LE(data_of("ticker_slim.ETH-PERP.1000").size(), 11U);
  EXPECT_GT(data_of("ticker_slim.ETH-PERP.100").size(), data_of("ticker_slim.ETH-PERP.1000").size());
}

TEST_F(derive_venue_test, sends_tickers_of_the_recorded_shape) {
  const auto names = ask("public/get_all_live_instruments").at("result").as_array();
  const auto option = std::ranges::find_if(names, [](const auto& x) { return x.as_string().starts_with("ETH-2026"); });
  ASSERT_NE(option, names.end());
  const auto name = std::string{option->as_string()};
  ask("subscribe", R"({"channels":["ticker_slim.ETH-PERP.100","ticker_slim.)" + name + R"(.100"]})");
  pass(ns_per_s);
  for (const auto& [channel, file] : {std::pair{std::string{"ticker_slim.ETH-PERP.100"}, "v2_ws_ticker_slim_perp.json"},
                                      {"ticker_slim." + name + ".100", "v2_ws_ticker_slim_option_call.json"}}) {
    const auto x = data_of(channel).back(), recorded = fixture(file);
    EXPECT_EQ(keys(x), keys(recorded));
    EXPECT_EQ(keys(x.at("instrument_ticker")), keys(recorded.at("instrument_ticker")));
    EXPECT_EQ(keys(x.at_pointer("/instrument_ticker/stats")), keys(recorded.at_pointer("/instrument_ticker/stats")));
    const auto& pricing = x.at_pointer("/instrument_ticker/option_pricing");
    const auto& recorded_pricing = recorded.at_pointer("/instrument_ticker/option_pricing");
    ASSERT_EQ(pricing.is_null(), recorded_pricing.is_null());
    if (!pricing.is_null()) {
      EXPECT_EQ(keys(pricing), keys(recorded_pricing));
    }
  }
}

TEST_F(derive_venue_test, prints_a_trade_in_the_channel_of_its_instrument_and_in_that_of_its_type) {
  ask("subscribe", R"({"channels":["trades.ETH-PERP","trades.perp.ETH"]})");
  pass(20 * ns_per_s);
  const auto one = data_of("trades.ETH-PERP"), other = data_of("trades.perp.ETH");
  ASSERT_FALSE(one.empty());
  EXPECT_EQ(one, other);
  EXPECT_EQ(keys(one[0].at(0)),
            (std::set<std::string>{"trade_id", "instrument_name", "timestamp", "trade_price", "trade_amount",
                                   "mark_price", "index_price", "direction", "quote_id", "rfq_id"}));
}

TEST_F(derive_venue_test, gives_a_history_in_which_each_trade_stands_twice) {
  pass(20 * ns_per_s);
  const auto x = ask("public/get_trade_history", R"({"instrument_name":"ETH-PERP","page_size":2})");
  const auto& rows = x.at_pointer("/result/trades").as_array();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("trade_id"), rows[1].at("trade_id"));
  EXPECT_NE(rows[0].at("direction"), rows[1].at("direction"));
  EXPECT_EQ(text_at(rows[0], "/liquidity_role"), "taker");
  EXPECT_EQ(text_at(rows[0], "/batch_status"), "Settled");
}

TEST_F(derive_venue_test, pages_through_all_instruments) {
  std::set<std::string> names;
  std::int64_t pages = 1, count = 0;
  for (std::int64_t page = 1; page <= pages; ++page) {
    const auto x =
        ask("public/get_all_instruments",
            R"({"expired":false,"instrument_type":"option","page_size":30,"page":)" + std::to_string(page) + "}");
    pages = x.at_pointer("/result/pagination/num_pages").as_int64();
    count = x.at_pointer("/result/pagination/count").as_int64();
    for (const auto& row : x.at_pointer("/result/instruments").as_array())
      names.insert(std::string{text_at(row, "/instrument_name")});
  }
  EXPECT_EQ(pages, (count + 29) / 30);
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(count, 2 * 4 * 9 * 2);
}

TEST_F(derive_venue_test, describes_a_spot_pair_as_recorded) {
  const auto x = ask("public/get_instrument", R"({"instrument_name":"ETH-USDC"})").at("result");
  EXPECT_EQ(keys(x), keys(fixture("v2_testnet_http_get_instruments_spot.json").at("result").at(0)));
  EXPECT_EQ(text_at(x, "/tick_size"), "0.01");
  EXPECT_EQ(x.at("scheduled_deactivation").as_int64(), INT64_MAX);
}

// The ids of two published options. Source: Derive, option sub id.
TEST_F(derive_venue_test, packs_expiry_strike_and_side_into_the_sub_id) {
  instrument_view call;
  call.listing = market_source::listing{.rules = {.at = venue::derive,
                                                  .symbol = "ETH-20261225-4000-C",
                                                  .info = *parse_symbol(venue::derive, "ETH-20261225-4000-C")}};
  EXPECT_EQ(text_at(derive::instrument_json(call), "/base_asset_sub_id"), "39614082975119087198570160768");
  call.listing->rules.info = *parse_symbol(venue::derive, "ETH-20270625-6000-P");
  EXPECT_EQ(text_at(derive::instrument_json(call), "/base_asset_sub_id"), "2576980377601813910400");
}

TEST_F(derive_venue_test, keeps_the_methods_of_the_other_generation_to_itself) {
  EXPECT_EQ(ask("public/get_instruments", R"({"currency":"ETH","expired":false,"instrument_type":"perp"})")
                .at_pointer("/error/code")
                .as_int64(),
            -32601);
  EXPECT_EQ(ask(v2, "public/get_instruments", R"({"currency":"ETH","expired":false,"instrument_type":"perp"})")
                .at_pointer("/result")
                .as_array()
                .size(),
            1U);
  EXPECT_EQ(ask(v2, "public/get_all_live_instruments", "{}").at_pointer("/error/code").as_int64(), -32601);
}

TEST_F(derive_venue_test, has_no_instruments_of_a_type_for_a_coin_in_the_words_of_each_generation) {
  const auto params = R"({"currency":"SOL","expired":false,"instrument_type":"option"})";
  EXPECT_EQ(ask(v2, "public/get_instruments", params).at_pointer("/error/code").as_int64(), 12001);
  EXPECT_TRUE(ask("public/get_all_instruments", params).at_pointer("/result/instruments").as_array().empty());
}

TEST_F(derive_venue_test, gives_the_tickers_of_an_expiry) {
  const auto x = ask("public/get_tickers", R"({"instrument_type":"option","currency":"ETH","expiry_date":"20261127"})");
  EXPECT_EQ(x.at_pointer("/result/tickers").as_object().size(), 9U * 2);
  EXPECT_EQ(ask("public/get_tickers", R"({"instrument_type":"perp","expiry_date":"20261127"})")
                .at_pointer("/error/code")
                .as_int64(),
            -32602);
}

TEST_F(derive_venue_test, names_the_field_at_fault) {
  const auto x = ask("public/get_instrument");
  EXPECT_EQ(x.at_pointer("/error/code").as_int64(), -32602);
  EXPECT_THAT(std::string{text_at(x, "/error/data")}, HasSubstr("instrument_name"));
}

TEST_F(derive_venue_test, answers_texts_that_are_no_request) {
  for (const auto& [text, code] : {std::pair{"{", -32700},
                                   {"[]", -32600},
                                   {R"({"id":1})", -32600},
                                   {R"({"id":1,"method":"public/nothing","params":{}})", -32601},
                                   {R"({"id":1,"method":"public/get_time"})", -32602}}) {
    v3.on_text(client, text, run.now_ns);
    EXPECT_EQ(client.last().at_pointer("/error/code").as_int64(), code) << text;
  }
}

TEST_F(derive_venue_test, counts_requests_in_windows_of_five_seconds) {
  derive::derive_venue strict{{.limits = {.requests = 3}}, run.market, run.view};
  strict.on_open(client, {.path = "/v3/ws", .remote = "127.0.0.1"}, run.now_ns);
  for (int n = 0; n < 3; ++n) EXPECT_TRUE(ask(strict, "public/get_time", "{}").as_object().contains("result"));
  const auto x = ask(strict, "public/get_time", "{}");
  EXPECT_EQ(x.at_pointer("/error/code").as_int64(), -32000);
  EXPECT_EQ(text_at(x, "/error/data"), "Retry after 5000 ms");
  run.now_ns += 5 * ns_per_s;
  EXPECT_TRUE(ask(strict, "public/get_time", "{}").as_object().contains("result"));
}

TEST_F(derive_venue_test, answers_rest_with_the_id_last) {
  const auto x = v3.on_http({.method = "POST",
                             .path = "/v3/public/get_ticker",
                             .extra = {{"user-agent", "test"}},
                             .body = R"({"instrument_name":"ETH-PERP"})"},
                            run.now_ns);
  EXPECT_EQ(x.status, 200);
  const auto body = json::parse(x.body);
  EXPECT_TRUE(body.at_pointer("/result").as_object().contains("maxp"));
  EXPECT_EQ(std::prev(body.as_object().end())->key(), "id");
}

TEST_F(derive_venue_test, wants_a_user_agent_on_v3_and_takes_queries_on_v2) {
  EXPECT_EQ(v3.on_http({.method = "POST", .path = "/v3/public/get_time"}, run.now_ns).status, 403);
  const auto x = v2.on_http({.method = "GET",
                             .path = "/public/get_instruments",
                             .query = {{"currency", "ETH"}, {"expired", "false"}, {"instrument_type", "erc20"}}},
                            run.now_ns);
  EXPECT_EQ(json::parse(x.body).at("result").as_array().size(), 1U);
}

TEST_F(derive_venue_test, opens_sockets_at_its_own_path_only) {
  EXPECT_FALSE(v3.on_upgrade({.path = "/v3/ws"}, run.now_ns));
  EXPECT_EQ(v3.on_upgrade({.path = "/ws"}, run.now_ns)->status, 404);
  EXPECT_FALSE(v2.on_upgrade({.path = "/ws"}, run.now_ns));
}

TEST(derive_venue, shows_what_an_expiry_settled_at) {
  market_run run{{.first_expiry_after_ns = 5 * ns_per_s}};
  derive::derive_venue venue_of_it{{.limits = {.requests = 0}}, run.market, run.view};
  run.advance(venue_of_it, venue::derive, 10 * ns_per_s);
  const derive::tape no_trades;
  const derive::method_context in{run.market, run.view, no_trades, derive::api::v3, run.now_ns};
  const auto x = derive::call("public/get_option_settlement_prices", {{"currency", "BTC"}}, in);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->at_pointer("/expiries").as_array().size(), 1U);
  EXPECT_EQ(text_at(*x, "/expiries/0/expiry_date"), "20261127");
  EXPECT_NEAR(std::stod(std::string{text_at(*x, "/expiries/0/price")}), 90'000, 1'000);
}
