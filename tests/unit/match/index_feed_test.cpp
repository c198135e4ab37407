#include "index_feed.hpp"

#include <gtest/gtest.h>

using namespace strike::match;

namespace {

struct feeds : testing::Test {
  index_feed feed{100};
};

TEST_F(feeds, averages_a_step_function_over_the_window) {
  feed.expect(1000, 0);
  feed.observe(10, 850);
  feed.observe(20, 950);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 15);
}
TEST_F(feeds, two_expiries_have_their_own_windows) {
  feed.expect(1050, 0);
  feed.expect(1000, 0);
  feed.observe(10, 900);
  feed.observe(20, 1000);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 10);
  EXPECT_DOUBLE_EQ(*feed.over(1050).value, 15);
}
TEST_F(feeds, a_first_value_inside_the_window_counts_from_there) {
  feed.expect(1000, 0);
  feed.observe(10, 980);
  feed.observe(30, 990);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 20);
}
TEST_F(feeds, a_value_at_the_expiry_itself_is_better_than_none) {
  feed.expect(1000, 0);
  feed.observe(10, 1000);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 10);
  EXPECT_FALSE(feed.over(1000).is_old);
}
TEST_F(feeds, an_old_value_is_marked_as_old) {
  feed.expect(1000, 0);
  feed.observe(10, 899);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 10);
  EXPECT_TRUE(feed.over(1000).is_old);
}
TEST_F(feeds, without_a_value_there_is_none) {
  feed.expect(1000, 0);
  EXPECT_FALSE(feed.over(1000).value.has_value());
}
TEST_F(feeds, a_window_announced_after_it_began_counts_from_then) {
  feed.observe(10, 950);
  feed.expect(1000, 960);
  feed.observe(30, 980);
  EXPECT_DOUBLE_EQ(*feed.over(1000).value, 20);
  EXPECT_FALSE(feed.over(1000).is_old);
}

} // namespace
