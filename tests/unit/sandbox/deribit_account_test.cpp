#include "deribit_order_fixture.hpp"

// Of the sandbox Deribit: queries about an account, private channels, and cancel on disconnect.
namespace {

using namespace strike;
using namespace strike::literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct deribit_account_test : deribit_order_test {
  json private_subscription(std::string_view channel) { return subscribe(channel, "private/subscribe"); }
};

TEST_F(deribit_account_test, open_orders_are_asked_for_in_four_ways) {
  rests("89000", "100", R"(,"label":"a")");
  order("private/buy", R"({"instrument_name":"BTC-27NOV26-90000-C","price":0.009,"amount":1,"label":"b"})");
  const auto count = [&](const char* method, const char* params) { return result(method, params).as_array().size(); };
  EXPECT_EQ(count("private/get_open_orders", "{}"), 2U);
  EXPECT_EQ(count("private/get_open_orders", R"({"kind":"option"})"), 1U);
  EXPECT_EQ(count("private/get_open_orders_by_currency", R"({"currency":"BTC","kind":"future"})"), 1U);
  EXPECT_EQ(count("private/get_open_orders_by_currency", R"({"currency":"USDC"})"), 0U);
  EXPECT_EQ(count("private/get_open_orders_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})"), 1U);
  EXPECT_EQ(count("private/get_open_orders_by_label", R"({"currency":"BTC","label":"b"})"), 1U);
  EXPECT_EQ(code("private/get_open_orders", R"({"type":"some"})"), -32602);
}

TEST_F(deribit_account_test, orders_that_are_done_are_forgotten_after_half_an_hour_but_not_by_history) {
  const auto id = rests("89000", "100", R"(,"label":"a")");
  result("private/cancel", R"({"order_id":")" + id + "\"}");
  const auto by_label = [&](std::string_view more = "") {
    return result("private/get_order_state_by_label", fmt::format(R"({{"currency":"BTC","label":"a"{}}})", more))
        .as_array()
        .size();
  };
  EXPECT_EQ(by_label(), 1U);
  now_ns += 1'801 * ns_per_s;
  log_in(client, "sandbox");
  EXPECT_EQ(by_label(), 0U);
  EXPECT_EQ(by_label(R"(,"historical":true)"), 1U);
  EXPECT_EQ(code("private/get_order_state", R"({"order_id":")" + id + "\"}"), 10004);
  EXPECT_EQ(code("private/get_order_state_by_label", R"({"label":"a"})"), -32602);
}

struct forgetful_test : deribit_order_test {
  static sandbox::deribit::settings forgetful() {
    auto x = usual();
    x.orders.forget_cancelled_ns = 0;
    x.orders.tells_taker_direction = true;
    x.orders.shorts_are_negative = false;
    x.lower_case_portfolio = true;
    x.disconnect_spares_triggers = true;
    return x;
  }
  forgetful_test() : deribit_order_test{forgetful()} {}
};

TEST_F(forgetful_test, an_unfilled_cancelled_order_may_be_forgotten_sooner) {
  const auto id = rests(), filled = std::string{order("private/buy", limit("90010", "100")).at("order_id").as_string()};
  result("private/cancel", R"({"order_id":")" + id + "\"}");
  advance(1);
  EXPECT_EQ(code("private/get_order_state", R"({"order_id":")" + id + "\"}"), 10004);
  EXPECT_EQ(state(filled).at("order_state"), "filled");
}

TEST_F(forgetful_test, a_trade_may_tell_the_takers_direction_and_a_short_its_magnitude) {
  rests("89000", "100");
  trades_at(88'000_px, 1'000_qty);
  auto trades = result("private/get_user_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})").at("trades");
  EXPECT_EQ(trades.at(0).at("liquidity"), "M");
  EXPECT_EQ(trades.at(0).at("direction"), "sell");
  order("private/sell", limit("90000", "300"));
  const auto position = result("private/get_position", R"({"instrument_name":"BTC-PERPETUAL"})");
  EXPECT_EQ(position.at("direction"), "sell");
  EXPECT_EQ(position.at("size"), 200.0);
}

TEST_F(deribit_account_test, history_has_what_is_done) {
  rests();
  order("private/buy", limit("90010", "100"));
  result("private/cancel", R"({"order_id":")" + rests() + "\"}");
  const auto count = [&](const char* params) {
    return result("private/get_order_history_by_currency", params).as_array().size();
  };
  EXPECT_EQ(count(R"({"currency":"BTC"})"), 1U);
  EXPECT_EQ(count(R"({"currency":"BTC","include_unfilled":true})"), 2U);
  EXPECT_EQ(count(R"({"currency":"BTC","include_unfilled":true,"offset":1})"), 1U);
  EXPECT_EQ(
      result("private/get_order_history_by_instrument", R"({"instrument_name":"BTC-PERPETUAL"})").as_array().size(),
      1U);
}

TEST_F(deribit_account_test, user_trades_come_in_pages) {
  for (int i = 0; i < 3; ++i) {
    order("private/buy", limit("90010", "100"));
    advance(ns_per_s);
  }
  const auto sequences = [&](const std::string& more, const char* method = "private/get_user_trades_by_instrument") {
    std::vector<std::int64_t> made;
    const auto got = result(method, R"({"instrument_name":"BTC-PERPETUAL","currency":"BTC")" + more + "}");
    for (const auto& x : got.at("trades").as_array()) made.push_back(x.at("trade_seq").as_int64());
    return made;
  };
  EXPECT_THAT(sequences(""), ElementsAre(3, 2, 1));
  EXPECT_THAT(sequences(R"(,"sorting":"asc")"), ElementsAre(1, 2, 3));
  EXPECT_THAT(sequences(R"(,"start_seq":2)"), ElementsAre(2, 3));
  EXPECT_THAT(sequences(R"(,"count":1,"start_seq":2)"), ElementsAre(2));
  EXPECT_THAT(sequences(R"(,"start_id":"900000002")", "private/get_user_trades_by_currency"), ElementsAre(2, 3));
  EXPECT_THAT(sequences(R"(,"start_timestamp":1700000001000,"end_timestamp":1700000001000)",
                        "private/get_user_trades_by_currency_and_time"),
              ElementsAre(2));
  EXPECT_EQ(result("private/get_user_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL","count":2})")
                .at("has_more"),
            true);
  EXPECT_EQ(code("private/get_user_trades_by_instrument", R"({"instrument_name":"BTC-PERPETUAL","count":1001})"),
            -32602);
  now_ns += 86'398 * ns_per_s;
  log_in(client, "sandbox");
  EXPECT_THAT(sequences(""), ElementsAre(3, 2)) << "24 hours";
  EXPECT_THAT(sequences(R"(,"historical":true)"), ElementsAre(3, 2, 1));
}

TEST_F(deribit_account_test, the_trades_of_an_order_are_a_plain_array) {
  const auto x = order("private/buy", limit("90020", "1500"));
  const auto trades = result("private/get_user_trades_by_order",
                             R"({"sorting":"asc","order_id":")" + std::string{x.at("order_id").as_string()} + "\"}");
  ASSERT_THAT(trades.as_array(), SizeIs(2));
  EXPECT_EQ(trades.at(0).at("price"), 90'010.0);
  EXPECT_EQ(trades.at(1).at("price"), 90'020.0);
}

TEST_F(deribit_account_test, positions_have_the_recorded_members) {
  order("private/sell", limit("90000", "300"));
  order("private/buy", R"({"instrument_name":"BTC-27NOV26-90000-C","price":0.011,"amount":2})");
  const auto made = result("private/get_positions", R"({"currency":"any"})").as_array();
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(keys(made[0]), keys(fixture("http_private_get_positions_linear_perpetual.json").at("result").at(0)));
  EXPECT_EQ(made[0].at("size"), -300.0);
  EXPECT_EQ(made[0].at("direction"), "sell");
  EXPECT_NEAR(made[0].at("size_currency").as_double(), -300 / 90'005.0, 1e-8);
  EXPECT_EQ(made[1].at("size"), 2.0);
  EXPECT_EQ(made[1].at("delta"), 1.0);
  EXPECT_EQ(result("private/get_positions", R"({"currency":"BTC","kind":"option"})").as_array().size(), 1U);
  EXPECT_EQ(result("private/get_positions", R"({"currency":"ETH"})").as_array().size(), 0U);
  EXPECT_EQ(code("private/get_position", R"({"instrument_name":"x"})"), 13020);
}

TEST_F(deribit_account_test, a_summary_counts_money_and_margin) {
  const auto before = result("private/get_account_summary", R"({"currency":"BTC","extended":true})");
  EXPECT_EQ(before.at("balance"), 10.0);
  EXPECT_EQ(before.at("username"), "sandbox-key");
  order("private/buy", R"({"instrument_name":"BTC-27NOV26-90000-C","price":0.011,"amount":2})");
  const auto after = result("private/get_account_summary", R"({"currency":"BTC"})");
  EXPECT_NEAR(after.at("balance").as_double(), 10 - 0.022 - 0.0006, 1e-9);
  EXPECT_NEAR(after.at("equity").as_double(), 10 - 0.022 - 0.0006 + 0.021, 1e-9);
  rests("89000", "8900");
  EXPECT_NEAR(result("private/get_account_summary", R"({"currency":"BTC"})").at("initial_margin").as_double(), 0.002,
              1e-9);
  EXPECT_EQ(code("private/get_account_summary", R"({"currency":"DOGE"})"), -32602);
  const auto all = result("private/get_account_summaries");
  EXPECT_THAT(all.at("summaries").as_array(), SizeIs(4));
  EXPECT_TRUE(all.at("id").is_int64());
}

TEST_F(deribit_account_test, an_orders_channel_sends_one_object_raw_and_an_array_else) {
  private_subscription("user.orders.BTC-PERPETUAL.raw");
  private_subscription("user.orders.any.any.100ms");
  private_subscription("user.orders.option.BTC.raw");
  rests();
  auto raw = data();
  ASSERT_THAT(raw, SizeIs(1));
  EXPECT_EQ(raw[0].at("order_state"), "open");
  advance(100 * ns_per_ms);
  raw = data();
  ASSERT_THAT(raw, SizeIs(1));
  ASSERT_THAT(raw[0].as_array(), SizeIs(1));
  EXPECT_EQ(raw[0].at(0).at("order_state"), "open");
}

TEST_F(deribit_account_test, a_trades_channel_sends_arrays) {
  private_subscription("user.trades.future.BTC.raw");
  rests();
  EXPECT_THAT(data(), IsEmpty());
  trades_at(88'000_px, 40_qty);
  const auto got = data();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].at(0).at("amount"), 40.0);
  EXPECT_EQ(got[0].at(0).at("direction"), "buy");
}

TEST_F(deribit_account_test, a_changes_channel_tells_orders_trades_and_positions_together) {
  private_subscription("user.changes.any.any.raw");
  order("private/buy", limit("90015", "1500"));
  auto got = data();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(keys(got[0]), (std::set<std::string>{"instrument_name", "orders", "trades", "positions"}));
  ASSERT_THAT(got[0].at("orders").as_array(), SizeIs(1));
  EXPECT_EQ(got[0].at("orders").at(0).at("filled_amount"), 1000.0);
  EXPECT_THAT(got[0].at("trades").as_array(), SizeIs(1));
  EXPECT_EQ(got[0].at("positions").at(0).at("size"), 1000.0);
  result("private/cancel_all");
  got = data();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_THAT(got[0].at("positions").as_array(), IsEmpty());
}

TEST_F(deribit_account_test, an_interval_gathers_what_happened_in_it) {
  private_subscription("user.changes.BTC-PERPETUAL.agg2");
  const auto id = rests();
  trades_at(88'000_px, 40_qty);
  trades_at(88'000_px, 60_qty);
  EXPECT_THAT(data(), SizeIs(0));
  advance(ns_per_s);
  const auto got = data();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_THAT(got[0].at("trades").as_array(), SizeIs(2));
  ASSERT_THAT(got[0].at("orders").as_array(), SizeIs(1));
  EXPECT_EQ(got[0].at("orders").at(0).at("order_state"), "filled");
}

TEST_F(deribit_account_test, the_answer_to_an_order_comes_before_its_events) {
  private_subscription("user.orders.any.any.raw");
  client.taken();
  server.on_text(client, R"({"id":1,"method":"private/buy","params":)" + limit("89000", "100") + "}", now_ns);
  ASSERT_THAT(client.kinds, ElementsAre(sandbox::frame_kind::answer, sandbox::frame_kind::own_notice));
}

TEST_F(deribit_account_test, a_portfolio_has_the_recorded_members_and_comes_at_once_and_at_changes) {
  private_subscription("user.portfolio.any");
  for (const auto& text : client.taken()) notices.push_back(parsed(text));
  ASSERT_THAT(notices, SizeIs(4));
  EXPECT_EQ(notices[0].at("params").at("channel"), "user.portfolio.any");
  auto recorded = keys(fixture("ws_portfolio.json").at("params").at("data"));
  std::erase_if(recorded, [](const auto& key) { return key.ends_with("_usd"); }); // of cross margin only
  EXPECT_EQ(keys(notices[0].at("params").at("data")), recorded);
  notices.clear();
  order("private/buy", limit("90010", "100"));
  const auto got = data();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].at("currency"), "BTC");
  EXPECT_LT(got[0].at("balance").as_double(), 10.0);
}

TEST_F(forgetful_test, a_portfolio_may_be_spelled_in_lower_case) {
  subscribe("user.portfolio.BTC", "private/subscribe");
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_EQ(notices[0].at("params").at("channel"), "user.portfolio.btc");
}

TEST_F(deribit_account_test, private_channels_need_a_login_a_permission_and_an_instrument) {
  fake_connection stranger{2};
  open(stranger);
  EXPECT_EQ(ask(stranger, "public/subscribe", R"({"channels":["user.orders.any.any.100ms"]})").at("result"),
            boost::json::array{});
  log_in(stranger, "other", "trade:none account:read");
  EXPECT_EQ(
      ask(stranger, "private/subscribe", R"({"channels":["user.orders.any.any.raw","user.portfolio.btc","user.lock"]})")
          .at("result"),
      (boost::json::array{"user.portfolio.btc", "user.lock"}));
  EXPECT_EQ(private_subscription("user.orders.NOTHING.raw"), boost::json::array{});
  EXPECT_EQ(private_subscription("user.orders.any.any.5s"), boost::json::array{});
}

TEST_F(deribit_account_test, a_private_channel_ends_and_shows_nothing_of_other_accounts) {
  fake_connection other{2};
  open(other);
  log_in(other, "other");
  ask(other, "private/subscribe", R"({"channels":["user.changes.any.any.raw"]})");
  private_subscription("user.changes.any.any.raw");
  rests();
  EXPECT_THAT(other.taken(), IsEmpty());
  EXPECT_THAT(data(), SizeIs(1));
  result("private/unsubscribe", R"({"channels":["user.changes.any.any.raw"]})");
  rests();
  EXPECT_THAT(data(), IsEmpty());
}

struct disconnect_test : deribit_order_test {
  fake_connection trader{2};

  disconnect_test() {
    open(trader);
    log_in(trader, "sandbox");
  }
  void leave() {
    server.on_close(trader);
    server.round(now_ns);
  }
  std::string places(std::string_view params) {
    const auto reply = ask(trader, "private/buy", params);
    return std::string{reply.at("result").at("order").at("order_id").as_string()};
  }
};

TEST_F(disconnect_test, orders_stay_unless_it_is_on) {
  const auto id = places(limit("89000", "100"));
  EXPECT_EQ(ask(trader, "private/get_cancel_on_disconnect").at("result"),
            (boost::json::object{{"scope", "connection"}, {"enabled", false}}));
  leave();
  EXPECT_EQ(state(id).at("order_state"), "open");
}

TEST_F(disconnect_test, orders_of_that_connection_are_cancelled) {
  EXPECT_EQ(ask(trader, "private/enable_cancel_on_disconnect").at("result"), "ok");
  const auto id = places(limit("89000", "100")), other = rests();
  server.on_close(trader);
  EXPECT_EQ(state(id).at("order_state"), "open") << "it takes a moment";
  server.round(now_ns);
  EXPECT_EQ(state(id).at("order_state"), "cancelled");
  EXPECT_EQ(state(id).at("cancel_reason"), "cancel_on_disconnect");
  EXPECT_EQ(state(other).at("order_state"), "open");
}

TEST_F(disconnect_test, a_logout_leaves_them) {
  ask(trader, "private/enable_cancel_on_disconnect");
  const auto id = places(limit("89000", "100"));
  server.on_text(trader, R"({"id":1,"method":"private/logout","params":{}})", now_ns);
  EXPECT_TRUE(trader.closed);
  leave();
  EXPECT_EQ(state(id).at("order_state"), "open");
}

TEST_F(disconnect_test, scope_account_is_for_new_connections_too) {
  ask(trader, "private/enable_cancel_on_disconnect", R"({"scope":"account"})");
  leave();
  open(trader);
  log_in(trader, "sandbox");
  EXPECT_EQ(ask(trader, "private/get_cancel_on_disconnect").at("result").at("enabled"), true);
  EXPECT_EQ(result("private/get_cancel_on_disconnect").at("enabled"), false) << "an older connection";
  EXPECT_EQ(result("private/get_cancel_on_disconnect", R"({"scope":"account"})").at("enabled"), true);
  const auto id = places(limit("89000", "100"));
  ask(trader, "private/disable_cancel_on_disconnect");
  leave();
  EXPECT_EQ(state(id).at("order_state"), "open");
  EXPECT_EQ(code("private/enable_cancel_on_disconnect", R"({"scope":"house"})"), -32602);
}

constexpr const char* stop_params = R"({"instrument_name":"BTC-PERPETUAL","amount":100,"type":"stop_market",
    "trigger":"mark_price","trigger_price":95000})";

TEST_F(disconnect_test, orders_that_wait_for_a_trigger_go_too) {
  ask(trader, "private/enable_cancel_on_disconnect");
  const auto id = places(stop_params);
  leave();
  EXPECT_EQ(state(id).at("order_state"), "cancelled");
}

TEST_F(forgetful_test, orders_that_wait_for_a_trigger_may_stay) {
  fake_connection trader{2};
  open(trader);
  log_in(trader, "sandbox");
  ask(trader, "private/enable_cancel_on_disconnect");
  const auto made = ask(trader, "private/buy", stop_params).at("result").at("order");
  server.on_close(trader);
  server.round(now_ns);
  EXPECT_EQ(state(std::string{made.at("order_id").as_string()}).at("order_state"), "untriggered");
}

TEST_F(disconnect_test, an_unanswered_heartbeat_cancels) {
  ask(trader, "private/enable_cancel_on_disconnect");
  ask(trader, "public/set_heartbeat", R"({"interval":10})");
  const auto id = places(limit("89000", "100"));
  advance(12 * ns_per_s);
  advance(10 * ns_per_s);
  ASSERT_TRUE(trader.closed);
  leave();
  EXPECT_EQ(state(id).at("order_state"), "cancelled");
}

} // namespace
