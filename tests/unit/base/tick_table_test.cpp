#include "base/instrument.hpp"

#include <gtest/gtest.h>

#include <random>

namespace strike {
namespace {

using namespace literals;

/// A BTC option's table. Source: Deribit API v2, `tick_size_steps`.
const tick_table option_ticks{.base = 0.0001_px, .steps = {{.above = 0.005_px, .tick = 0.0005_px}}};
const tick_table three_steps{.base = 0.01_px, .steps = {{1_px, 0.05_px}, {10_px, 0.5_px}, {100_px, 5_px}}};

TEST(tick_table, the_step_applies_above_its_bound_only) {
  EXPECT_EQ(option_ticks.tick_at(0.0049_px), 0.0001_px);
  EXPECT_EQ(option_ticks.tick_at(0.005_px), 0.0001_px);
  EXPECT_EQ(option_ticks.tick_at(0.0055_px), 0.0005_px);
  EXPECT_EQ(three_steps.tick_at(50_px), 0.5_px);
  EXPECT_EQ(three_steps.tick_at(101_px), 5_px);
}

TEST(tick_table, knows_what_is_on_the_tick) {
  EXPECT_TRUE(option_ticks.is_on_tick(0.0049_px));
  EXPECT_TRUE(option_ticks.is_on_tick(0.0055_px));
  EXPECT_FALSE(option_ticks.is_on_tick(0.0051_px));
  EXPECT_FALSE(option_ticks.is_on_tick(0.00495_px));
}

TEST(tick_table, rounds_buys_down_and_sells_up) {
  EXPECT_EQ(option_ticks.round_down(0.0054_px), 0.005_px);
  EXPECT_EQ(option_ticks.round_up(0.0051_px), 0.0055_px);
  EXPECT_EQ(option_ticks.round_up(0.00495_px), 0.005_px);
  EXPECT_EQ(option_ticks.round_down(0.0055_px), 0.0055_px);
  EXPECT_EQ(option_ticks.round_up(0.0055_px), 0.0055_px);
}

TEST(tick_table, rounds_negative_combo_prices_the_same_way) {
  const tick_table ticks{.base = 0.5_px, .steps = {}};
  EXPECT_EQ(ticks.round_down(-0.7_px), -1_px);
  EXPECT_EQ(ticks.round_up(-0.7_px), -0.5_px);
  EXPECT_EQ(ticks.next_below(-0.5_px), -1_px);
  EXPECT_EQ(ticks.next_above(-0.5_px), price{});
}

TEST(tick_table, steps_across_a_bound_with_the_tick_of_that_side) {
  EXPECT_EQ(option_ticks.next_above(0.0049_px), 0.005_px);
  EXPECT_EQ(option_ticks.next_above(0.005_px), 0.0055_px);
  EXPECT_EQ(option_ticks.next_below(0.0055_px), 0.005_px);
  EXPECT_EQ(option_ticks.next_below(0.005_px), 0.0049_px);
}

TEST(tick_table, walking_up_and_down_meets_the_same_prices) {
  std::vector<price> up{0.01_px};
  while (up.back() < 150_px) up.push_back(three_steps.next_above(up.back()));
  for (auto i = up.size() - 1; i > 0; --i) ASSERT_EQ(three_steps.next_below(up[i]), up[i - 1]) << to_string(up[i]);
  for (const auto p : up) ASSERT_TRUE(three_steps.is_on_tick(p)) << to_string(p);
}

TEST(tick_table, rounding_lands_on_the_tick_and_never_on_the_wrong_side) {
  std::mt19937_64 random{5};
  for (int i = 0; i < 100'000; ++i) {
    const price p{static_cast<std::int64_t>(random() % 200'000'000'000)};
    const auto down = three_steps.round_down(p), up = three_steps.round_up(p);
    ASSERT_LE(down, p);
    ASSERT_GE(up, p);
    ASSERT_TRUE(three_steps.is_on_tick(down)) << to_string(p);
    ASSERT_TRUE(three_steps.is_on_tick(up)) << to_string(p);
    if (down != up) {
      ASSERT_EQ(three_steps.next_above(down), up) << to_string(p);
    }
  }
}

} // namespace
} // namespace strike
