#include "venue_fixture.hpp"

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

struct stops : venue_fixture {
  stops() { quote(10_px, 11_px); }

  void quote(price bid, price ask) { send(main, touch(bid, 50_qty, ask, 50_qty)); }
  void mark(double x) {
    auto t = touch(10_px, 50_qty, 11_px, 50_qty);
    t.mark = x;
    send(main, t);
  }
  order_request stop(side of, price at, quantity size, stop_trigger by = stop_trigger::last) const {
    auto x = market(of, size);
    x.tif = time_in_force::gtc;
    x.stop = at;
    x.trigger = by;
    return x;
  }
};

TEST_F(stops, a_sell_waits_for_a_trade_at_or_below_it_and_is_then_a_market_order) {
  const auto id = place(stop(side::sell, 9_px, 2_qty));
  EXPECT_EQ(state(id), order_state::open);
  print(9.01_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::open);
  print(9_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::filled);
  EXPECT_EQ(last(id).execution->at, 10_px) << "at the bid that is displayed, not at its stop";
}

TEST_F(stops, a_buy_waits_for_a_trade_at_or_above_it) {
  const auto id = place(stop(side::buy, 12_px, 2_qty));
  print(11.99_px, 1_qty, side::buy);
  EXPECT_EQ(state(id), order_state::open);
  print(12.5_px, 1_qty, side::buy);
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(stops, the_mark_sets_off_what_waits_for_the_mark_and_no_trade_does) {
  const auto id = place(stop(side::sell, 9_px, 2_qty, stop_trigger::mark));
  print(8_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::open);
  mark(9.5);
  EXPECT_EQ(state(id), order_state::open);
  mark(8.9);
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(stops, the_index_sets_off_what_waits_for_the_index) {
  const auto id = place(stop(side::sell, 90'000_px, 2_qty, stop_trigger::index));
  auto t = touch(10_px, 50_qty, 11_px, 50_qty);
  t.index = 90'001;
  send(main, t);
  EXPECT_EQ(state(id), order_state::open);
  t.index = 89'999;
  send(main, t);
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(stops, with_a_limit_it_rests_at_the_limit_once_set_off) {
  auto x = limit(side::buy, 10.5_px, 2_qty);
  x.stop = 12_px;
  const auto id = place(x);
  EXPECT_EQ(sim().best_bid(main), optional_price{10_px}) << "it is in no book before";
  print(12_px, 1_qty, side::buy);
  EXPECT_EQ(state(id), order_state::open);
  EXPECT_EQ(sim().best_bid(main), optional_price{10.5_px});
}

TEST_F(stops, one_whose_price_is_reached_already_goes_at_once) {
  print(9_px, 1_qty, side::sell);
  EXPECT_EQ(state(place(stop(side::sell, 9_px, 2_qty))), order_state::filled);
}

TEST_F(stops, can_be_cancelled_and_amended_and_expires_with_its_instrument) {
  const auto one = place(stop(side::sell, 9_px, 2_qty)), two = place(stop(side::sell, 8_px, 2_qty));
  sim().amend(0, one, {}, 5_qty, now);
  EXPECT_EQ(last(one).remaining, 5_qty);
  sim().cancel(0, one, now);
  EXPECT_EQ(state(one), order_state::cancelled);
  send(main, instrument_status{.state = instrument_state::expired});
  EXPECT_EQ(state(two), order_state::expired);
  EXPECT_EQ(sim().open_orders(), 0U);
}

TEST_F(stops, good_till_a_date_it_ends_then) {
  auto x = limit(side::sell, 9_px, 2_qty, time_in_force::gtd);
  x.stop = 9_px;
  x.expire_ns = now + 5;
  const auto id = place(x);
  now += 5;
  sim().advance(now);
  EXPECT_EQ(state(id), order_state::expired);
}

TEST_F(stops, that_only_reduce_close_no_more_than_is_held_then) {
  place(market(side::buy, 3_qty));
  auto x = stop(side::sell, 9_px, 3_qty);
  x.reduce_only = true;
  const auto id = place(x);
  place(market(side::sell, 2_qty));
  print(9_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::filled);
  EXPECT_EQ(last(id).filled, 1_qty);
}

TEST_F(stops, go_in_the_order_in_which_they_came) {
  send(main, touch(10_px, 3_qty, 11_px, 3_qty));
  const auto one = place(stop(side::sell, 9_px, 2_qty)), two = place(stop(side::sell, 9.5_px, 2_qty));
  print(8_px, 1_qty, side::sell);
  EXPECT_EQ(last(one).execution->at, 10_px);
  EXPECT_EQ(last(two).execution->at, 9.99_px) << "what the first left, and the rest a tick worse";
}

TEST_F(stops, off_the_tick_or_post_only_are_refused) {
  const auto refusal = [&](const order_request& x) { return last(place(x)).reason; };
  EXPECT_EQ(refusal(stop(side::sell, 9.001_px, 2_qty)), "stop price 9.001 is not on the tick 0.01");
  auto x = limit(side::sell, 9_px, 2_qty);
  x.stop = 9_px;
  x.post_only = true;
  EXPECT_EQ(refusal(x), "a stop order cannot be post-only");
}

} // namespace
