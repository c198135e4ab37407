#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using namespace std::chrono_literals;
using strike::backoff;

namespace {

TEST(backoff, doubles_up_to_the_longest_and_keeps_half_of_it_fixed) {
  const backoff how{.first = 100ms, .longest = 1s};
  EXPECT_EQ(how.delay(1, 0.0), 50ms);
  EXPECT_EQ(how.delay(3, 0.0), 200ms);
  EXPECT_EQ(how.delay(5, 0.0), 500ms);
  EXPECT_EQ(how.delay(1, 0.5), 75ms);
}

TEST(backoff, does_not_overflow_with_the_attempts) {
  const backoff how{.first = 1ns, .longest = std::chrono::nanoseconds{INT64_MAX}};
  EXPECT_GE(how.delay(10'000, 0.0).count(), INT64_MAX / 2);
}

} // namespace
