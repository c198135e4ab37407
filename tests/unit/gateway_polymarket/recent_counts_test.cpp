#include "gateway-polymarket/recent_counts.hpp"

#include <gtest/gtest.h>

namespace strike::gateway_polymarket {
namespace {

TEST(recent_counts, count_how_often_a_text_came_before) {
  recent_counts counts{10};
  EXPECT_EQ(counts.add("a"), 0U);
  EXPECT_EQ(counts.add("b"), 0U);
  EXPECT_EQ(counts.add("a"), 1U);
  EXPECT_EQ(counts.add("a"), 2U);
}

TEST(recent_counts, forget_the_oldest) {
  recent_counts counts{2};
  counts.add("a");
  counts.add("b");
  counts.add("c");
  EXPECT_EQ(counts.add("b"), 1U);
  EXPECT_EQ(counts.add("c"), 1U);
  EXPECT_EQ(counts.add("a"), 0U);
}

} // namespace
} // namespace strike::gateway_polymarket
