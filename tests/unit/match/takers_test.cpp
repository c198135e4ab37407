#include "venue_fixture.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

struct takers : venue_fixture {
  double average(order_id id) const {
    money cost;
    quantity size;
    for (const auto& x : told.updates)
      if (x.what.order == id && x.what.execution) {
        cost += notional(x.what.execution->at, x.what.execution->size);
        size += x.what.execution->size;
      }
    return to_double(cost) / to_double(size);
  }
};

TEST_F(takers, k1_ticker_only_fills_the_rest_one_tick_worse) {
  send(main, touch({}, {}, 10.00_px, 30_qty));
  const auto id = place(market(side::buy, 100_qty));
  EXPECT_EQ(fills(id), "30@10 70@10.01");
  EXPECT_DOUBLE_EQ(average(id), 10.007);
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(takers, k2_a_market_order_walks_the_book) {
  book({}, {{10.00_px, 30_qty}, {10.01_px, 50_qty}, {10.03_px, 100_qty}});
  const auto id = place(market(side::buy, 100_qty));
  EXPECT_EQ(fills(id), "30@10 50@10.01 20@10.03");
  EXPECT_DOUBLE_EQ(average(id), 10.011);
}

TEST_F(takers, k3_own_fills_use_up_the_level_until_its_size_changes) {
  book({}, {{100.00_px, 100_qty}});
  EXPECT_EQ(fills(place(market(side::buy, 30_qty))), "30@100");
  EXPECT_EQ(fills(place(market(side::buy, 80_qty))), "70@100");
  ask_level(100.00_px, 120_qty);
  EXPECT_EQ(fills(place(market(side::buy, 60_qty))), "60@100");
}

TEST_F(takers, k3_holds_on_ticker_only_data) {
  send(main, touch({}, {}, 100.00_px, 100_qty));
  EXPECT_EQ(fills(place(market(side::buy, 30_qty))), "30@100");
  EXPECT_EQ(fills(place(market(side::buy, 80_qty))), "70@100 10@100.01");
  send(main, touch({}, {}, 100.00_px, 120_qty));
  EXPECT_EQ(fills(place(market(side::buy, 60_qty))), "60@100");
}

struct k4 : takers {
  void SetUp() override { book({{9.99_px, 5_qty}}, {{10.00_px, 3_qty}, {10.01_px, 4_qty}}); }
};

TEST_F(k4, fok_is_cancelled_whole) {
  const auto id = place(limit(side::buy, 10.01_px, 8_qty, time_in_force::fok));
  EXPECT_EQ(fills(id), "");
  EXPECT_EQ(state(id), order_state::cancelled);
}

TEST_F(k4, ioc_fills_what_is_there_and_cancels_the_rest) {
  const auto id = place(limit(side::buy, 10.01_px, 8_qty, time_in_force::ioc));
  EXPECT_EQ(fills(id), "3@10 4@10.01");
  EXPECT_EQ(state(id), order_state::cancelled);
}

TEST_F(k4, gtc_fills_what_is_there_and_rests_as_best_bid) {
  const auto id = place(limit(side::buy, 10.01_px, 8_qty));
  EXPECT_EQ(fills(id), "3@10 4@10.01");
  EXPECT_EQ(state(id), order_state::partially_filled);
  EXPECT_EQ(last(id).remaining, 1_qty);
  EXPECT_EQ(*sim().best_bid(main), 10.01_px);
}

TEST_F(k4, what_was_used_up_does_not_fill_the_rest_as_maker) {
  const auto id = place(limit(side::buy, 10.01_px, 8_qty));
  bid_level(9.98_px, 1_qty);
  EXPECT_EQ(fills(id), "3@10 4@10.01");
}

TEST_F(k4, fok_of_what_is_there_fills_whole) {
  const auto id = place(limit(side::buy, 10.01_px, 7_qty, time_in_force::fok));
  EXPECT_EQ(state(id), order_state::filled);
}

TEST_F(k4, without_consumption_the_book_fills_again) {
  made.reset();
  config.consume = false;
  book({}, {{10.00_px, 3_qty}});
  EXPECT_EQ(fills(place(market(side::buy, 3_qty))), "3@10");
  EXPECT_EQ(fills(place(market(side::buy, 3_qty))), "3@10");
  told.updates.clear();
}

TEST_F(takers, a_seller_walks_the_bids) {
  book({{9.99_px, 5_qty}, {9.98_px, 5_qty}}, {});
  EXPECT_EQ(fills(place(market(side::sell, 7_qty))), "5@9.99 2@9.98");
}

TEST_F(takers, a_market_order_beyond_the_depth_is_cancelled_with_its_rest) {
  book({}, {{10.00_px, 3_qty}});
  const auto id = place(market(side::buy, 5_qty));
  EXPECT_EQ(state(id), order_state::cancelled);
  EXPECT_EQ(last(id).filled, 3_qty);
}

TEST_F(takers, a_market_order_without_a_quote_names_the_empty_side) {
  send(main, touch(9.99_px, 5_qty, {}, {}));
  const auto id = place(market(side::buy, 5_qty));
  EXPECT_EQ(state(id), order_state::cancelled);
  EXPECT_EQ(last(id).reason, "no ask displayed");
}

TEST_F(takers, a_limit_order_without_a_quote_rests) {
  const auto id = place(limit(side::buy, 10.00_px, 5_qty));
  EXPECT_EQ(state(id), order_state::open);
  EXPECT_FALSE(sim().queue_ahead(id).has_value());
}

TEST_F(takers, a_ticker_without_sizes_shows_the_assumed_size_and_warns) {
  config.assumed_touch_lots = 10;
  send(main, touch({}, {}, 10.00_px, {}));
  EXPECT_EQ(fills(place(market(side::buy, 12_qty))), "10@10 2@10.01");
  EXPECT_TRUE(warned(warning::unknown_touch_size));
}

TEST_F(takers, a_limit_at_the_touch_does_not_reach_one_tick_worse) {
  send(main, touch({}, {}, 10.00_px, 30_qty));
  const auto id = place(limit(side::buy, 10.00_px, 100_qty, time_in_force::ioc));
  EXPECT_EQ(fills(id), "30@10");
}

TEST_F(takers, falls_back_to_the_ticker_while_the_book_is_resyncing) {
  book({}, {{10.00_px, 3_qty}});
  send(main, touch({}, {}, 10.05_px, 9_qty));
  send(main, book_change{5, 4, {}, {}});
  EXPECT_TRUE(warned(warning::book_gap));
  EXPECT_EQ(fills(place(market(side::buy, 2_qty))), "2@10.05");
  EXPECT_TRUE(warned(warning::stale_quote));
}

TEST_F(takers, with_a_broken_book_and_no_ticker_the_reason_says_so) {
  book({}, {{10.00_px, 3_qty}});
  send(main, book_change{5, 4, {}, {}});
  EXPECT_EQ(last(place(market(side::buy, 2_qty))).reason, "no ask displayed: the book is not live");
}

TEST_F(takers, a_ticker_does_not_change_what_a_live_book_displays) {
  book({}, {{10.00_px, 3_qty}});
  send(main, touch({}, {}, 9.00_px, 9_qty));
  EXPECT_EQ(fills(place(market(side::buy, 2_qty))), "2@10");
}

TEST_F(takers, post_only_that_would_cross_is_rejected) {
  book({}, {{10.00_px, 3_qty}});
  auto x = limit(side::buy, 10.00_px, 1_qty);
  x.post_only = true;
  const auto id = place(x);
  EXPECT_EQ(state(id), order_state::rejected);
  EXPECT_EQ(last(id).reason, "post-only order would cross at 10");
}

TEST_F(takers, post_only_moves_one_tick_away_where_the_venue_does_so) {
  config.post_only_reprices = true;
  book({}, {{10.00_px, 3_qty}});
  auto x = limit(side::buy, 10.02_px, 1_qty);
  x.post_only = true;
  EXPECT_EQ(state(place(x)), order_state::open);
  EXPECT_EQ(*sim().best_bid(main), 9.99_px);
}

TEST_F(takers, a_crossed_book_warns_once) {
  book({{10.01_px, 1_qty}}, {{10.00_px, 1_qty}});
  book({{10.01_px, 1_qty}}, {{10.00_px, 1_qty}});
  EXPECT_TRUE(warned(warning::crossed_book));
}

// T1 to T3 at the exchange: what happens at the instants at which the orders arrive; the two clocks are the kernel's.
TEST_F(takers, t1_an_order_acts_on_the_quote_of_its_arrival) {
  now = 1060, send(main, touch({}, {}, 0.50_px, 10_qty));
  now = 1070;
  const auto id = place(market(side::buy, 1_qty));
  now = 1080, send(main, touch({}, {}, 0.55_px, 10_qty));
  EXPECT_EQ(fills(id), "1@0.5");
  EXPECT_EQ(last(id).venue_ns, 1070);
}

struct t2_t3 : takers {
  order_id arrives_at(std::int64_t at) {
    now = 1000, send(main, touch({}, {}, 0.50_px, 10_qty));
    if (at >= 1010) now = 1010, send(main, touch({}, {}, 0.55_px, 10_qty));
    now = at;
    return place(limit(side::buy, 0.50_px, 1_qty, time_in_force::ioc));
  }
};
TEST_F(t2_t3, t2_arrives_before_the_quote_moves_and_fills) { EXPECT_EQ(fills(arrives_at(1008)), "1@0.5"); }
TEST_F(t2_t3, t3_arrives_after_it_and_ends_unfilled) { EXPECT_EQ(state(arrives_at(1011)), order_state::cancelled); }

} // namespace
