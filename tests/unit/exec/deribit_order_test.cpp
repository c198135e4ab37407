#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string whole_fill = "fill 1 t1 buy 100 @ 50000 fee 0.000001 taker";

using deribit_order_test = deribit_kit;

TEST_F(deribit_order_test, an_order_leaves_within_place_and_its_answer_is_told) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  EXPECT_EQ(buy.text("label"), "o-1");
  EXPECT_EQ(buy.number("valid_until"), 1'700'000'005'000) << "the venue's time and valid_for";
  reply(buy, placed(order_json{}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
  const auto& fact = heard.orders.back();
  EXPECT_EQ(fact.venue_id, "55501");
  EXPECT_EQ(fact.limit, 50'000_px);
  EXPECT_EQ(fact.size, 100_qty);
  EXPECT_EQ(fact.venue_ns, 1'700'000'000'100 * ns_per_ms);
}

TEST_F(deribit_order_test, while_the_session_is_down_nothing_leaves_and_it_is_told_by_the_next_round) {
  make();
  place(1, limit_order());
  EXPECT_THAT(heard.lines, IsEmpty());
  round();
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 1 rejected 0: the session with Deribit is down")));
  network.take_socket();
}

TEST_F(deribit_order_test, the_event_may_come_before_the_answer) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  changes(order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'200}, trade_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill));
  reply(buy, placed(order_json{}));
  EXPECT_THAT(take_heard(), IsEmpty()) << "the answer is older, and a final state is never left";
}

TEST_F(deribit_order_test, a_fill_that_is_told_three_times_is_the_same_fact_each_time) {
  connect();
  place(1, limit_order());
  const auto filled = order_json{.state = "filled", .filled = "100.0"};
  reply(take("private/buy"), placed(filled, trade_json{}));
  changes(filled, trade_json{});
  changes(filled, trade_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill, whole_fill, whole_fill));
  EXPECT_EQ(heard.fills[0].trade_id, heard.fills[2].trade_id);
  EXPECT_EQ(heard.fills[0].what.venue_ns, 1'700'000'000'100 * ns_per_ms);
}

TEST_F(deribit_order_test, of_two_words_with_one_time_the_one_with_more_filled_counts) {
  connect();
  place_open(limit_order());
  changes(order_json{.filled = "60.0", .updated_ms = 1'700'000'000'300});
  changes(order_json{.filled = "40.0", .updated_ms = 1'700'000'000'300});
  changes(order_json{.filled = "50.0", .updated_ms = 1'700'000'000'250});
  changes(order_json{.state = "cancelled", .filled = "60.0", .updated_ms = 1'700'000'000'300});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 partially_filled 60", "order 1 cancelled 60"));
}

TEST_F(deribit_order_test, our_side_of_a_fill_is_that_of_our_order) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'200},
          trade_json{.side = "sell", .liquidity = "M"});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", "fill 1 t1 buy 100 @ 50000 fee 0.000001 maker"));
}

TEST_F(deribit_order_test, a_fee_taken_in_the_coin_that_a_spot_pair_buys_is_told_in_its_quote) {
  connect();
  auto order = limit_order();
  order.instrument = *instruments.intern(venue::deribit, "ETH_USDC");
  place(1, order);
  reply(take("private/buy"),
        placed(order_json{.state = "filled", .symbol = "ETH_USDC", .filled = "100.0"},
               trade_json{.symbol = "ETH_USDC", .price = "3000.0", .fee = "0.001", .currency = "ETH"}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", "fill 1 t1 buy 100 @ 3000 fee 3 taker"));
}

TEST_F(deribit_order_test, a_refusal_is_a_rejection_with_the_venues_words) {
  connect();
  place(1, limit_order());
  refuse(take("private/buy"), 10009, "not_enough_funds");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 rejected 0: 10009 not_enough_funds"));
}

TEST_F(deribit_order_test, a_refusal_whose_outcome_is_open_is_no_rejection) {
  for (const int code : {10001, 10050, 11094, 13028}) {
    connect();
    place(1, limit_order());
    refuse(take("private/buy"), code, "m");
    EXPECT_THAT(take_heard(), ElementsAre(fmt::format("no answer 1: {} m", code)));
    tested.reset();
  }
}

TEST_F(deribit_order_test, a_refusal_of_an_order_that_the_news_call_open_is_no_rejection) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  changes(order_json{});
  refuse(buy, 10009, "m");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0", "no answer 1: 10009 m"));
}

TEST_F(deribit_order_test, an_answer_that_cannot_be_read_is_no_rejection) {
  connect();
  place(1, limit_order());
  reply(take("private/buy"), R"({"order":{"order_id":"1","order_state":"open","direction":"buy"},"trades":[]})");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1: the venue took it")));
}

TEST_F(deribit_order_test, news_that_cannot_be_read_leave_the_orders_they_name_unknown) {
  connect();
  place_open(limit_order());
  changes(R"({"order_id":"55501","filled_amount":"some"})");
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1: news of it cannot be read")));
}

TEST_F(deribit_order_test, a_state_that_is_not_known_leaves_the_order_unknown) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "dreaming", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("no answer 1")));
}

TEST_F(deribit_order_test, what_other_programs_do_is_passed_over) {
  connect();
  place_open(limit_order());
  changes(order_json{.label = "", .id = "77"});
  changes(order_json{.label = "o-1", .id = "78", .updated_ms = 1'700'000'009'000}); // even with our label
  EXPECT_THAT(take_heard(), IsEmpty());
  changes(order_json{.label = "", .id = "77", .state = "filled", .filled = "100.0"},
          trade_json{.label = "", .order = "77"});
  EXPECT_THAT(take_heard(), ElementsAre("fill 0 t1 buy 100 @ 50000 fee 0.000001 taker")) << "it moves the position";
}

TEST_F(deribit_order_test, a_fill_of_another_order_with_our_label_is_not_ours) {
  connect();
  place_open(limit_order());
  changes(order_json{.id = "78"}, trade_json{.order = "78"});
  EXPECT_THAT(take_heard(), ElementsAre("fill 0 t1 buy 100 @ 50000 fee 0.000001 taker"));
}

TEST_F(deribit_order_test, a_word_without_a_time_is_not_older_than_those_before) {
  connect();
  place_open(limit_order());
  changes(R"({"order_id":"55501","order_state":"cancelled","instrument_name":"BTC-PERPETUAL","direction":"buy"})");
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, what_the_venue_does_not_have_is_refused_here) {
  connect();
  auto order = limit_order();
  order.instrument = *instruments.intern(venue::deribit, "BTC-FS-25DEC26_PERP");
  place(1, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("combos are not traded")));
  order = limit_order();
  order.type = order_type::market;
  order.tif = time_in_force::fok;
  place(2, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("use a limit order")));
  order = limit_order();
  order.post_only = true;
  order.tif = time_in_force::ioc;
  place(3, order);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("use gtc or gtd")));
}

TEST_F(deribit_order_test, a_locked_platform_index_or_account_takes_no_orders) {
  connect();
  notify("platform_state", R"({"maintenance":true})");
  place(1, limit_order());
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("locked trading (platform)")));
  notify("platform_state", R"({"maintenance":false})");
  notify("user.lock", R"({"currency":"BTC","locked":true})");
  place(2, limit_order());
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("locked trading (currency BTC)")));
  notify("user.lock", R"({"currency":"BTC","locked":false})");
  place(3, limit_order());
  take("private/buy");
}

// ---- good till date, ioc ----

TEST_F(deribit_order_test, a_good_till_date_order_is_cancelled_at_its_time_and_expired) {
  connect();
  auto order = limit_order();
  order.tif = time_in_force::gtd;
  order.expire_ns = now.wall_ns + 10 * ns_per_s;
  place_open(order);
  pass(9s);
  EXPECT_LE(due_ns, now.steady_ns + ns_per_s);
  EXPECT_THAT(socket->sent, IsEmpty());
  pass(1s);
  const auto cancel = take("private/cancel");
  EXPECT_EQ(cancel.text("order_id"), "55501");
  reply(cancel, order_json{.state = "cancelled", .reason = "user_request", .updated_ms = 1'700'000'010'100});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 expired 0: its time is over"));
}

TEST_F(deribit_order_test, a_deadline_that_passed_while_away_is_kept_at_the_return) {
  connect();
  auto order = limit_order();
  order.tif = time_in_force::gtd;
  order.expire_ns = now.wall_ns + 10 * ns_per_s;
  place_open(order);
  cut();
  take_heard();
  pass(20s);
  socket = network.take_socket();
  socket->open();
  round();
  reply(take("public/auth"), login());
  for (int step = 0; step < 7; ++step) answer(take());
  EXPECT_EQ(take("private/cancel").text("order_id"), "55501");
}

TEST_F(deribit_order_test, an_ioc_order_without_liquidity_is_cancelled_by_its_answer) {
  connect();
  auto order = limit_order();
  order.tif = time_in_force::ioc;
  place(1, order);
  const auto buy = take("private/buy");
  EXPECT_EQ(buy.text("time_in_force"), "immediate_or_cancel");
  reply(buy, placed(order_json{.state = "cancelled"}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, what_the_venue_cancels_says_why) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "cancelled", .reason = "cancel_on_disconnect", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: cancel_on_disconnect"));
}

// ---- amend ----

TEST_F(deribit_order_test, an_amend_says_price_and_total_and_keeps_the_id) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  const auto edit = take("private/edit");
  EXPECT_EQ(edit.text("order_id"), "55501");
  EXPECT_EQ(edit.number("amount"), 200);
  EXPECT_EQ(edit.number("price"), 50'001);
  reply(edit, placed(order_json{.price = "50001.0", .amount = "200.0", .updated_ms = 1'700'000'000'900}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
  EXPECT_EQ(heard.orders.back().limit, 50'001_px);
  EXPECT_EQ(heard.orders.back().size, 200_qty);
}

TEST_F(deribit_order_test, an_amend_that_a_fill_overtook_ends_with_the_fill) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  refuse(take("private/edit"), 11044, "not_open_order");
  const auto filled = order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'900};
  reply(take("private/get_order_state"), filled);
  reply(take("private/get_user_trades_by_order"), "[" + std::string{trade_json{}} + "]");
  EXPECT_THAT(take_heard(), ElementsAre(whole_fill, "order 1 filled 100: the amend was refused: 11044 not_open_order"));
}

TEST_F(deribit_order_test, an_amend_that_is_refused_leaves_the_order_as_the_venue_says) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  refuse(take("private/edit"), 10009, "not_enough_funds");
  reply(take("private/get_order_state"), order_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0: the amend was refused: 10009 not_enough_funds"));
  EXPECT_EQ(heard.orders.back().limit, 50'000_px);
}

TEST_F(deribit_order_test, an_amend_before_the_answer_goes_by_label) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  tested->amend({1}, 50'001_px, 100_qty, now);
  const auto edit = take("private/edit_by_label");
  EXPECT_EQ(edit.text("label"), "o-1");
  EXPECT_EQ(edit.text("instrument_name"), "BTC-PERPETUAL");
  reply(buy, placed(order_json{}));
  reply(edit, placed(order_json{.price = "50001.0", .updated_ms = 1'700'000'000'900}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0", "order 1 open 0"));
  EXPECT_EQ(heard.orders.back().limit, 50'001_px);
}

TEST_F(deribit_order_test, an_amend_while_the_session_is_down_leaves_the_order_as_it_was) {
  connect();
  place_open(limit_order());
  cut();
  take_heard();
  tested->amend({1}, 50'001_px, 100_qty, now);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 1 open 0: the session with Deribit is down")));
}

TEST_F(deribit_order_test, an_amend_that_would_cross_cancels_a_post_only_order) {
  connect();
  auto order = limit_order();
  order.post_only = true;
  place_open(order);
  tested->amend({1}, 60'000_px, 100_qty, now);
  reply(take("private/edit"),
        placed(order_json{.state = "cancelled", .reason = "edit_post_only_reject", .updated_ms = 1'700'000'000'900}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: edit_post_only_reject"));
}

// ---- cancel ----

TEST_F(deribit_order_test, a_cancel_that_a_fill_overtook_ends_with_the_fill) {
  connect();
  place_open(limit_order());
  tested->cancel({1}, now);
  refuse(take("private/cancel"), 11044, "not_open_order");
  reply(take("private/get_order_state"),
        order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'900});
  reply(take("private/get_user_trades_by_order"), "[" + std::string{trade_json{}} + "]");
  EXPECT_THAT(take_heard(),
              ElementsAre(whole_fill, "order 1 filled 100: the cancel was refused: 11044 not_open_order"));
}

TEST_F(deribit_order_test, a_cancel_before_the_answer_goes_by_label_and_is_verified) {
  connect();
  place(1, limit_order());
  const auto buy = take("private/buy");
  tested->cancel({1}, now);
  const auto cancel = take("private/cancel_by_label");
  EXPECT_EQ(cancel.text("label"), "o-1");
  EXPECT_EQ(cancel.text("currency"), "BTC");
  reply(buy, placed(order_json{}));
  reply(cancel, "1");
  const auto ended = order_json{.state = "cancelled", .reason = "user_request", .updated_ms = 1'700'000'000'900};
  reply(take("private/get_order_state"), ended);
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0", "order 1 cancelled 0"));
  pass(20s);
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_order_test, a_cancel_is_sent_once_however_often_it_is_asked_for) {
  connect();
  place_open(limit_order());
  tested->cancel({1}, now);
  tested->cancel({1}, now);
  const auto cancel = take("private/cancel");
  EXPECT_THAT(socket->sent, IsEmpty());
  reply(cancel, order_json{.state = "cancelled", .updated_ms = 1'700'000'000'900});
  tested->cancel({1}, now);
  EXPECT_THAT(socket->sent, IsEmpty()) << "it is final";
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, a_cancel_asked_for_while_away_is_sent_at_the_return_before_anything_else) {
  connect();
  place_open(limit_order());
  cut();
  take_heard();
  tested->cancel({1}, now);
  pass(2s);
  socket = network.take_socket();
  socket->open();
  round();
  reply(take("public/auth"), login());
  for (int step = 0; step < 7; ++step) answer(take());
  EXPECT_THAT(take_heard(), ElementsAre("up"));
  reply(take("private/cancel"), order_json{.state = "cancelled", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, a_cancel_without_an_answer_is_unknown_and_sent_again) {
  connect();
  place_open(limit_order());
  tested->cancel({1}, now);
  take("private/cancel");
  pass(5s);
  EXPECT_THAT(take_heard(), ElementsAre("no answer 1: cancel: no answer within 5000 ms"));
  pass(5s);
  reply(take("private/cancel"), order_json{.state = "cancelled", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_order_test, cancel_everything_is_one_call_to_the_venue_and_is_repeated_until_it_is_answered) {
  connect();
  place_open(limit_order());
  tested->cancel_everything(now);
  take("private/cancel_all");
  pass(5s);
  reply(take("private/cancel_all"), "1");
  changes(order_json{.state = "cancelled", .reason = "user_request", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
  pass(20s);
  EXPECT_THAT(socket->sent, IsEmpty());
}

// ---- stops ----

order_request stop_order(const deribit_kit& kit) {
  auto order = kit.limit_order();
  order.type = order_type::market;
  order.stop = 51'000_px;
  order.trigger = stop_trigger::mark;
  return order;
}
const order_json waiting_stop{.id = "BTC-SLMB-1", .state = "untriggered", .price = "\"market_price\""};

TEST_F(deribit_order_test, a_stop_that_goes_off_lives_on_as_the_order_that_works_for_it) {
  connect();
  place(1, stop_order(*this));
  reply(take("private/buy"), placed(waiting_stop));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
  auto gone_off = waiting_stop;
  gone_off.state = "triggered";
  gone_off.updated_ms += 100;
  changes(gone_off);
  EXPECT_THAT(take_heard(), IsEmpty()) << "no state of its own";
  changes(order_json{.label = "",
                     .id = "55502",
                     .state = "filled",
                     .stop_id = "BTC-SLMB-1",
                     .filled = "100.0",
                     .updated_ms = 1'700'000'000'300},
          trade_json{.label = "", .order = "55502"});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 filled 100", whole_fill));
  EXPECT_EQ(heard.orders.back().venue_id, "55502");
  pass(10s);
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_order_test, a_stop_whose_working_order_does_not_appear_is_asked_for) {
  connect();
  place(1, stop_order(*this));
  reply(take("private/buy"), placed(waiting_stop));
  take_heard();
  auto gone_off = waiting_stop;
  gone_off.state = "triggered";
  gone_off.updated_ms += 100;
  changes(gone_off);
  pass(2s);
  reply(take("private/get_order_state"), gone_off);
  reply(take("private/get_open_orders"), "[]");
  const auto working = order_json{
      .label = "", .id = "55502", .state = "cancelled", .stop_id = "BTC-SLMB-1", .updated_ms = 1'700'000'000'300};
  reply(take("private/get_order_history_by_instrument"), "[" + std::string{working} + "]");
  reply(take("private/get_order_state"), working);
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

} // namespace
