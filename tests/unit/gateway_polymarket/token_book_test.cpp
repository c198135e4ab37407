#include "gateway-polymarket/token_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <tuple>

namespace strike::gateway_polymarket {
namespace {

using namespace literals;

struct token_book_test : testing::Test {
  void say(side on, price at, quantity size, std::int64_t ns) {
    book.add(on, {at, size}, ns);
    book.commit();
  }
  token_book book;
};

TEST_F(token_book_test, is_not_live_before_a_whole_book) {
  EXPECT_FALSE(book.add(side::buy, {0.4_px, 1_qty}, 5));
  EXPECT_FALSE(book.commit());
  EXPECT_FALSE(book.is_live());
  book.replace({{0.3_px, 2_qty}}, {}, 6);
  EXPECT_TRUE(book.is_live());
  EXPECT_EQ(book.snapshot(), (book_snapshot{.sequence = 1, .bids = {{0.3_px, 2_qty}}}));
}

TEST_F(token_book_test, drops_what_is_older_than_the_whole_book_and_not_what_is_as_old) {
  book.replace({}, {}, 10);
  EXPECT_FALSE(book.add(side::buy, {0.4_px, 1_qty}, 9));
  EXPECT_TRUE(book.add(side::buy, {0.5_px, 1_qty}, 10));
  EXPECT_EQ(book.commit(), (book_change{.sequence = 2, .previous = 1, .bids = {{0.5_px, 1_qty}}}));
}

TEST_F(token_book_test, parts_of_a_message_take_effect_together) {
  book.replace({}, {}, 10);
  book.add(side::buy, {0.4_px, 1_qty}, 11);
  book.add(side::sell, {0.6_px, 2_qty}, 11);
  EXPECT_EQ(book.levels().best_bid(), nullptr);
  EXPECT_EQ(book.commit(),
            (book_change{.sequence = 2, .previous = 1, .bids = {{0.4_px, 1_qty}}, .asks = {{0.6_px, 2_qty}}}));
  EXPECT_EQ(book.levels().best_bid()->at, 0.4_px);
}

TEST_F(token_book_test, a_book_by_another_way_gets_what_the_stream_said_since) {
  book.replace({}, {}, 10);
  book.distrust(0);
  say(side::buy, 0.4_px, 1_qty, 12);
  say(side::buy, 0.5_px, 1_qty, 14);
  EXPECT_TRUE(book.restore({{0.4_px, 7_qty}}, {}, 13));
  EXPECT_EQ(book.snapshot(), (book_snapshot{.sequence = 2, .bids = {{0.4_px, 7_qty}, {0.5_px, 1_qty}}}));
}

TEST_F(token_book_test, a_book_by_another_way_that_is_behind_the_stream_will_not_do) {
  book.replace({}, {}, 10);
  say(side::buy, 0.4_px, 1_qty, 12); // applied, and not kept
  book.distrust(0);
  EXPECT_FALSE(book.restore({}, {}, 11));
  EXPECT_FALSE(book.is_live());
  EXPECT_TRUE(book.restore({}, {}, 12));
}

TEST_F(token_book_test, a_whole_book_of_the_stream_holds_all_that_came_before) {
  book.replace({}, {}, 10);
  book.distrust(20);
  say(side::buy, 0.4_px, 1_qty, 30);
  EXPECT_FALSE(book.restore({}, {}, 19));
  book.replace({}, {}, 15);
  EXPECT_TRUE(book.is_live());
  EXPECT_EQ(book.levels().best_bid(), nullptr);
}

TEST_F(token_book_test, what_it_keeps_is_bounded_and_what_it_forgot_must_be_in_the_book) {
  for (int i = 0; i < 10'001; ++i) say(side::buy, 0.4_px, 1_qty, 100 + i);
  EXPECT_FALSE(book.restore({}, {}, 99));
  EXPECT_TRUE(book.restore({}, {}, 100));
}

/// A book that keeps everything it ever heard and computes the state anew each time.
struct slow_book {
  using message = std::tuple<std::int64_t, side, book_level>;
  std::map<std::pair<side, price>, quantity> levels() const {
    std::map<std::pair<side, price>, quantity> made;
    for (const auto& [ns, on, level] : said) {
      if (level.size == quantity{})
        made.erase({on, level.at});
      else
        made[{on, level.at}] = level.size;
    }
    return made;
  }
  std::vector<message> said;
};

TEST_F(token_book_test, is_what_a_slow_book_is_whatever_comes) {
  std::mt19937 random{11};
  std::vector<slow_book::message> venue; // the truth: all changes so far
  const auto truth_at = [&](std::int64_t ns) {
    slow_book made;
    for (const auto& x : venue)
      if (std::get<0>(x) <= ns) made.said.push_back(x);
    return made.levels();
  };
  const auto whole_at = [&](std::int64_t ns) {
    book_levels bids, asks;
    for (const auto& [key, size] : truth_at(ns)) (key.first == side::buy ? bids : asks).push_back({key.second, size});
    return std::pair{bids, asks};
  };
  std::uint64_t sequence = 0;
  int restored = 0;
  for (std::int64_t ns = 1; ns < 1'000; ++ns) {
    for (auto parts = 1 + random() % 3; parts > 0; --parts) {
      const auto on = random() % 2 == 0 ? side::buy : side::sell;
      const price at{static_cast<std::int64_t>(1 + random() % 9) * 50'000'000 + (on == side::sell ? 500'000'000 : 0)};
      const book_level level{at, {static_cast<std::int64_t>(random() % 3) * 1'000'000'000}};
      venue.emplace_back(ns, on, level);
      book.add(on, level, ns);
    }
    if (const auto change = book.commit()) {
      EXPECT_EQ(change->previous, sequence);
      sequence = change->sequence;
    }
    const auto dice = random() % 40;
    if (dice == 0) book.distrust(0);
    if (dice == 1) {
      const auto [bids, asks] = whole_at(ns);
      book.replace(bids, asks, ns);
    }
    if (dice < 6) { // REST, up to 20 behind
      const auto back = std::max<std::int64_t>(0, ns - static_cast<std::int64_t>(random() % 20));
      const auto [bids, asks] = whole_at(back);
      if (book.restore(bids, asks, back)) ++restored;
    }
    sequence = book.levels().sequence();
    if (!book.is_live()) continue;
    std::map<std::pair<side, price>, quantity> held;
    for (const auto& x : book.levels().bids()) held[{side::buy, x.at}] = x.size;
    for (const auto& x : book.levels().asks()) held[{side::sell, x.at}] = x.size;
    ASSERT_EQ(held, truth_at(ns)) << ns;
  }
  EXPECT_GT(restored, 5);
}

} // namespace
} // namespace strike::gateway_polymarket
