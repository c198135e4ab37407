#include "venue_fixture.hpp"

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

struct requests : venue_fixture {
  std::string refusal(const order_request& x) {
    const auto id = place(x);
    EXPECT_EQ(state(id), order_state::rejected);
    return last(id).reason;
  }
};

TEST_F(requests, a_price_off_the_tick_is_refused) {
  EXPECT_EQ(refusal(limit(side::buy, 10.001_px, 1_qty)), "price 10.001 is not on the tick 0.01");
}
TEST_F(requests, a_price_of_zero_is_refused) {
  EXPECT_EQ(refusal(limit(side::buy, 0_px, 1_qty)), "price 0 is not above 0");
}
TEST_F(requests, a_size_below_the_minimum_is_refused) {
  EXPECT_EQ(refusal(limit(side::buy, 10_px, 0.05_qty)),
            "size 0.05 is below the minimum 1 of deribit:BTC_USDC-27NOV26-90000-C");
}
TEST_F(requests, a_size_between_lots_is_refused) {
  EXPECT_EQ(refusal(limit(side::buy, 10_px, 1.5_qty)), "size 1.5 is not a multiple of the lot 1");
}
TEST_F(requests, a_value_above_what_money_holds_is_refused) {
  EXPECT_EQ(refusal(limit(side::buy, 100000_px, 1000000_qty)), "size 1000000 at price 100000 is worth more than 9.2e9");
}
TEST_F(requests, a_market_order_good_till_a_date_is_refused) {
  auto x = market(side::buy, 1_qty);
  x.tif = time_in_force::gtd;
  EXPECT_EQ(refusal(x), "a market order cannot be gtd");
}
TEST_F(requests, a_post_only_ioc_is_refused) {
  auto x = limit(side::buy, 10_px, 1_qty, time_in_force::ioc);
  x.post_only = true;
  EXPECT_EQ(refusal(x), "a post-only order must be gtc or gtd");
}
TEST_F(requests, an_unknown_instrument_is_refused) {
  auto x = limit(side::buy, 10_px, 1_qty);
  x.instrument = {77};
  EXPECT_EQ(refusal(x), "unknown instrument");
}
TEST_F(requests, a_combo_is_refused) {
  main = define(venue::deribit, "BTC-FS-25DEC26_PERP");
  EXPECT_NE(refusal(limit(side::buy, 10_px, 1_qty)).find("is a combo"), std::string::npos);
}
TEST_F(requests, a_binary_price_of_one_is_refused) {
  main = define(venue::polymarket, "123");
  EXPECT_EQ(refusal(limit(side::buy, 1_px, 1_qty)), "price 1 is not below 1");
}
TEST_F(requests, an_id_that_is_open_is_refused) {
  const auto id = place(limit(side::buy, 10_px, 1_qty));
  told = {}; // the id has two lives here, which one listener would rightly object to
  told.know(main, rules.of(main));
  sim().place(0, id, limit(side::buy, 10_px, 1_qty), now);
  EXPECT_EQ(last(id).reason, "order id 1 is open already");
  EXPECT_EQ(sim().open_orders(), 1U);
}

TEST_F(requests, a_halted_instrument_refuses_until_it_resumes) {
  send(main, instrument_status{.state = instrument_state::halted});
  EXPECT_EQ(refusal(limit(side::buy, 10_px, 1_qty)), "deribit:BTC_USDC-27NOV26-90000-C is halted");
  send(main, instrument_status{.state = instrument_state::resumed});
  EXPECT_EQ(state(place(limit(side::buy, 10_px, 1_qty))), order_state::open);
}

TEST_F(requests, a_changed_tick_holds_from_then_on) {
  auto what = std::make_shared<instrument>(rules.of(main));
  what->ticks.base = 0.05_px;
  send(main, instrument_status{.state = instrument_state::tick_changed, .definition = what});
  EXPECT_EQ(refusal(limit(side::buy, 10.01_px, 1_qty)), "price 10.01 is not on the tick 0.05");
}

TEST_F(requests, reduce_only_without_a_position_is_refused) {
  auto x = limit(side::sell, 10_px, 1_qty);
  x.reduce_only = true;
  EXPECT_EQ(refusal(x), "reduce only: a sell does not reduce a position of 0");
}

TEST_F(requests, reduce_only_is_clipped_to_the_position) {
  book({{9_px, 10_qty}}, {{10_px, 5_qty}});
  place(market(side::buy, 5_qty));
  auto x = market(side::sell, 8_qty);
  x.reduce_only = true;
  const auto id = place(x);
  EXPECT_EQ(fills(id), "5@9");
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(requests, a_resting_reduce_only_order_ends_when_nothing_is_left_to_reduce) {
  book({{9_px, 10_qty}}, {{10_px, 5_qty}});
  place(market(side::buy, 5_qty));
  auto x = limit(side::sell, 11_px, 5_qty);
  x.reduce_only = true;
  const auto id = place(x);
  place(market(side::sell, 5_qty));
  print(12_px, 5_qty, side::buy);
  EXPECT_EQ(fills(id), "");
  EXPECT_EQ(state(id), order_state::cancelled);
}

TEST_F(requests, a_cancel_ends_the_order) {
  const auto id = place(limit(side::buy, 10_px, 1_qty));
  cancel(id);
  EXPECT_EQ(state(id), order_state::cancelled);
  EXPECT_EQ(sim().open_orders(), 0U);
}

TEST_F(requests, a_cancel_by_another_owner_does_nothing) {
  const auto id = place(limit(side::buy, 10_px, 1_qty), 1);
  cancel(id);
  EXPECT_EQ(state(id), order_state::open);
}

TEST_F(requests, a_cancel_of_a_finished_order_says_nothing) {
  const auto id = place(limit(side::buy, 10_px, 1_qty));
  cancel(id);
  const auto before = told.updates.size();
  cancel(id);
  EXPECT_EQ(told.updates.size(), before);
}

TEST_F(requests, cancel_all_ends_the_orders_of_one_owner_in_order_of_arrival) {
  const auto a = place(limit(side::buy, 10_px, 1_qty)), b = place(limit(side::buy, 11_px, 1_qty));
  const auto other = place(limit(side::buy, 10_px, 1_qty), 1);
  cancel(a);
  const auto c = place(limit(side::buy, 10_px, 1_qty)); // in the slot of a
  told.updates.clear();
  sim().cancel_all(0, now);
  ASSERT_EQ(told.updates.size(), 2U);
  EXPECT_EQ(told.updates[0].what.order, b);
  EXPECT_EQ(told.updates[1].what.order, c);
  EXPECT_EQ(sim().open_orders(), 1U);
  EXPECT_FALSE(told.is_finished(other));
}

TEST_F(requests, a_gtd_order_expires_at_its_time_and_not_before) {
  auto x = limit(side::buy, 10_px, 1_qty, time_in_force::gtd);
  x.expire_ns = now + 500;
  const auto id = place(x);
  EXPECT_EQ(sim().next_deadline_ns(), now + 500);
  sim().advance(now + 499);
  EXPECT_EQ(state(id), order_state::open);
  sim().advance(now + 500);
  EXPECT_EQ(state(id), order_state::expired);
  EXPECT_EQ(last(id).venue_ns, now + 500);
}

TEST_F(requests, market_data_at_the_deadline_comes_before_it) {
  auto x = limit(side::buy, 10_px, 1_qty, time_in_force::gtd);
  x.expire_ns = now + 500;
  const auto id = place(x);
  now += 500;
  print(9_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(requests, market_data_after_the_deadline_finds_the_order_gone) {
  auto x = limit(side::buy, 10_px, 1_qty, time_in_force::gtd);
  x.expire_ns = now + 500;
  const auto id = place(x);
  now += 501;
  print(9_px, 1_qty, side::sell);
  EXPECT_EQ(state(id), order_state::expired);
}

TEST_F(requests, a_cancelled_gtd_order_leaves_only_the_deadline_of_the_instrument) {
  const auto expiry = rules.of(main).info.expiry_ns;
  auto x = limit(side::buy, 10_px, 1_qty, time_in_force::gtd);
  x.expire_ns = now + 500;
  cancel(place(x));
  EXPECT_EQ(sim().next_deadline_ns(), expiry);
}

TEST_F(requests, an_amend_that_breaks_a_rule_is_refused_and_the_order_stays) {
  const auto id = place(limit(side::buy, 10_px, 1_qty));
  amend(id, 10.001_px, 1_qty);
  EXPECT_EQ(state(id), order_state::open);
  EXPECT_EQ(last(id).reason, "amend refused: price 10.001 is not on the tick 0.01");
  EXPECT_EQ(*sim().best_bid(main), 10_px);
}

TEST_F(requests, an_amended_post_only_order_that_would_cross_is_cancelled) {
  book({}, {{10_px, 5_qty}});
  auto x = limit(side::buy, 9_px, 1_qty);
  x.post_only = true;
  const auto id = place(x);
  amend(id, 10_px, 1_qty);
  EXPECT_EQ(state(id), order_state::cancelled);
}

} // namespace
