#include "match/queue_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace strike;
using namespace strike::match;

namespace {

TEST(queue_model, the_chances_follow_their_formulas) {
  EXPECT_DOUBLE_EQ((queue_model{queue_rule::power, 2}.chance_behind(6, 4)), 16.0 / 52);
  EXPECT_DOUBLE_EQ((queue_model{queue_rule::power2, 2}.chance_behind(6, 4)), 16.0 / 100);
  EXPECT_DOUBLE_EQ((queue_model{queue_rule::power3, 2}.chance_behind(6, 4)), 1 - 36.0 / 100);
  EXPECT_NEAR((queue_model{queue_rule::log}.chance_behind(6, 4)), std::log(5.0) / (std::log(5.0) + std::log(7.0)),
              1e-14);
  EXPECT_NEAR((queue_model{queue_rule::log2}.chance_behind(6, 4)), std::log(5.0) / std::log(11.0), 1e-14);
}

TEST(queue_model, proportional_scales_only_what_left_without_trading) {
  EXPECT_DOUBLE_EQ((queue_model{queue_rule::proportional}.after_change(6, 12, 5, 2)), 3);
}

TEST(queue_model, the_place_is_never_negative_nor_behind_the_level) {
  std::mt19937_64 random{5};
  for (const auto& rule : enum_names<queue_rule>::table)
    for (int i = 0; i < 5000; ++i) {
      const auto part = [&](double of) { return of * static_cast<double>(random() % 1001) / 1000; };
      const double previous = part(100), now = part(100), front = part(120), traded = part(previous);
      const double after = queue_model{rule.value, 1 + part(3)}.after_change(front, previous, now, traded);
      ASSERT_GE(after, 0) << rule.text;
      ASSERT_LE(after, now) << rule.text;
      ASSERT_LE(after, front) << rule.text;
    }
}

TEST(queue_model, every_rule_has_a_text) {
  for (const auto& row : enum_names<queue_rule>::table) EXPECT_EQ(*from_text<queue_rule>(row.text), row.value);
}

} // namespace
