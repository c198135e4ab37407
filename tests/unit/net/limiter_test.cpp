#include "base/time.hpp"
#include "net/limiter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

using namespace strike;
using net::credit_pool, net::window_limit;

namespace {

TEST(credit_pool, lets_a_burst_through_and_then_its_rate) {
  credit_pool pool{3, 2}; // three at once, then one each half second
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.take(1, ns_per_s));
  EXPECT_FALSE(pool.take(1, ns_per_s));
  EXPECT_EQ(pool.ready_ns(1, ns_per_s), ns_per_s + ns_per_s / 2);
  EXPECT_FALSE(pool.take(1, ns_per_s + ns_per_s / 2 - 1));
  EXPECT_TRUE(pool.take(1, ns_per_s + ns_per_s / 2));
}

TEST(credit_pool, never_has_what_is_larger_than_itself) {
  credit_pool pool{3, 2};
  EXPECT_EQ(pool.ready_ns(3.5, 0), INT64_MAX);
  EXPECT_FALSE(pool.take(3.5, 100 * ns_per_s));
}

TEST(credit_pool, is_empty_after_the_venue_said_so) {
  credit_pool pool{10, 1};
  pool.drain(ns_per_s);
  EXPECT_FALSE(pool.take(1, ns_per_s));
  EXPECT_EQ(pool.ready_ns(2, ns_per_s), 3 * ns_per_s);
}

TEST(credit_pool, keeps_what_it_has_when_the_clock_steps_back) {
  credit_pool pool{2, 1};
  EXPECT_TRUE(pool.take(1, 10 * ns_per_s));
  EXPECT_TRUE(pool.take(1, 5 * ns_per_s));
  EXPECT_FALSE(pool.take(1, 10 * ns_per_s));
}

TEST(window_limit, counts_from_the_first_of_a_window) {
  window_limit limit{2, 10};
  EXPECT_TRUE(limit.take(103));
  EXPECT_TRUE(limit.take(112));
  EXPECT_FALSE(limit.take(112));
  EXPECT_EQ(limit.ready_ns(112), 113);
  EXPECT_TRUE(limit.take(113));
  EXPECT_TRUE(limit.take(122));
  EXPECT_FALSE(limit.take(122));
}

TEST(window_limit, of_none_is_never_ready) {
  window_limit limit{0, 10};
  EXPECT_FALSE(limit.take(5));
  EXPECT_EQ(limit.ready_ns(5), INT64_MAX);
}

/// The pool in whole millionths of a credit, refilled nanosecond by nanosecond: exact, and slow.
struct slow_pool {
  std::int64_t size, per_ns, credits = size, last_ns = 0;
  bool take(std::int64_t cost, std::int64_t now_ns) {
    for (; last_ns < now_ns && credits < size; ++last_ns) credits = std::min(size, credits + per_ns);
    last_ns = now_ns;
    if (credits < cost) return false;
    credits -= cost;
    return true;
  }
};

TEST(credit_pool, agrees_with_a_slow_model_on_random_use) {
  std::mt19937_64 random{7};
  const auto up_to = [&](std::int64_t x) { return std::uniform_int_distribution<std::int64_t>{1, x}(random); };
  int taken = 0, refused = 0;
  for (int round = 0; round < 50; ++round) {
    const auto size = 1'000'000 * up_to(20), per_ns = up_to(1'000);
    slow_pool model{size, per_ns};
    credit_pool pool{static_cast<double>(size) / 1e6, static_cast<double>(per_ns) * 1e3}; // 1e9 ns at 1e-6 credits
    std::int64_t now_ns = 0;
    for (int step = 0; step < 500; ++step) {
      now_ns += up_to(4'000);
      const auto cost = up_to(5) * 1'000'000;
      const auto ready_ns = pool.ready_ns(static_cast<double>(cost) / 1e6, now_ns);
      const bool got = pool.take(static_cast<double>(cost) / 1e6, now_ns);
      ASSERT_EQ(got, ready_ns == now_ns);
      ASSERT_EQ(got, model.take(cost, now_ns)) << "round " << round << ", step " << step;
      ++(got ? taken : refused);
      if (got || ready_ns == INT64_MAX) continue;
      // what it promised holds in the model: not a nanosecond before, and then it does
      auto early = model, late = model;
      ASSERT_FALSE(early.take(cost, ready_ns - 1));
      ASSERT_TRUE(late.take(cost, ready_ns));
    }
  }
  EXPECT_GT(taken, 1'000);
  EXPECT_GT(refused, 1'000);
}

/// All times that were let through, looked at anew for each question.
struct slow_window {
  std::uint32_t most;
  std::int64_t window_ns;
  std::vector<std::int64_t> taken = {};
  bool take(std::int64_t now_ns) {
    std::int64_t began_ns = INT64_MIN / 2;
    std::uint32_t used = 0;
    auto counted = taken;
    counted.push_back(now_ns);
    for (const auto at : counted) {
      if (at - began_ns >= window_ns) began_ns = at, used = 0;
      ++used;
    }
    if (used > most) return false;
    taken.push_back(now_ns);
    return true;
  }
};

TEST(window_limit, agrees_with_a_slow_model_on_random_use) {
  std::mt19937_64 random{11};
  const auto up_to = [&](std::int64_t x) { return std::uniform_int_distribution<std::int64_t>{1, x}(random); };
  for (int round = 0; round < 50; ++round) {
    const auto most = static_cast<std::uint32_t>(up_to(5));
    const auto window_ns = up_to(100);
    window_limit limit{most, window_ns};
    slow_window model{most, window_ns};
    std::int64_t now_ns = 0;
    for (int step = 0; step < 200; ++step) {
      now_ns += up_to(20);
      const auto ready_ns = limit.ready_ns(now_ns);
      const bool got = limit.take(now_ns);
      ASSERT_EQ(got, ready_ns == now_ns);
      ASSERT_EQ(got, model.take(now_ns)) << "round " << round << ", step " << step;
    }
  }
}

} // namespace
