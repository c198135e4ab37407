#include "book/order_book.hpp"

#include <gtest/gtest.h>

using namespace strike;
using namespace strike::literals;

namespace {

book_snapshot three_levels() {
  return {.sequence = 10,
          .bids = {{9.99_px, 5_qty}, {9.97_px, 7_qty}, {9.98_px, 6_qty}},
          .asks = {{10.03_px, 100_qty}, {10.00_px, 30_qty}, {10.01_px, 50_qty}}};
}

struct order_book_test : testing::Test {
  order_book_test() { book.apply(three_levels()); }
  order_book book;
};

TEST_F(order_book_test, sorts_a_snapshot_best_last) {
  ASSERT_EQ(book.bids().size(), 3U);
  EXPECT_EQ(book.bids().front().at, 9.97_px);
  EXPECT_EQ(book.best_bid()->at, 9.99_px);
  EXPECT_EQ(book.asks().front().at, 10.03_px);
  EXPECT_EQ(book.best_ask()->at, 10.00_px);
}

TEST_F(order_book_test, keeps_the_last_of_two_sizes_for_one_price) {
  book.apply(book_snapshot{.sequence = 1, .bids = {{1_px, 5_qty}, {2_px, 3_qty}, {1_px, 9_qty}}, .asks = {}});
  EXPECT_EQ(book.bid_size_at(1_px), 9_qty);
  EXPECT_EQ(book.bids().size(), 2U);
}

TEST_F(order_book_test, drops_empty_levels_of_a_snapshot) {
  book.apply(book_snapshot{.sequence = 1, .bids = {{1_px, 0_qty}}, .asks = {}});
  EXPECT_EQ(book.best_bid(), nullptr);
}

TEST_F(order_book_test, sets_inserts_and_removes_levels) {
  EXPECT_EQ(
      book.apply(book_change{
          .sequence = 11, .previous = 10, .bids = {{9.99_px, 1_qty}, {9.995_px, 2_qty}, {9.98_px, 0_qty}}, .asks = {}}),
      book_result::applied);
  EXPECT_EQ(book.best_bid()->at, 9.995_px);
  EXPECT_EQ(book.bid_size_at(9.99_px), 1_qty);
  EXPECT_EQ(book.bid_size_at(9.98_px), 0_qty);
  EXPECT_EQ(book.bids().size(), 3U);
}

TEST_F(order_book_test, ignores_the_removal_of_a_level_that_is_not_there) {
  EXPECT_EQ(book.apply(book_change{.sequence = 11, .bids = {{5_px, 0_qty}}, .asks = {}}), book_result::applied);
  EXPECT_EQ(book.bids().size(), 3U);
}

TEST_F(order_book_test, is_resyncing_after_a_gap_until_a_snapshot) {
  EXPECT_EQ(book.apply(book_change{.sequence = 13, .previous = 12}), book_result::gap);
  EXPECT_EQ(book.state(), trust::resyncing);
  EXPECT_EQ(book.apply(book_change{.sequence = 14, .previous = 13}), book_result::no_book);
  book.apply(three_levels());
  EXPECT_EQ(book.state(), trust::live);
}

TEST_F(order_book_test, drops_a_duplicate_and_stays_live) {
  EXPECT_EQ(book.apply(book_change{.sequence = 10, .previous = 9, .bids = {{9.99_px, 1_qty}}, .asks = {}}),
            book_result::duplicate);
  EXPECT_EQ(book.bid_size_at(9.99_px), 5_qty);
  EXPECT_EQ(book.state(), trust::live);
}

TEST_F(order_book_test, applies_unchained_changes_without_ids) {
  EXPECT_EQ(book.apply(book_change{.bids = {{9.99_px, 1_qty}}, .asks = {}}), book_result::applied);
  EXPECT_EQ(book.apply(book_change{.bids = {{9.99_px, 2_qty}}, .asks = {}}), book_result::applied);
  EXPECT_EQ(book.sequence(), 10U);
}

TEST_F(order_book_test, follows_the_chain_over_jumps_of_the_id) {
  EXPECT_EQ(book.apply(book_change{.sequence = 20, .previous = 10}), book_result::applied);
  EXPECT_EQ(book.apply(book_change{.sequence = 25, .previous = 20}), book_result::applied);
  EXPECT_EQ(book.sequence(), 25U);
}

TEST(order_book_state, knows_no_book_before_a_snapshot) {
  order_book book;
  EXPECT_EQ(book.epoch(), 0U);
  EXPECT_EQ(book.state(), trust::stale);
  EXPECT_EQ(book.apply(book_change{.sequence = 1}), book_result::no_book);
}

TEST_F(order_book_test, drops_changes_while_distrusted) {
  book.distrust(trust::stale);
  EXPECT_EQ(book.state(), trust::stale);
  EXPECT_EQ(book.apply(book_change{.sequence = 11, .previous = 10}), book_result::no_book);
}

TEST_F(order_book_test, counts_snapshots_as_epochs) {
  EXPECT_EQ(book.epoch(), 1U);
  book.apply(three_levels());
  EXPECT_EQ(book.epoch(), 2U);
}

TEST_F(order_book_test, is_crossed_when_bid_reaches_ask) {
  EXPECT_FALSE(book.is_crossed());
  book.apply(book_change{.sequence = 11, .bids = {{10.00_px, 1_qty}}, .asks = {}});
  EXPECT_TRUE(book.is_crossed());
}

TEST_F(order_book_test, an_empty_side_is_not_crossed) {
  book.apply(book_snapshot{.sequence = 11, .bids = {{10_px, 1_qty}}, .asks = {}});
  EXPECT_FALSE(book.is_crossed());
}

TEST_F(order_book_test, walks_asks_for_a_buyer) {
  const auto got = book.walk(side::buy, 100_qty);
  EXPECT_EQ(got.filled, 100_qty);
  EXPECT_EQ(to_string(got.cost), "1001.1"); // 30 x 10.00 + 50 x 10.01 + 20 x 10.03
  EXPECT_EQ(*got.worst, 10.03_px);
}

TEST_F(order_book_test, walks_bids_for_a_seller_down_to_the_limit) {
  const auto got = book.walk(side::sell, 100_qty, 9.98_px);
  EXPECT_EQ(got.filled, 11_qty);
  EXPECT_EQ(*got.worst, 9.98_px);
}

TEST_F(order_book_test, a_walk_beyond_the_depth_ends_with_it) {
  EXPECT_EQ(book.walk(side::buy, 1000_qty).filled, 180_qty);
}

TEST_F(order_book_test, a_walk_that_meets_nothing_has_no_worst_price) {
  const auto got = book.walk(side::buy, 1_qty, 9_px);
  EXPECT_EQ(got.filled, 0_qty);
  EXPECT_FALSE(got.worst.has_value());
}

TEST_F(order_book_test, accepts_prices_at_and_below_zero) {
  book.apply(book_snapshot{.sequence = 1, .bids = {{-(2_px), 1_qty}, {-(1_px), 1_qty}}, .asks = {{0_px, 1_qty}}});
  EXPECT_EQ(book.best_bid()->at, -(1_px));
  EXPECT_FALSE(book.is_crossed());
}

} // namespace
