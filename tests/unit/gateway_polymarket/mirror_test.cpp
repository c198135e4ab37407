#include "gateway-polymarket/mirror.hpp"

#include <gtest/gtest.h>

namespace strike::gateway_polymarket {
namespace {

using namespace literals;

order_book book_of(book_levels bids, book_levels asks) {
  order_book made;
  made.apply(book_snapshot{.bids = std::move(bids), .asks = std::move(asks)});
  return made;
}

struct mirror_test : testing::Test {
  order_book yes = book_of({{0.39_px, 50_qty}, {0.4_px, 75.25_qty}}, {{0.44_px, 31_qty}});
  order_book no = book_of({{0.56_px, 31_qty}}, {{0.6_px, 75.25_qty}, {0.61_px, 50_qty}});
};

TEST_F(mirror_test, a_bid_at_p_is_an_ask_at_one_minus_p) {
  EXPECT_TRUE(are_mirrors(yes, no));
  EXPECT_TRUE(are_mirrors(no, yes));
  EXPECT_TRUE(are_mirrors(order_book{}, order_book{}));
}

TEST_F(mirror_test, another_size_or_another_level_is_told) {
  no.apply(book_change{.asks = {{0.61_px, 51_qty}}});
  EXPECT_FALSE(are_mirrors(yes, no));
  EXPECT_FALSE(is_mirrored(yes, no, side::buy, 0.39_px));
  EXPECT_TRUE(is_mirrored(yes, no, side::buy, 0.4_px));
  EXPECT_FALSE(is_mirrored(no, yes, side::sell, 0.61_px));
  EXPECT_TRUE(is_mirrored(no, yes, side::buy, 0.56_px));
}

TEST(mirror_audit, suspicion_begins_with_a_difference_and_ends_without) {
  mirror_audit audit;
  audit.check(false, 5);
  audit.check(false, 9);
  EXPECT_EQ(audit.due_ns(), 1'000'000'005);
  audit.check(true, 10);
  EXPECT_FALSE(audit.is_suspicious());
  EXPECT_EQ(audit.due_ns(), INT64_MAX);
}

TEST(mirror_audit, acts_once_until_the_books_have_been_mirrors_again) {
  mirror_audit audit;
  audit.check(false, 5);
  audit.spend();
  audit.check(false, 6);
  EXPECT_FALSE(audit.is_armed());
  EXPECT_FALSE(audit.is_suspicious());
  audit.check(true, 7);
  audit.check(false, 8);
  EXPECT_TRUE(audit.is_suspicious());
}

} // namespace
} // namespace strike::gateway_polymarket
