#include "process/backoff.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace std::chrono_literals;
using strike::process::restart_delay;
using strike::process::restart_policy;

namespace {

constexpr restart_policy policy{.first = 100ms, .longest = 1s};

TEST(backoff, doubles_up_to_the_longest) {
  const double all = std::nextafter(1.0, 0.0);
  EXPECT_NEAR(static_cast<double>(restart_delay(policy, 1, all).count()), 100e6, 1);
  EXPECT_NEAR(static_cast<double>(restart_delay(policy, 2, all).count()), 200e6, 1);
  EXPECT_NEAR(static_cast<double>(restart_delay(policy, 4, all).count()), 800e6, 1);
  EXPECT_NEAR(static_cast<double>(restart_delay(policy, 5, all).count()), 1e9, 1);
}

TEST(backoff, chance_takes_away_at_most_one_half) {
  EXPECT_EQ(restart_delay(policy, 1, 0.0), 50ms);
  EXPECT_EQ(restart_delay(policy, 1, 0.5), 75ms);
  EXPECT_EQ(restart_delay(policy, 9, 0.0), 500ms);
}

TEST(backoff, does_not_overflow_however_often_an_actor_dies) {
  const restart_policy endless{.first = 1ns, .longest = std::chrono::nanoseconds::max()};
  EXPECT_GT(restart_delay(endless, 1'000'000, 0.0), std::chrono::hours{24 * 365});
}

TEST(backoff, a_first_wait_above_the_longest_is_cut) {
  EXPECT_EQ(restart_delay({.first = 5s, .longest = 1s}, 1, 0.0), 500ms);
}

} // namespace
