// Orders that end by their own terms, and stops.
#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const std::string whole_fill = "fill 1 t1 buy 100 @ 50000 fee 0.000001 taker";

using deribit_lifetime_test = deribit_kit;

TEST_F(deribit_lifetime_test, a_good_till_date_order_is_cancelled_at_its_time_and_expired) {
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

TEST_F(deribit_lifetime_test, a_deadline_that_passed_while_away_is_kept_at_the_return) {
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

TEST_F(deribit_lifetime_test, an_ioc_order_without_liquidity_is_cancelled_by_its_answer) {
  connect();
  auto order = limit_order();
  order.tif = time_in_force::ioc;
  place(1, order);
  const auto buy = take("private/buy");
  EXPECT_EQ(buy.text("time_in_force"), "immediate_or_cancel");
  reply(buy, placed(order_json{.state = "cancelled"}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_lifetime_test, what_the_venue_cancels_says_why) {
  connect();
  place_open(limit_order());
  changes(order_json{.state = "cancelled", .reason = "cancel_on_disconnect", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: cancel_on_disconnect"));
}

order_request stop_order(const deribit_kit& kit) {
  auto order = kit.limit_order();
  order.type = order_type::market;
  order.stop = 51'000_px;
  order.trigger = stop_trigger::mark;
  return order;
}
const order_json waiting_stop{.id = "BTC-SLMB-1", .state = "untriggered", .price = "\"market_price\""};

TEST_F(deribit_lifetime_test, a_stop_that_goes_off_lives_on_as_the_order_that_works_for_it) {
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

TEST_F(deribit_lifetime_test, a_stop_whose_working_order_does_not_appear_is_asked_for) {
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
