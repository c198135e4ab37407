// Amends and cancels, and what overtakes them.
#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string whole_fill = "fill 1 t1 buy 100 @ 50000 fee 0.000001 taker";

using deribit_change_test = deribit_kit;

TEST_F(deribit_change_test, an_amend_says_price_and_total_and_keeps_the_id) {
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

TEST_F(deribit_change_test, an_amend_that_a_fill_overtook_ends_with_the_fill) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  refuse(take("private/edit"), 11044, "not_open_order");
  const auto filled = order_json{.state = "filled", .filled = "100.0", .updated_ms = 1'700'000'000'900};
  reply(take("private/get_order_state"), filled);
  reply(take("private/get_user_trades_by_order"), "[" + std::string{trade_json{}} + "]");
  EXPECT_THAT(take_heard(), ElementsAre(whole_fill, "order 1 filled 100: the amend was refused: 11044 not_open_order"));
}

TEST_F(deribit_change_test, an_amend_that_is_refused_leaves_the_order_as_the_venue_says) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  refuse(take("private/edit"), 10009, "not_enough_funds");
  reply(take("private/get_order_state"), order_json{});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0: the amend was refused: 10009 not_enough_funds"));
  EXPECT_EQ(heard.orders.back().limit, 50'000_px);
}

TEST_F(deribit_change_test, an_amend_before_the_answer_goes_by_label) {
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

TEST_F(deribit_change_test, an_amend_while_the_session_is_down_leaves_the_order_as_it_was) {
  connect();
  place_open(limit_order());
  cut();
  take_heard();
  tested->amend({1}, 50'001_px, 100_qty, now);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 1 open 0: the session with Deribit is down")));
}

TEST_F(deribit_change_test, an_amend_that_would_cross_cancels_a_post_only_order) {
  connect();
  auto order = limit_order();
  order.post_only = true;
  place_open(order);
  tested->amend({1}, 60'000_px, 100_qty, now);
  reply(take("private/edit"),
        placed(order_json{.state = "cancelled", .reason = "edit_post_only_reject", .updated_ms = 1'700'000'000'900}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: edit_post_only_reject"));
}

TEST_F(deribit_change_test, a_cancel_that_a_fill_overtook_ends_with_the_fill) {
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

TEST_F(deribit_change_test, a_cancel_before_the_answer_goes_by_label_and_is_verified) {
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

TEST_F(deribit_change_test, a_cancel_is_sent_once_however_often_it_is_asked_for) {
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

TEST_F(deribit_change_test, a_cancel_asked_for_while_away_is_sent_at_the_return_before_anything_else) {
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

TEST_F(deribit_change_test, a_cancel_without_an_answer_is_unknown_and_sent_again) {
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

TEST_F(deribit_change_test, cancel_everything_is_one_call_to_the_venue_and_is_repeated_until_it_is_answered) {
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

} // namespace
