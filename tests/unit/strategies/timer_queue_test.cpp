#include "strategies/timer_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using strategies::timer_queue;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

namespace {

using log = std::vector<std::pair<std::uint64_t, std::int64_t>>; ///< id, due

log run(timer_queue& from, std::int64_t limit_ns) {
  log all;
  while (const auto x = from.pop(limit_ns)) all.emplace_back(x->id.value, x->due_ns);
  return all;
}

TEST(timer_queue, fires_by_time_then_by_order_of_setting_and_not_at_the_limit) {
  timer_queue x;
  x.set(20, 0);
  x.set(10, 0);
  x.set(10, 0);
  x.set(30, 0);
  EXPECT_EQ(x.next_ns(), 10);
  EXPECT_THAT(run(x, 30), ElementsAre(Pair(2, 10), Pair(3, 10), Pair(1, 20)));
  EXPECT_THAT(run(x, 31), ElementsAre(Pair(4, 30)));
  EXPECT_EQ(x.next_ns(), INT64_MAX);
}

TEST(timer_queue, a_periodic_timer_goes_on_between_the_others) {
  timer_queue x;
  x.set(10, 10);
  x.set(25, 0);
  EXPECT_THAT(run(x, 35), ElementsAre(Pair(1, 10), Pair(1, 20), Pair(2, 25), Pair(1, 30)));
  EXPECT_EQ(x.next_ns(), 40);
}

TEST(timer_queue, a_cancelled_timer_does_not_fire_and_cancelling_twice_does_nothing) {
  timer_queue x;
  const auto once = x.set(10, 0), periodic = x.set(10, 10);
  EXPECT_THAT(run(x, 11), ElementsAre(Pair(1, 10), Pair(2, 10)));
  x.cancel(once);
  x.cancel(periodic);
  x.cancel(periodic);
  EXPECT_THAT(run(x, 1000), IsEmpty());
}

TEST(timer_queue, skips_the_missed_times_of_periodic_timers_but_the_last) {
  timer_queue x;
  x.set(10, 10);
  x.set(11, 0);
  x.set(98, 10);
  x.skip_missed(99);
  EXPECT_THAT(run(x, 100), ElementsAre(Pair(2, 11), Pair(1, 90), Pair(3, 98)));
  EXPECT_EQ(x.next_ns(), 100);
}

TEST(timer_queue, moves_all_timers_by_the_same_time) {
  timer_queue x;
  const auto first = x.set(1, 0);
  x.set(2, 5);
  x.shift(1000);
  x.cancel(first);
  EXPECT_THAT(run(x, 1008), ElementsAre(Pair(2, 1002), Pair(2, 1007)));
}

} // namespace
