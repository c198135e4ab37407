// Random snapshots and changes against a model of two maps that follows the written rules line by line.
#include "book/order_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace strike;

namespace {

struct model {
  std::map<price, quantity> bids, asks;
  std::uint64_t last = 0;
  bool is_live = false;

  static void set(std::map<price, quantity>& levels, const book_levels& from) {
    for (const auto& x : from) {
      if (x.size == quantity{})
        levels.erase(x.at);
      else
        levels[x.at] = x.size;
    }
  }
  void apply(const book_snapshot& x) {
    bids.clear(), asks.clear();
    set(bids, x.bids), set(asks, x.asks);
    last = x.sequence;
    is_live = true;
  }
  book_result apply(const book_change& x) {
    if (!is_live) return book_result::no_book;
    if (x.sequence != 0 && last != 0 && x.sequence <= last) return book_result::duplicate;
    if (x.previous != 0 && x.previous != last) return is_live = false, book_result::gap;
    set(bids, x.bids), set(asks, x.asks);
    if (x.sequence != 0) last = x.sequence;
    return book_result::applied;
  }
};

struct generator {
  std::mt19937_64 random;
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n)); }
  book_levels levels(std::int64_t most, std::int64_t base) {
    book_levels made;
    for (auto n = below(most + 1); n > 0; --n) made.push_back({{base + below(20)}, {below(5)}});
    return made;
  }
  book_snapshot snapshot() { return {static_cast<std::uint64_t>(below(100)), levels(15, -15), levels(15, 0)}; }
  book_change change(std::uint64_t last) {
    book_change made{last + static_cast<std::uint64_t>(below(3)), last, levels(3, -15), levels(3, 0)};
    switch (below(12)) {
    case 0:
      made.previous = 0;
      break;
    case 1:
      made.sequence = 0, made.previous = 0;
      break;
    case 2:
      ++made.previous;
      break;
    default:
      break;
    }
    return made;
  }
};

std::vector<book_level> expected(const std::map<price, quantity>& levels, bool ascending) {
  std::vector<book_level> out;
  for (const auto& [at, size] : levels) out.push_back({at, size});
  if (!ascending) std::ranges::reverse(out);
  return out;
}

void expect_same(const order_book& book, const model& slow) {
  ASSERT_TRUE(std::ranges::equal(book.bids(), expected(slow.bids, true)));
  ASSERT_TRUE(std::ranges::equal(book.asks(), expected(slow.asks, false)));
  ASSERT_EQ(book.state() == trust::live, slow.is_live);
  ASSERT_EQ(book.sequence(), slow.last);
  const bool crossed =
      !slow.bids.empty() && !slow.asks.empty() && slow.bids.rbegin()->first >= slow.asks.begin()->first;
  ASSERT_EQ(book.is_crossed(), crossed);
}

void expect_same_walk(const order_book& book, const model& slow, generator& random) {
  const price limit{random.below(40) - 20};
  const quantity size{random.below(30)};
  quantity filled;
  for (const auto& [at, shown] : slow.asks)
    if (at <= limit) filled += std::min(shown, size - filled);
  ASSERT_EQ(book.walk(side::buy, size, limit).filled, filled);
  filled = {};
  for (auto x = slow.bids.rbegin(); x != slow.bids.rend(); ++x)
    if (x->first >= limit) filled += std::min(x->second, size - filled);
  ASSERT_EQ(book.walk(side::sell, size, limit).filled, filled);
}

TEST(order_book_property, equals_two_maps_after_any_messages) {
  generator random{std::mt19937_64{7}};
  order_book book;
  model slow;
  for (int i = 0; i < 20'000; ++i) {
    if (random.below(40) == 0) {
      const auto x = random.snapshot();
      book.apply(x), slow.apply(x);
    } else {
      const auto x = random.change(slow.last);
      ASSERT_EQ(book.apply(x), slow.apply(x)) << "step " << i;
    }
    expect_same(book, slow);
    expect_same_walk(book, slow, random);
    if (HasFatalFailure()) FAIL() << "step " << i;
  }
}

} // namespace
