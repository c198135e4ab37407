#include "deribit_order_fixture.hpp"

namespace {

using namespace strike;
using namespace strike::literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST_F(deribit_order_test, an_order_that_rests_has_the_recorded_members) {
  const auto made = result("private/buy", limit("89000", "100", R"(,"label":"a-1","post_only":true)"));
  const auto recorded = fixture("ws_order_buy_response.json").at("result");
  EXPECT_EQ(keys(made), keys(recorded));
  EXPECT_EQ(keys(made.at("order")), keys(recorded.at("order")));
  const auto& x = made.at("order");
  EXPECT_EQ(x.at("label"), "a-1");
  EXPECT_EQ(x.at("order_state"), "open");
  EXPECT_EQ(x.at("price"), 89000.0);
  EXPECT_EQ(x.at("amount"), 100.0);
  EXPECT_EQ(x.at("contracts"), 10.0);
  EXPECT_EQ(x.at("direction"), "buy");
  EXPECT_EQ(x.at("time_in_force"), "good_til_cancelled");
  EXPECT_EQ(x.at("creation_timestamp"), 1'700'000'000'000);
  EXPECT_EQ(made.at("trades"), boost::json::array{});
}

TEST_F(deribit_order_test, a_spot_order_has_the_recorded_members_of_spot) {
  const auto spot = source.add("BTC_USDC");
  happens(spot, book_snapshot{.sequence = 3, .bids = {{90'000_px, 10_qty}}, .asks = {{90'010_px, 10_qty}}});
  const auto made = order("private/buy", R"({"instrument_name":"BTC_USDC","amount":10,"price":89000,"label":"s"})");
  EXPECT_EQ(keys(made), keys(fixture("http_private_buy_spot_limit_open.json").at("result").at("order")));
  EXPECT_TRUE(made.at("order_id").as_string().starts_with("BTC_USDC-"));
}

TEST_F(deribit_order_test, an_order_that_takes_tells_its_trades) {
  const auto made = result("private/buy", limit("90015", "1500", R"(,"label":"a")"));
  const auto& x = made.at("order");
  EXPECT_EQ(x.at("order_state"), "open");
  EXPECT_EQ(x.at("filled_amount"), 1000.0);
  EXPECT_EQ(x.at("average_price"), 90'010.0);
  ASSERT_THAT(made.at("trades").as_array(), SizeIs(1));
  const auto& trade = made.at("trades").at(0);
  auto expected = keys(fixture("http_private_get_user_trades_spot.json").at("result").at("trades").at(0));
  expected.insert({"label", "reduce_only"});
  EXPECT_EQ(keys(trade), expected);
  EXPECT_EQ(trade.at("order_id"), x.at("order_id"));
  EXPECT_EQ(trade.at("liquidity"), "T");
  EXPECT_EQ(trade.at("state"), "open");
  EXPECT_EQ(trade.at("fee_currency"), "BTC");
  EXPECT_EQ(trade.at("fee"), 0.00000555); // 1000 / 90010 x 0.0005, to 8 decimals
}

TEST_F(deribit_order_test, market_ioc_and_fok_orders_end_at_once) {
  auto x = order("private/sell", R"({"instrument_name":"BTC-PERPETUAL","amount":100,"type":"market"})");
  EXPECT_EQ(x.at("order_state"), "filled");
  EXPECT_EQ(x.at("average_price"), 90'000.0);
  EXPECT_LT(x.at("price").as_double(), 90'000.0) << "a protective bound";
  x = order("private/buy", limit("90000", "100", R"(,"time_in_force":"immediate_or_cancel")"));
  EXPECT_EQ(x.at("order_state"), "cancelled");
  x = order("private/buy", limit("90010", "1500", R"(,"time_in_force":"fill_or_kill")"));
  EXPECT_EQ(x.at("order_state"), "cancelled");
  EXPECT_EQ(x.at("filled_amount"), 0.0);
  x = order("private/buy", R"({"instrument_name":"BTC-PERPETUAL","amount":1500,"type":"market_limit"})");
  EXPECT_EQ(x.at("order_state"), "open");
  EXPECT_EQ(x.at("order_type"), "limit");
  EXPECT_EQ(x.at("original_order_type"), "market_limit");
}

TEST_F(deribit_order_test, good_til_day_ends_at_the_settlement) {
  const auto id = rests("89000", "100", R"(,"time_in_force":"good_til_day")");
  now_ns = 1'700'035'200 * ns_per_s - 1; // 2023-11-15 08:00 UTC
  server.round(now_ns);
  log_in(client, "sandbox");
  EXPECT_EQ(state(id).at("order_state"), "open");
  advance(1);
  EXPECT_EQ(state(id).at("order_state"), "cancelled");
}

TEST_F(deribit_order_test, mistakes_have_the_venues_codes) {
  EXPECT_EQ(code("private/buy", limit("89000.1", "100")), 10043);
  EXPECT_EQ(code("private/buy", limit("89000", "5")), 10002);
  EXPECT_EQ(code("private/buy", limit("89000", "105")), 10021);
  EXPECT_EQ(code("private/buy", limit("99000", "100")), 10007);
  EXPECT_EQ(code("private/sell", limit("80000", "100")), 10005);
  EXPECT_EQ(code("private/buy", limit("0", "100")), 10023);
  EXPECT_EQ(code("private/buy", limit("89000", "1000000000")), 10009);
  EXPECT_EQ(code("private/buy", R"({"instrument_name":"BTC-NOTHING","price":1,"amount":10})"), 13020);
  EXPECT_EQ(code("private/buy", R"({"instrument_name":"BTC-PERPETUAL","price":89000})"), -32602);
  EXPECT_EQ(code("private/buy", R"({"instrument_name":"BTC-PERPETUAL","amount":10})"), -32602);
  EXPECT_EQ(code("private/buy", limit("\"abc\"", "100")), -32602);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"contracts":5)")), 11029);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"type":"iceberg")")), -32602);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"time_in_force":"forever")")), -32602);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"advanced":"usd")")), 10033);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"label":")" + std::string(65, 'x') + "\"")), -32602);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"post_only":true,"time_in_force":"fill_or_kill")")), 11047);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"valid_until":1699999999999)")), 13888);
  EXPECT_EQ(code("private/buy", limit("89000", "100", R"(,"valid_until":1700000000000)")), 0);
  EXPECT_EQ(result("private/get_open_orders").as_array().size(), 1U) << "only the last was placed";
}

TEST_F(deribit_order_test, contracts_are_counted_in_contract_sizes) {
  const auto x = order("private/buy", R"({"instrument_name":"BTC-PERPETUAL","contracts":5,"price":89000})");
  EXPECT_EQ(x.at("amount"), 50.0);
}

TEST_F(deribit_order_test, a_crossing_post_only_order_is_moved_or_rejected) {
  auto x = order("private/buy", limit("90015", "100", R"(,"post_only":true)"));
  EXPECT_EQ(x.at("price"), 90'009.5);
  EXPECT_EQ(x.at("order_state"), "open");
  x = order("private/sell", limit("89999", "100", R"(,"post_only":true)"));
  EXPECT_EQ(x.at("price"), 90'000.5);
  EXPECT_EQ(code("private/buy", limit("90015", "100", R"(,"post_only":true,"reject_post_only":true)")), 11054);
  x = order("private/buy", limit("90009.5", "100", R"(,"post_only":true,"reject_post_only":true)"));
  EXPECT_EQ(x.at("order_state"), "open");
}

TEST_F(deribit_order_test, a_reduce_only_order_never_turns_a_position) {
  EXPECT_EQ(code("private/sell", limit("90000", "100", R"(,"reduce_only":true)")), 11030);
  order("private/buy", limit("90010", "300"));
  EXPECT_EQ(code("private/buy", limit("90000", "100", R"(,"reduce_only":true)")), 11030);
  const auto x = order("private/sell", limit("90000", "500", R"(,"reduce_only":true)"));
  EXPECT_EQ(x.at("amount"), 300.0);
  EXPECT_EQ(x.at("order_state"), "filled");
  EXPECT_EQ(result("private/get_position", R"({"instrument_name":"BTC-PERPETUAL"})").at("direction"), "zero");
}

TEST_F(deribit_order_test, an_edit_keeps_the_id_and_counts_what_is_filled) {
  const auto before = order("private/buy", limit("90010", "1500"));
  const std::string id{before.at("order_id").as_string()};
  advance(5 * ns_per_ms);
  const auto made = result("private/edit", R"({"order_id":")" + id + R"(","amount":1200,"price":89990})");
  EXPECT_EQ(keys(made.at("order")), keys(fixture("ws_order_edit_response.json").at("result").at("order")));
  const auto& x = made.at("order");
  EXPECT_EQ(x.at("order_id"), id.c_str());
  EXPECT_EQ(x.at("replaced"), true);
  EXPECT_EQ(x.at("amount"), 1200.0);
  EXPECT_EQ(x.at("filled_amount"), 1000.0);
  EXPECT_GT(x.at("last_update_timestamp").as_int64(), before.at("last_update_timestamp").as_int64());
  trades_at(80'000_px, 1'000_qty);
  EXPECT_EQ(state(id).at("filled_amount"), 1200.0);
  EXPECT_EQ(code("private/edit", R"({"order_id":")" + id + R"(","amount":1300,"price":89990})"), 10010);
  EXPECT_EQ(code("private/edit", R"({"order_id":"1","amount":1300,"price":89990})"), 10004);
}

TEST_F(deribit_order_test, an_edit_may_take) {
  const auto id = rests();
  const auto made = result("private/edit", R"({"order_id":")" + id + R"(","amount":100,"price":90010})");
  EXPECT_EQ(made.at("order").at("order_state"), "filled");
  EXPECT_THAT(made.at("trades").as_array(), SizeIs(1));
}

TEST_F(deribit_order_test, a_refused_edit_leaves_the_order_but_a_rejected_post_only_one_ends_it) {
  const auto id = rests("89000", "100", R"(,"post_only":true)");
  const auto edit = [&](std::string_view more) {
    return code("private/edit", R"({"order_id":")" + id + R"(",)" + std::string{more} + "}");
  };
  EXPECT_EQ(edit(R"("amount":100,"price":89000.1)"), 10043);
  EXPECT_EQ(edit(R"("price":89000)"), -32602);
  EXPECT_EQ(state(id).at("price"), 89'000.0);
  EXPECT_EQ(edit(R"("amount":100,"price":90015,"post_only":true)"), 0);
  EXPECT_EQ(state(id).at("price"), 90'009.5);
  EXPECT_EQ(edit(R"("amount":100,"price":90015,"post_only":true,"reject_post_only":true)"), 11054);
  EXPECT_EQ(state(id).at("order_state"), "cancelled");
  EXPECT_EQ(state(id).at("cancel_reason"), "edit_post_only_reject");
}

TEST_F(deribit_order_test, an_edit_by_label_needs_exactly_one_open_order) {
  const auto params = R"({"label":"a","instrument_name":"BTC-PERPETUAL","amount":200,"price":89000})";
  EXPECT_EQ(code("private/edit_by_label", params), 13032);
  rests("89000", "100", R"(,"label":"a")");
  EXPECT_EQ(result("private/edit_by_label", params).at("order").at("amount"), 200.0);
  rests("89000", "100", R"(,"label":"a")");
  EXPECT_EQ(code("private/edit_by_label", params), 13032);
}

TEST_F(deribit_order_test, a_cancel_answers_with_the_bare_order_and_later_ones_with_why_not) {
  const auto id = rests();
  const auto params = R"({"order_id":")" + id + "\"}";
  const auto x = result("private/cancel", params);
  EXPECT_EQ(x.at("order_state"), "cancelled");
  EXPECT_EQ(x.at("cancel_reason"), "user_request");
  EXPECT_EQ(code("private/cancel", params), 11044);
  const auto filled = order("private/buy", limit("90010", "100"));
  EXPECT_EQ(code("private/cancel", R"({"order_id":")" + std::string{filled.at("order_id").as_string()} + "\"}"), 10010);
  EXPECT_EQ(code("private/cancel", R"({"order_id":"no-such"})"), 10004);
  EXPECT_EQ(code("private/cancel"), -32602);
}

TEST_F(deribit_order_test, cancels_of_many_count_what_they_mean) {
  const auto place_all = [&] {
    result("private/cancel_all");
    rests("89000", "100", R"(,"label":"a")");
    rests("88900", "100", R"(,"label":"b")");
    order("private/buy", R"({"instrument_name":"BTC-27NOV26-90000-C","price":0.009,"amount":1,"label":"a"})");
    order("private/sell", R"({"instrument_name":"BTC-PERPETUAL","amount":100,"type":"stop_market",
                              "trigger":"mark_price","trigger_price":88000,"label":"a"})");
  };
  const auto count = [&](const char* method, const char* params) {
    place_all();
    return result(method, params).as_int64();
  };
  EXPECT_EQ(count("private/cancel_all", "{}"), 4);
  EXPECT_EQ(count("private/cancel_by_label", R"({"label":"a"})"), 3) << "trigger orders too";
  EXPECT_EQ(count("private/cancel_all_by_currency", R"({"currency":"BTC","kind":"option"})"), 1);
  EXPECT_EQ(count("private/cancel_all_by_currency", R"({"currency":"ETH"})"), 0);
  EXPECT_EQ(count("private/cancel_all_by_currency", R"({"currency":"BTC","type":"limit"})"), 3);
  EXPECT_EQ(count("private/cancel_all_by_currency", R"({"currency":"BTC","type":"stop"})"), 1);
  EXPECT_EQ(count("private/cancel_all_by_currency_pair", R"({"currency_pair":"btc_usd"})"), 4);
  EXPECT_EQ(count("private/cancel_all_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})"), 3);
  EXPECT_EQ(count("private/cancel_all_by_instrument", R"({"instrument_name":"BTC-PERPETUAL","type":"trigger_all"})"),
            1);
  EXPECT_EQ(count("private/cancel_all_by_kind_or_type", R"({"currency":["ETH","BTC"],"kind":"future"})"), 3);
  EXPECT_EQ(code("private/cancel_all_by_currency", R"({"currency":"BTC","type":"some"})"), -32602);
  EXPECT_EQ(code("private/cancel_by_label"), -32602);
  EXPECT_EQ(result("private/cancel_quotes", R"({"cancel_type":"all"})"), 0);
}

TEST_F(deribit_order_test, a_detailed_cancel_tells_orders_by_instrument) {
  rests();
  rests();
  const auto made = result("private/cancel_all", R"({"detailed":true})").as_array();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_THAT(keys(made[0]), UnorderedElementsAre("instrument_name", "currency", "type", "result"));
  EXPECT_EQ(made[0].at("currency"), "BTC");
  ASSERT_THAT(made[0].at("result").as_array(), SizeIs(2));
  EXPECT_EQ(made[0].at("result").at(0).at("order_state"), "cancelled");
}

TEST_F(deribit_order_test, a_position_is_closed_by_its_opposite) {
  EXPECT_EQ(code("private/close_position", R"({"instrument_name":"BTC-PERPETUAL","type":"market"})"), 11030);
  order("private/sell", limit("90000", "300"));
  const auto x = order("private/close_position", R"({"instrument_name":"BTC-PERPETUAL","type":"limit","price":90010})");
  EXPECT_EQ(x.at("order_state"), "filled");
  EXPECT_EQ(x.at("reduce_only"), true);
  EXPECT_EQ(x.at("direction"), "buy");
}

TEST_F(deribit_order_test, a_stop_waits_and_its_child_works) {
  order("private/buy", limit("90010", "100"));
  const auto stop = order("private/sell", R"({"instrument_name":"BTC-PERPETUAL","amount":100,"type":"stop_market",
      "trigger":"mark_price","trigger_price":89500,"reduce_only":true,"label":"s"})");
  EXPECT_EQ(keys(stop), keys(fixture("ws_order_stop_market_response.json").at("result").at("order")));
  EXPECT_EQ(stop.at("order_state"), "untriggered");
  EXPECT_EQ(stop.at("price"), "market_price");
  const std::string id{stop.at("order_id").as_string()};
  EXPECT_EQ(id, "BTC-SLMS-2");
  EXPECT_THAT(result("private/get_open_orders").as_array(), IsEmpty());
  EXPECT_THAT(result("private/get_open_orders", R"({"type":"all"})").as_array(), SizeIs(1));
  EXPECT_THAT(result("private/get_open_orders", R"({"type":"stop_market"})").as_array(), SizeIs(1));
  happens(perpetual, ticker{.mark = 89'400.0, .index = 89'400.0});
  EXPECT_EQ(state(id).at("order_state"), "triggered");
  const auto both = result("private/get_order_state_by_label", R"({"currency":"BTC","label":"s"})").as_array();
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[1].at("trigger_order_id"), id.c_str());
  EXPECT_EQ(both[1].at("order_state"), "filled");
  EXPECT_NE(both[1].at("order_id"), id.c_str());
}

TEST_F(deribit_order_test, triggers_are_checked_edited_and_cancelled) {
  const auto stop = [](std::string_view of, std::string_view level) {
    return fmt::format(R"({{"instrument_name":"BTC-PERPETUAL","amount":100,"type":"{}","price":90000,)"
                       R"("trigger":"last_price","trigger_price":{}}})",
                       of, level);
  };
  EXPECT_EQ(code("private/buy", stop("stop_limit", "90000")), 10035);
  EXPECT_EQ(code("private/sell", stop("stop_limit", "90100")), 10034);
  EXPECT_EQ(code("private/buy", stop("take_limit", "90100")), 10034);
  EXPECT_EQ(code("private/buy", stop("stop_limit", "91000.1")), 10044);
  EXPECT_EQ(code("private/buy", stop("stop_limit", "0")), 11036);
  EXPECT_EQ(code("private/buy", stop("trailing_stop", "91000")), 10033);
  const auto made = order("private/buy", stop("take_limit", "89000"));
  const std::string id{made.at("order_id").as_string()};
  const auto edited =
      order("private/edit", R"({"order_id":")" + id + R"(","amount":50,"price":89500,"trigger_price":88000})");
  EXPECT_EQ(edited.at("trigger_price"), 88'000.0);
  EXPECT_EQ(edited.at("amount"), 50.0);
  EXPECT_EQ(result("private/cancel", R"({"order_id":")" + id + "\"}").at("order_state"), "cancelled");
}

TEST_F(deribit_order_test, an_account_knows_nothing_of_anothers_orders) {
  const auto id = rests();
  fake_connection other{2};
  open(other);
  log_in(other, "other");
  EXPECT_EQ(ask(other, "private/get_order_state", R"({"order_id":")" + id + "\"}").at("error").at("code"), 10029);
  EXPECT_EQ(ask(other, "private/cancel", R"({"order_id":")" + id + "\"}").at("error").at("code"), 10029);
  EXPECT_EQ(ask(other, "private/cancel_all").at("result"), 0);
  EXPECT_EQ(ask(other, "private/get_open_orders").at("result"), boost::json::array{});
}

TEST_F(deribit_order_test, a_key_that_may_only_read_cannot_trade) {
  const auto id = rests();
  fake_connection reader{2};
  open(reader);
  EXPECT_EQ(log_in(reader, "reader", "trade:read_write").at("result").at("scope"),
            "connection mainaccount account:read trade:read wallet:none block_trade:none");
  EXPECT_EQ(ask(reader, "private/buy", limit("89000", "100")).at("error").at("code"), 13403);
  EXPECT_EQ(ask(reader, "private/enable_cancel_on_disconnect").at("error").at("code"), 13403);
  EXPECT_EQ(ask(reader, "private/get_open_orders").at("result").at(0).at("order_id"), id.c_str()) << "of the same account";
}

TEST_F(deribit_order_test, requests_work_over_http_with_a_token) {
  const auto token = log_in(client, "sandbox", "session:s").at("result").at("access_token");
  const auto get = [&](const std::string& method, sandbox::headers query) {
    query.emplace_back("access_token", std::string{token.as_string()});
    return parsed(server.on_http({.method = "GET", .path = "/api/v2/private/" + method, .query = query}, now_ns).body);
  };
  const auto made = get(
      "buy", {{"instrument_name", "BTC-PERPETUAL"}, {"amount", "100"}, {"price", "89000.5"}, {"post_only", "true"}});
  EXPECT_EQ(made.at("result").at("order").at("post_only"), true);
  EXPECT_EQ(get("get_open_orders", {}).at("result").as_array().size(), 1U);
  EXPECT_EQ(get("enable_cancel_on_disconnect", {}).at("error").at("code"), 10030);
}

struct deribit_tight_test : deribit_order_test {
  static sandbox::deribit::settings tight() {
    auto x = usual();
    x.trading_rate = 5;
    x.trading_burst = 20;
    return x;
  }
  deribit_tight_test() : deribit_order_test{tight()} {}
};

TEST_F(deribit_tight_test, too_many_orders_are_10028_and_end_the_session) {
  for (int i = 0; i < 20; ++i) rests();
  EXPECT_EQ(code("private/buy", limit("89000", "100")), 10028);
  ASSERT_TRUE(client.closed);
  EXPECT_EQ(client.closed->second, "too_many_requests");
}

TEST_F(deribit_tight_test, the_pool_refills_and_cancel_all_has_its_own) {
  for (int i = 0; i < 20; ++i) rests();
  EXPECT_EQ(result("private/cancel_all").as_int64(), 20);
  advance(200 * ns_per_ms);
  rests();
  const auto limits = result("private/get_account_summary", R"({"currency":"BTC"})").at("limits");
  EXPECT_EQ(limits.at("matching_engine").at("trading").at("total"), (boost::json::object{{"rate", 5}, {"burst", 20}}));
  EXPECT_EQ(limits.at("non_matching_engine"), (boost::json::object{{"rate", 20}, {"burst", 100}}));
}

TEST_F(deribit_order_test, the_truth_equals_what_was_told) {
  std::set<std::string> told;
  for (const auto* params : {R"({"instrument_name":"BTC-PERPETUAL","price":90010,"amount":1500,"label":"a"})",
                             R"({"instrument_name":"BTC-PERPETUAL","price":90020,"amount":800,"label":"b"})",
                             R"({"instrument_name":"BTC-27NOV26-90000-C","price":0.011,"amount":2,"label":"c"})"}) {
    const auto made = result("private/buy", params);
    for (const auto& x : made.at("trades").as_array()) told.emplace(x.at("trade_id").as_string());
  }
  std::set<std::string> known;
  for (const auto& x : server.desk()->fills()) known.insert(x.trade_id);
  EXPECT_EQ(told, known);
  EXPECT_EQ(server.desk()->position(0, perpetual).size, 1'800_qty);
  EXPECT_EQ(result("private/get_position", R"({"instrument_name":"BTC-PERPETUAL"})").at("size"), 1800.0);
  for (const auto& x : server.desk()->orders())
    EXPECT_EQ(state(x.name).at("filled_amount").as_double(), to_double(x.filled)) << x.name;
}

} // namespace
