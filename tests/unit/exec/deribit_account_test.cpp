#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct deribit_account_test : deribit_kit {
  const std::string no_trades = R"({"trades":[],"has_more":false})";
  std::int64_t an_hour_ago() const { return now.wall_ns - 3'600 * ns_per_s; }
  /// Up to the trades.
  void ask(const std::string& all = "[]", const std::string& stops = "[]") {
    tested->ask_account(an_hour_ago(), now);
    auto open = take("private/get_open_orders");
    EXPECT_EQ(open.text("type"), "all");
    reply(open, all);
    open = take("private/get_open_orders");
    EXPECT_EQ(open.text("type"), "trigger_all");
    reply(open, stops);
  }
  deribit_account_test() { how.currencies = {"BTC"}; }
};

TEST_F(deribit_account_test, tells_open_orders_fills_and_positions) {
  how.currencies = {"BTC", "USDC"};
  connect();
  place_open(limit_order());
  const auto own = std::string{order_json{.filled = "30.0", .updated_ms = 1'700'000'000'200}};
  const auto foreign = std::string{order_json{.label = "web", .id = "77"}};
  const auto stop = std::string{order_json{.label = "", .id = "ETH-SLIS-12", .state = "untriggered"}};
  ask("[" + own + "," + foreign + "]", "[" + stop + "]");
  const auto btc_trades = take("private/get_user_trades_by_currency");
  EXPECT_EQ(btc_trades.text("currency"), "BTC");
  EXPECT_EQ(btc_trades.number("start_timestamp"), 1'699'996'400'000);
  reply(btc_trades, R"({"trades":[)" + std::string{trade_json{.amount = "30.0"}} + "," +
                        std::string{trade_json{.id = "t0", .label = "web", .order = "77"}} + R"(],"has_more":false})");
  reply(take("private/get_user_trades_by_currency"), no_trades);
  reply(take("private/get_positions"),
        R"([{"instrument_name":"BTC-PERPETUAL","kind":"future","direction":"sell","size":-30.0}])");
  ASSERT_THAT(take_heard(), ElementsAre("account"));
  const auto& x = heard.accounts.at(0);
  EXPECT_EQ(x.asked_ns, now.wall_ns);
  ASSERT_THAT(x.open, SizeIs(1));
  EXPECT_EQ(x.open[0].order.value, 1U);
  EXPECT_EQ(x.open[0].filled, 30_qty);
  EXPECT_THAT(x.foreign_orders, ElementsAre(venue_name{"77", "web"}, venue_name{"ETH-SLIS-12"}));
  ASSERT_THAT(x.fills, SizeIs(2));
  EXPECT_EQ(x.fills[0].order.value, 1U);
  EXPECT_EQ(x.fills[1].order.value, 0U);
  EXPECT_EQ(x.fills[1].of, (venue_name{"77", "web"}));
  ASSERT_THAT(x.positions, SizeIs(1));
  EXPECT_EQ(x.positions[0].instrument, btc);
  EXPECT_EQ(x.positions[0].size, -30_qty);
}

TEST_F(deribit_account_test, a_stop_that_only_the_second_question_shows_is_told_once) {
  connect();
  auto order = limit_order();
  order.stop = 51'000_px;
  place(1, order);
  const auto stop = std::string{order_json{.id = "BTC-SLIS-1", .state = "untriggered"}};
  reply(take("private/buy"), placed(stop));
  take_heard();
  ask("[" + stop + "]", "[" + stop + "]");
  reply(take("private/get_user_trades_by_currency"), no_trades);
  reply(take("private/get_positions"), "[]");
  EXPECT_THAT(heard.accounts.at(0).open, SizeIs(1));
  EXPECT_THAT(heard.accounts.at(0).foreign_orders, IsEmpty());
}

TEST_F(deribit_account_test, pages_of_fills_go_on_by_trade_id_and_tell_each_once) {
  connect();
  ask();
  const auto page = [](std::string_view trades, bool more) {
    return fmt::format(R"({{"trades":[{}],"has_more":{}}})", trades, more);
  };
  const auto t1 = std::string{trade_json{.id = "1", .time_ms = 1'699'999'000'500}};
  const auto t2 = std::string{trade_json{.id = "2", .time_ms = 1'699'999'000'000}}; // its time is before that of 1
  const auto t3 = std::string{trade_json{.id = "3", .time_ms = 1'699'999'000'000}};
  const auto first = take("private/get_user_trades_by_currency");
  EXPECT_TRUE(first.params.contains("start_timestamp"));
  EXPECT_FALSE(first.params.contains("start_id"));
  reply(first, page(t1 + "," + t2, true));
  auto next = take("private/get_user_trades_by_currency");
  EXPECT_EQ(next.text("start_id"), "2");
  EXPECT_FALSE(next.params.contains("start_timestamp"));
  reply(next, page(t2 + "," + t3, true)); // that one is in it once more
  next = take("private/get_user_trades_by_currency");
  EXPECT_EQ(next.text("start_id"), "3");
  reply(next, page(std::string{trade_json{.id = "4"}}, false)); // or is not
  reply(take("private/get_positions"), "[]");
  EXPECT_THAT(heard.accounts.at(0).fills, SizeIs(4));
}

TEST_F(deribit_account_test, pages_that_do_not_advance_are_a_failure_and_no_loop) {
  connect();
  ask();
  const auto page = R"({"trades":[)" + std::string{trade_json{}} + R"(],"has_more":true})";
  reply(take("private/get_user_trades_by_currency"), page);
  reply(take("private/get_user_trades_by_currency"), page);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("account failed: deribit: the pages of trades do not advance")));
}

TEST_F(deribit_account_test, fills_older_than_a_day_come_from_the_historical_store_too) {
  connect();
  tested->ask_account(now.wall_ns - 3 * ns_per_day, now);
  reply(take("private/get_open_orders"), "[]");
  reply(take("private/get_open_orders"), "[]");
  const auto old = take("private/get_user_trades_by_currency");
  EXPECT_TRUE(old.params.at("historical").as_bool());
  EXPECT_EQ(old.number("start_timestamp"), 1'700'000'000'000 - 3 * 86'400'000.0);
  reply(old, no_trades);
  const auto recent = take("private/get_user_trades_by_currency");
  EXPECT_FALSE(recent.params.at("historical").as_bool());
  reply(recent, no_trades);
  reply(take("private/get_positions"), "[]");
  EXPECT_THAT(take_heard(), ElementsAre("account"));
}

TEST_F(deribit_account_test, a_question_that_is_refused_fails_the_whole) {
  connect();
  ask();
  refuse(take("private/get_user_trades_by_currency"), 13021, "forbidden");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("account failed: deribit: trades: 13021 forbidden")));
  ask(); // and the next begins anew
  reply(take("private/get_user_trades_by_currency"), no_trades);
  reply(take("private/get_positions"), R"([{"instrument_name":"BTC-PERPETUAL","direction":"buy"}])");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("account failed: deribit: size")));
}

TEST_F(deribit_account_test, questions_meanwhile_are_asked_as_one_afterwards) {
  connect();
  ask();
  tested->ask_account(an_hour_ago() - ns_per_s, now);
  tested->ask_account(an_hour_ago() - 2 * ns_per_s, now);
  reply(take("private/get_user_trades_by_currency"), no_trades);
  reply(take("private/get_positions"), "[]");
  EXPECT_THAT(take_heard(), ElementsAre("account"));
  reply(take("private/get_open_orders"), "[]");
  reply(take("private/get_open_orders"), "[]");
  EXPECT_EQ(take("private/get_user_trades_by_currency").number("start_timestamp"), 1'699'996'398'000);
}

TEST_F(deribit_account_test, a_session_that_is_down_or_goes_down_fails_the_question) {
  make();
  tested->ask_account(an_hour_ago(), now);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("account failed: the session with Deribit is down")));
  socket = network.take_socket();
  socket->open();
  round();
  answer_start();
  take_heard();
  tested->ask_account(an_hour_ago(), now);
  take("private/get_open_orders");
  cut();
  EXPECT_THAT(take_heard(), ElementsAre("down: cut by the test", HasSubstr("account failed: open orders")));
}

TEST_F(deribit_account_test, equity_is_a_metric) {
  connect();
  notify("user.portfolio.any", R"({"currency":"USDT","equity":55.00055,"available_funds":53.868247})");
  EXPECT_THAT(metrics.to_text(), HasSubstr("strike_exec_equity{currency=\"USDT\",venue=\"deribit\"} 55.00055"));
}

} // namespace
