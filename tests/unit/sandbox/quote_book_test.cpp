#include "sandbox/quote_book.hpp"

#include "book/order_book.hpp"

#include <gtest/gtest.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::sandbox;

namespace {

struct quote_book_test : testing::Test {
  const tick_table ticks{.base = 0.0001_px, .steps = {{0.005_px, 0.0005_px}}};
  quote_book book{{.lowest = 0.0001_px, .lot = 0.1_qty, .typical = 5_qty, .depth = 6}};
  random_source chance{7};

  book_change follow(optional_price bid, optional_price ask) {
    book_change change;
    book.follow({bid, ask}, ticks, chance, change);
    return change;
  }
};

} // namespace

TEST_F(quote_book_test, moves_its_touch_to_the_target) {
  follow(0.02_px, 0.021_px);
  follow(0.0225_px, 0.023_px);
  EXPECT_EQ(book.bids().back().at, 0.0225_px);
  EXPECT_EQ(book.asks().back().at, 0.023_px);
}

TEST_F(quote_book_test, fills_up_to_its_depth_and_not_beyond) {
  for (int n = 0; n < 200; ++n) follow(0.02_px, 0.021_px);
  EXPECT_EQ(book.bids().size(), 6U);
  EXPECT_EQ(book.asks().size(), 6U);
}

TEST_F(quote_book_test, empties_a_side_without_target) {
  follow(0.0001_px, 0.0002_px);
  follow({}, 0.0001_px);
  EXPECT_TRUE(book.bids().empty());
  EXPECT_EQ(book.asks().back().at, 0.0001_px);
}

TEST_F(quote_book_test, trades_at_the_touch_and_takes_that_size_from_it) {
  follow(0.02_px, 0.021_px);
  const auto before = book.asks().back();
  book_change change;
  const auto hit = book.take(side::buy, chance, change);
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->at, before.at);
  ASSERT_EQ(change.asks.size(), 1U);
  EXPECT_EQ(change.asks[0], (book_level{before.at, before.size - hit->size}));
}

TEST_F(quote_book_test, names_each_level_once_in_a_change) {
  for (int n = 0; n < 5'000; ++n) {
    const price bid{static_cast<std::int64_t>(1 + chance.below(80)) * 500'000};
    const auto change = follow(ticks.round_down(bid), ticks.next_above(ticks.round_down(bid)));
    for (const auto* levels : {&change.bids, &change.asks})
      for (auto a = levels->begin(); a != levels->end(); ++a)
        for (auto b = std::next(a); b != levels->end(); ++b) ASSERT_NE(a->at, b->at);
  }
}

TEST_F(quote_book_test, is_what_its_changes_make) {
  order_book copy;
  copy.apply(book_snapshot{});
  for (int n = 0; n < 5'000; ++n) {
    book_change change;
    const price bid{static_cast<std::int64_t>(1 + chance.below(80)) * 500'000};
    if (n % 5 != 0 || !book.take(chance.chance(0.5) ? side::buy : side::sell, chance, change)) {
      const auto down = ticks.round_down(bid);
      book.follow({down, ticks.next_above(down)}, ticks, chance, change);
    }
    change.sequence = static_cast<std::uint64_t>(n) + 1;
    change.previous = static_cast<std::uint64_t>(n);
    ASSERT_EQ(copy.apply(change), book_result::applied);
    ASSERT_TRUE(std::ranges::equal(copy.bids(), book.bids()));
    ASSERT_TRUE(std::ranges::equal(copy.asks(), book.asks()));
  }
}
