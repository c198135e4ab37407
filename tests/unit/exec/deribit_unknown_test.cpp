#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string whole_fill = "fill 1 t1 buy 100 @ 50000 fee 0.000001 taker";

struct deribit_unknown_test : deribit_kit {
  /// Order 1 left and was not answered.
  void place_silent() {
    connect();
    place(1, limit_order());
    take("private/buy");
    pass(5s);
    EXPECT_THAT(take_heard(), ElementsAre("no answer 1: no answer within 5000 ms"));
  }
};

TEST_F(deribit_unknown_test, an_order_is_found_by_its_label) {
  place_silent();
  tested->ask_order({1}, now);
  const auto query = take("private/get_order_state_by_label");
  EXPECT_EQ(query.text("label"), "o-1");
  EXPECT_EQ(query.text("currency"), "BTC");
  const auto filled = order_json{.state = "filled", .filled = "100.0"};
  reply(query, "[" + std::string{filled} + "]");
  const auto by_id = take("private/get_order_state");
  EXPECT_EQ(by_id.text("order_id"), "55501");
  reply(by_id, filled);
  reply(take("private/get_user_trades_by_order"),
        R"({"trades":[)" + std::string{trade_json{}} + R"(],"has_more":false})");
  EXPECT_THAT(take_heard(), ElementsAre(whole_fill, "order 1 filled 100"));
}

TEST_F(deribit_unknown_test, an_answer_that_comes_late_is_news) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  pass(6s);
  take_heard();
  reply(buy, placed(order_json{.state = "filled", .filled = "100.0"}, trade_json{}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill));
}

TEST_F(deribit_unknown_test, an_order_is_absent_only_when_the_venue_can_no_longer_take_it_up) {
  place_silent(); // 5 s have passed: valid_until is now
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"), "[]");
  EXPECT_THAT(take_heard(), IsEmpty()) << "it may still wait within the venue";
  pass(6s);
  EXPECT_THAT(socket->sent, IsEmpty());
  pass(2ms);
  reply(take("private/get_order_state_by_label"), "[]");
  const auto trades = take("private/get_user_trades_by_currency");
  EXPECT_EQ(trades.number("start_timestamp"), 1'699'999'940'000) << "a minute before it left";
  reply(trades, R"({"trades":[],"has_more":false})");
  EXPECT_THAT(take_heard(), ElementsAre("absent 1"));
}

TEST_F(deribit_unknown_test, absence_is_judged_by_the_venues_clock) {
  place_silent();
  tested->ask_order({1}, now);
  pass(60ms);
  const auto query = take("private/get_order_state_by_label");
  // the venue's clock shows a minute more than ours: the wait is over
  const auto later_us = (now.wall_ns + 60 * ns_per_s) / 1'000;
  receive(fmt::format(R"({{"id":{},"result":[],"usIn":{},"usOut":{}}})", query.id, later_us, later_us));
  take("private/get_user_trades_by_currency");
}

TEST_F(deribit_unknown_test, an_order_that_turns_up_while_its_absence_is_waited_for_is_told) {
  place_silent();
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"), "[]");
  changes(order_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
  pass(7s);
  reply(take("private/get_order_state_by_label"), "[" + std::string{order_json{}} + "]");
  reply(take("private/get_order_state"), order_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
}

TEST_F(deribit_unknown_test, an_order_that_was_forgotten_is_found_by_its_fills) {
  place_silent();
  pass(10s);
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"), "[]");
  reply(take("private/get_user_trades_by_currency"),
        R"({"trades":[)" + std::string{trade_json{}} + R"(],"has_more":false})");
  refuse(take("private/get_order_state"), 10004, "order_not_found");
  reply(take("private/get_user_trades_by_order"), "[" + std::string{trade_json{}} + "]");
  EXPECT_THAT(take_heard(), ElementsAre(whole_fill, "order 1 filled 100"));
}

TEST_F(deribit_unknown_test, an_open_order_that_the_venue_no_longer_has_is_cancelled_with_what_its_fills_say) {
  connect();
  place_open(limit_order());
  tested->ask_order({1}, now);
  refuse(take("private/get_order_state"), 10004, "order_not_found");
  EXPECT_FALSE(take("private/get_user_trades_by_order").params.at("historical").as_bool());
  // no answer to that one: nothing is concluded
  pass(5s);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1")));
  tested->ask_order({1}, now);
  refuse(take("private/get_order_state"), 10004, "order_not_found");
  reply(take("private/get_user_trades_by_order"), "[" + std::string{trade_json{.amount = "30.0"}} + "]");
  const auto old = take("private/get_user_trades_by_order");
  EXPECT_TRUE(old.params.at("historical").as_bool());
  reply(old, "[]");
  EXPECT_THAT(take_heard(), ElementsAre("fill 1 t1 buy 30 @ 50000 fee 0.000001 taker",
                                        "order 1 cancelled 30: no longer at the venue"));
}

TEST_F(deribit_unknown_test, a_connection_that_is_lost_between_order_and_answer_leaves_it_unknown) {
  connect();
  place(1, limit_order());
  take("private/buy");
  cut();
  EXPECT_THAT(take_heard(), ElementsAre("down: cut by the test", "no answer 1: the connection ended: cut by the test"));
  tested->ask_order({1}, now);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1: the session with Deribit is down")));
  pass(2s);
  connect();
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"),
        "[" + std::string{order_json{.state = "cancelled", .reason = "cancel_on_disconnect"}} + "]");
  reply(take("private/get_order_state"), order_json{.state = "cancelled", .reason = "cancel_on_disconnect"});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: cancel_on_disconnect"));
}

TEST_F(deribit_unknown_test, after_a_restart_an_order_is_found_by_its_label) {
  make();
  tested->restore({.id = {1}, .label = "o-1", .request = limit_order()}, "", {});
  connect();
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"), "[" + std::string{order_json{}} + "]");
  reply(take("private/get_order_state"), order_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
}

TEST_F(deribit_unknown_test, after_a_restart_the_time_to_be_taken_up_is_counted_from_the_return) {
  make();
  tested->restore({.id = {1}, .label = "o-1", .request = limit_order()}, "", {});
  connect();
  tested->ask_order({1}, now);
  reply(take("private/get_order_state_by_label"), "[]");
  pass(10'990ms);
  EXPECT_THAT(socket->sent, IsEmpty()) << "valid_for and absent_after";
  pass(20ms);
  reply(take("private/get_order_state_by_label"), "[]");
  const auto old = take("private/get_user_trades_by_currency");
  EXPECT_TRUE(old.params.at("historical").as_bool()) << "it may have left days ago";
  reply(old, R"({"trades":[],"has_more":false})");
  reply(take("private/get_user_trades_by_currency"), R"({"trades":[],"has_more":false})");
  EXPECT_THAT(take_heard(), ElementsAre("absent 1"));
}

TEST_F(deribit_unknown_test, after_a_restart_news_by_the_venues_id_are_told) {
  make();
  tested->restore({.id = {1}, .label = "o-1", .request = limit_order()}, "55501", {});
  connect();
  changes(order_json{.label = ""});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
}

TEST_F(deribit_unknown_test, a_spot_order_is_looked_for_in_both_currencies) {
  connect();
  auto order = limit_order();
  order.instrument = *instruments.intern(venue::deribit, "ETH_USDC");
  place(1, order);
  take("private/buy");
  pass(5s);
  take_heard();
  tested->ask_order({1}, now);
  auto query = take("private/get_order_state_by_label");
  EXPECT_EQ(query.text("currency"), "USDC");
  reply(query, "[]");
  query = take("private/get_order_state_by_label");
  EXPECT_EQ(query.text("currency"), "ETH");
  reply(query, "[" + std::string{order_json{.symbol = "ETH_USDC"}} + "]");
  take("private/get_order_state");
}

TEST_F(deribit_unknown_test, an_order_that_nobody_restored_is_said_to_be_unknown) {
  connect();
  tested->ask_order({9}, now);
  tested->cancel({8}, now);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 9"), HasSubstr("no answer 8")));
}

} // namespace
