#include "fake_reader.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::replay;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

using out = handed_out;

/// The state that a seek has arrived at; null if it has not within so many steps.
std::unique_ptr<feed::last_values> arrive(paced_recording& what, std::int64_t now_ns) {
  for (int steps = 0; steps < 100; ++steps) {
    auto due = what.step(now_ns);
    if (!due) return nullptr;
    EXPECT_TRUE(due->events.empty());
    if (due->arrived_at) return std::move(due->arrived_at);
  }
  return nullptr;
}
std::int64_t bid_of(const feed::last_values& values) {
  const auto last = values.snapshot(feed::slot_of(btc, channel::ticker));
  return last ? (*std::get<ticker>(last->body).best_bid).nanos / nanos_per_unit : 0;
}

TEST(paced_recording, hands_out_nothing_before_it_is_resumed) {
  auto x = recording_of({tick_at(1000)});
  EXPECT_THAT(run(x, 0, 10'000), IsEmpty());
  EXPECT_EQ(x.position_ns(10'000), 1000) << "it waits at its first event";
}

TEST(paced_recording, keeps_the_distances_of_the_recording) {
  auto x = recording_of({tick_at(1000), tick_at(1000), tick_at(1300), tick_at(2000)});
  x.resume(50);
  EXPECT_THAT(run(x, 50, 10'000), ElementsAre(out{1000, 50}, out{1000, 50}, out{1300, 350}, out{2000, 1050}));
  EXPECT_TRUE(x.is_over());
}

TEST(paced_recording, divides_the_distances_by_the_speed) {
  auto fast = recording_of({tick_at(1000), tick_at(1300)}, 3), slow = recording_of({tick_at(1000), tick_at(1300)}, 0.5);
  fast.resume(0);
  slow.resume(0);
  EXPECT_THAT(run(fast, 0, 10'000), ElementsAre(out{1000, 0}, out{1300, 100}));
  EXPECT_THAT(run(slow, 0, 10'000), ElementsAre(out{1000, 0}, out{1300, 600}));
}

TEST(paced_recording, never_asks_to_be_called_in_the_past_while_nothing_is_due) {
  const std::int64_t start = 1'700'000'000'000'000'000;
  std::vector<market_event> events;
  for (std::int64_t i = 0; i < 100; ++i) events.push_back(tick_at(start + i * 333'333'333));
  auto x = recording_of(events, 7.3, 100);
  x.resume(0);
  std::int64_t now = 0;
  int calls = 0;
  while (!x.is_over() && ++calls < 1000) {
    const auto due = x.step(now);
    ASSERT_TRUE(due);
    if (due->events.empty() && !x.is_over()) {
      EXPECT_GT(due->next_ns, now);
    }
    if (due->next_ns != INT64_MAX) now = due->next_ns;
  }
  EXPECT_LE(calls, 210) << "at most one call more for each event";
}

TEST(paced_recording, an_event_earlier_than_the_one_before_it_is_due_with_that) {
  auto x = recording_of({tick_at(1000), tick_at(1500), tick_at(1200), tick_at(1600)});
  x.resume(0);
  EXPECT_THAT(run(x, 0, 10'000), ElementsAre(out{1000, 0}, out{1500, 500}, out{1200, 500}, out{1600, 600}));
}

TEST(paced_recording, a_change_of_speed_keeps_the_position) {
  auto x = recording_of({tick_at(1000), tick_at(2000)});
  x.resume(0);
  run(x, 0, 400);
  x.set_speed(400, 10);
  EXPECT_EQ(x.position_ns(400), 1400);
  EXPECT_EQ(x.position_ns(410), 1500);
  EXPECT_THAT(run(x, 400, 10'000), ElementsAre(out{2000, 460}));
}

TEST(paced_recording, a_pause_holds_the_position_as_long_as_it_lasts) {
  auto x = recording_of({tick_at(1000), tick_at(2000)});
  x.resume(0);
  run(x, 0, 400);
  x.pause(400);
  EXPECT_THAT(run(x, 400, 9'000), IsEmpty());
  EXPECT_EQ(x.position_ns(9'000), 1400);
  x.set_speed(9'000, 2);
  x.resume(9'000);
  x.resume(9'100); // changes nothing
  EXPECT_THAT(run(x, 9'000, 20'000), ElementsAre(out{2000, 9'300}));
}

TEST(paced_recording, a_seek_forward_brings_the_state_there_and_goes_on) {
  auto x = recording_of({tick_at(1000, 1), tick_at(1100, 2), tick_at(1200, 3), tick_at(1300, 4), tick_at(1400, 5)});
  x.resume(0);
  run(x, 0, 50);
  ASSERT_TRUE(x.seek(1250));
  const auto state = arrive(x, 60);
  ASSERT_TRUE(state);
  EXPECT_EQ(bid_of(*state), 3);
  EXPECT_EQ(x.position_ns(60), 1250);
  EXPECT_THAT(run(x, 60, 10'000), ElementsAre(out{1300, 110}, out{1400, 210}));
}

TEST(paced_recording, a_seek_back_from_the_end_plays_again) {
  auto x = recording_of({tick_at(1000, 1), tick_at(1100, 2), tick_at(1200, 3)});
  x.resume(0);
  run(x, 0, 10'000);
  ASSERT_TRUE(x.is_over());
  ASSERT_TRUE(x.seek(1100));
  EXPECT_FALSE(x.is_over());
  const auto state = arrive(x, 20'000);
  ASSERT_TRUE(state);
  EXPECT_EQ(bid_of(*state), 1) << "an event of that very time is still to come";
  EXPECT_THAT(run(x, 20'000, 30'000), ElementsAre(out{1100, 20'000}, out{1200, 20'100}));
}

TEST(paced_recording, a_seek_beyond_either_end_stops_there) {
  auto x = recording_of({tick_at(1000, 1), tick_at(1100, 2), tick_at(1200, 3)});
  x.resume(0);
  ASSERT_TRUE(x.seek(5000));
  auto state = arrive(x, 10);
  ASSERT_TRUE(state);
  EXPECT_EQ(bid_of(*state), 3);
  EXPECT_TRUE(x.is_over());
  EXPECT_EQ(x.position_ns(99), 1200);
  ASSERT_TRUE(x.seek(0));
  state = arrive(x, 100);
  ASSERT_TRUE(state);
  EXPECT_EQ(bid_of(*state), 0);
  EXPECT_THAT(run(x, 100, 10'000), ElementsAre(out{1000, 100}, out{1100, 200}, out{1200, 300}));
}

TEST(paced_recording, a_seek_while_paused_stays_paused) {
  auto x = recording_of({tick_at(1000, 1), tick_at(1100, 2), tick_at(1200, 3)});
  ASSERT_TRUE(x.seek(1150));
  ASSERT_TRUE(arrive(x, 10));
  EXPECT_THAT(run(x, 10, 10'000), IsEmpty());
  EXPECT_EQ(x.position_ns(10'000), 1150);
  x.resume(10'000);
  EXPECT_THAT(run(x, 10'000, 20'000), ElementsAre(out{1200, 10'050}));
}

TEST(paced_recording, tells_how_late_it_was_called) {
  auto x = recording_of({tick_at(1000), tick_at(1100), tick_at(5000)}, 2, 10);
  x.resume(0);
  ASSERT_TRUE(x.step(0));
  ASSERT_TRUE(x.step(90));
  EXPECT_EQ(x.lag_ns(), 40) << "due at 50";
}

TEST(paced_recording, of_no_events_is_over_at_once) {
  auto x = recording_of({});
  x.resume(0);
  EXPECT_THAT(run(x, 0, 100), IsEmpty());
  EXPECT_TRUE(x.is_over());
  ASSERT_TRUE(x.seek(77));
  EXPECT_TRUE(arrive(x, 200));
  EXPECT_TRUE(x.is_over());
}

TEST(paced_recording, at_the_extremes_of_speed_stays_within_the_numbers) {
  const std::int64_t first = 1'700'000'000'000'000'000;
  for (const auto speed : {lowest_speed, highest_speed}) {
    auto x = recording_of({tick_at(first), tick_at(first + 1'000'000'000'000'000)}, speed);
    x.resume(0);
    EXPECT_EQ(run(x, 0, 1).size(), 1u);
    const auto due = x.step(1);
    ASSERT_TRUE(due);
    EXPECT_GT(due->next_ns, 1);
    run(x, 1, 2'000'000'000);
    EXPECT_EQ(x.is_over(), speed == highest_speed);
    EXPECT_GE(x.position_ns(INT64_MAX / 2), first);
  }
}

TEST(paced_recording, a_recording_that_cannot_be_opened_again_refuses_the_seek_and_goes_on) {
  bool is_gone = false;
  auto opened = paced_recording::open(
      [&]() -> result<std::unique_ptr<journal::reader>> {
        if (is_gone) return fail(ec::io, "a.jsonl: gone");
        return std::make_unique<fake_reader>(std::vector{tick_at(1000), tick_at(1100)}, 2);
      },
      1);
  ASSERT_TRUE(opened);
  opened->resume(0);
  is_gone = true;
  const auto done = opened->seek(1050);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "a.jsonl: gone");
  EXPECT_THAT(run(*opened, 0, 1000), ElementsAre(out{1000, 0}, out{1100, 100}));
}

} // namespace
