#include "venue_fixture.hpp"

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

struct makers : venue_fixture {
  void use(queue_model model) {
    config.queue_for = [model](const instrument&) { return model; };
  }
};

struct golden_queue {
  const char* id;
  queue_model model;
  double after_cancel, after_trade;
  const char* fill;
};

struct q1_to_q5 : makers, testing::WithParamInterface<golden_queue> {};

TEST_P(q1_to_q5, gives_the_golden_row) {
  const auto& row = GetParam();
  use(row.model);
  book({{10.00_px, 10_qty}}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  EXPECT_DOUBLE_EQ(ahead(id), 10);
  print(10.00_px, 4_qty, side::sell);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  bid_level(10.00_px, 6_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  bid_level(10.00_px, 10_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  bid_level(10.00_px, 7_qty);
  EXPECT_NEAR(ahead(id), row.after_cancel, 5e-7);
  print(10.00_px, 2_qty, side::sell);
  EXPECT_NEAR(ahead(id), row.after_trade, 5e-7);
  bid_level(10.00_px, 5_qty);
  EXPECT_NEAR(ahead(id), row.after_trade, 5e-7);
  print(10.00_px, 6_qty, side::sell);
  EXPECT_EQ(fills(id), row.fill);
  EXPECT_DOUBLE_EQ(ahead(id), 0);
  EXPECT_EQ(last_fill(id).reason, fill_reason::queue);
}

INSTANTIATE_TEST_SUITE_P(spec, q1_to_q5,
                         testing::Values(golden_queue{"q1", {queue_rule::pessimistic}, 6, 4, "2@10"},
                                         golden_queue{"q2", {queue_rule::power, 2}, 3.923077, 1.923077, "4@10"},
                                         golden_queue{"q3", {queue_rule::power, 3}, 3.685714, 1.685714, "4@10"},
                                         golden_queue{"q4", {queue_rule::log}, 4.358042, 2.358042, "4@10"},
                                         golden_queue{"q5", {queue_rule::proportional}, 4.2, 2.2, "4@10"}),
                         [](const auto& row) { return std::string{row.param.id}; });

struct q6 : makers, testing::WithParamInterface<queue_rule> {};

TEST_P(q6, a_trade_is_not_counted_twice) {
  use({GetParam()});
  book({{10.00_px, 10_qty}}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  print(10.00_px, 4_qty, side::sell);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  bid_level(10.00_px, 6_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  bid_level(10.00_px, 3_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 3);
  print(10.00_px, 4_qty, side::sell);
  EXPECT_EQ(fills(id), "1@10");
}

INSTANTIATE_TEST_SUITE_P(every_model, q6,
                         testing::Values(queue_rule::pessimistic, queue_rule::power, queue_rule::log,
                                         queue_rule::power2, queue_rule::log2, queue_rule::power3,
                                         queue_rule::proportional),
                         [](const auto& row) { return std::string{to_text(row.param)}; });

TEST_F(makers, q7_own_orders_of_a_level_share_a_trade) {
  book({{10.00_px, 10_qty}}, {});
  const auto first = place(limit(side::buy, 10.00_px, 5_qty)), second = place(limit(side::buy, 10.00_px, 5_qty));
  print(10.00_px, 12_qty, side::sell);
  EXPECT_EQ(fills(first), "2@10");
  EXPECT_EQ(fills(second), "");
  print(10.00_px, 5_qty, side::sell);
  EXPECT_EQ(fills(first), "2@10 3@10");
  EXPECT_EQ(fills(second), "2@10");
}

TEST_F(makers, q8_the_opposite_touch_passes_the_price) {
  book({{9.98_px, 5_qty}}, {{10.01_px, 5_qty}});
  const auto id = place(limit(side::buy, 9.99_px, 8_qty));
  book({{9.97_px, 5_qty}}, {{9.98_px, 50_qty}});
  EXPECT_EQ(fills(id), "8@9.99");
  EXPECT_EQ(last_fill(id).liquidity, liquidity::maker);
  EXPECT_EQ(last_fill(id).reason, fill_reason::cross);
}

TEST_F(makers, q9_a_trade_prints_through_the_price) {
  send(main, touch(100.00_px, 10_qty, 100.10_px, 10_qty));
  const auto id = place(limit(side::buy, 100.05_px, 50_qty));
  print(100.02_px, 30_qty, side::sell);
  EXPECT_EQ(fills(id), "30@100.05");
  EXPECT_EQ(last_fill(id).reason, fill_reason::trade);
}

TEST_F(makers, a_cross_fills_no_more_than_is_displayed_and_only_once) {
  const auto id = place(limit(side::buy, 9.99_px, 80_qty));
  send(main, touch({}, {}, 9.98_px, 50_qty));
  EXPECT_EQ(fills(id), "50@9.99");
  send(main, touch({}, {}, 9.98_px, 50_qty));
  EXPECT_EQ(fills(id), "50@9.99");
  send(main, touch({}, {}, 9.98_px, 20_qty));
  EXPECT_EQ(fills(id), "50@9.99 20@9.99");
}

TEST_F(makers, own_orders_share_what_crosses_by_price_then_time) {
  const auto late = place(limit(side::sell, 10.01_px, 5_qty)), first = place(limit(side::sell, 10.00_px, 5_qty)),
             second = place(limit(side::sell, 10.00_px, 5_qty));
  send(main, touch(10.02_px, 8_qty, {}, {}));
  EXPECT_EQ(fills(first), "5@10");
  EXPECT_EQ(fills(second), "3@10");
  EXPECT_EQ(fills(late), "");
}

TEST_F(makers, orders_at_several_prices_share_one_trade) {
  book({{10.00_px, 2_qty}}, {});
  const auto better = place(limit(side::buy, 10.01_px, 3_qty)), level = place(limit(side::buy, 10.00_px, 5_qty));
  print(10.00_px, 6_qty, side::sell);
  EXPECT_EQ(fills(better), "3@10.01");
  EXPECT_EQ(fills(level), "1@10");
}

TEST_F(makers, only_the_side_opposite_to_the_aggressor_fills) {
  const auto bid = place(limit(side::buy, 10.00_px, 5_qty));
  book({}, {});
  print(9.99_px, 5_qty, side::buy);
  EXPECT_EQ(fills(bid), "");
}

TEST_F(makers, an_unknown_aggressor_is_told_by_the_touch) {
  book({{10.00_px, 2_qty}}, {{10.10_px, 5_qty}});
  const auto bid = place(limit(side::buy, 10.05_px, 5_qty));
  print(10.04_px, 5_qty, {});
  EXPECT_EQ(fills(bid), "");
  print(10.00_px, 5_qty, {});
  EXPECT_EQ(fills(bid), "5@10.05");
}

TEST_F(makers, behind_the_touch_of_a_ticker_the_place_is_unknown_until_the_touch_arrives) {
  send(main, touch(10.00_px, 10_qty, {}, {}));
  const auto id = place(limit(side::buy, 9.99_px, 5_qty));
  EXPECT_FALSE(sim().queue_ahead(id).has_value());
  print(9.99_px, 100_qty, side::sell);
  EXPECT_EQ(fills(id), "");
  send(main, touch(9.99_px, 7_qty, {}, {}));
  EXPECT_DOUBLE_EQ(ahead(id), 7);
  print(9.99_px, 9_qty, side::sell);
  EXPECT_EQ(fills(id), "2@9.99");
}

TEST_F(makers, alone_before_the_touch_nothing_is_ahead) {
  send(main, touch(10.00_px, 10_qty, {}, {}));
  EXPECT_DOUBLE_EQ(ahead(place(limit(side::buy, 10.01_px, 5_qty))), 0);
}

TEST_F(makers, a_change_of_another_level_does_not_end_the_count_of_trades) {
  book({{10.00_px, 10_qty}}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  print(10.00_px, 4_qty, side::sell);
  bid_level(9.99_px, 3_qty);
  bid_level(10.00_px, 6_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
}

TEST_F(makers, a_smaller_amend_at_the_price_keeps_the_place) {
  book({{10.00_px, 10_qty}}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  print(10.00_px, 4_qty, side::sell);
  amend(id, 10.00_px, 5_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 6);
  EXPECT_EQ(last(id).remaining, 5_qty);
}

TEST_F(makers, a_larger_amend_goes_to_the_end_of_the_queue) {
  book({{10.00_px, 10_qty}}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  print(10.00_px, 4_qty, side::sell);
  amend(id, 10.00_px, 9_qty);
  EXPECT_DOUBLE_EQ(ahead(id), 10);
}

TEST_F(makers, an_amend_to_a_crossing_price_takes) {
  book({{10.00_px, 10_qty}}, {{10.05_px, 3_qty}});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  amend(id, 10.05_px, 8_qty);
  EXPECT_EQ(fills(id), "3@10.05");
  EXPECT_EQ(last_fill(id).liquidity, liquidity::taker);
  EXPECT_EQ(*sim().best_bid(main), 10.05_px);
}

TEST_F(makers, an_amend_counts_what_is_filled) {
  book({}, {});
  const auto id = place(limit(side::buy, 10.00_px, 8_qty));
  print(10.00_px, 3_qty, side::sell);
  amend(id, 9.99_px, 5_qty);
  EXPECT_EQ(last(id).remaining, 2_qty);
  amend(id, 9.99_px, 3_qty);
  EXPECT_EQ(state(id), order_state::cancelled);
}

} // namespace
