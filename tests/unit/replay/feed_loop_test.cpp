#include "replay/feed_loop.hpp"

#include "bus/subscriber.hpp"
#include "kit/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using namespace strike::replay;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

constexpr std::int64_t first_ns = 1'700'000'000 * ns_per_s;

/// The clock is the test's; only what ZeroMQ's threads carry is waited for.
struct feed_loop_test : testing::Test {
  static constexpr std::int64_t beat_ns = ns_per_s; ///< between two signs of life
  temp_folder folder;
  bus::context shared;
  process::logger quiet{"test", process::level::error, process::log_format::text};
  process::metric_registry metrics;
  int ends = 0;
  feed_settings settings{.publish = {.endpoint = "inproc://replay"}};
  std::unique_ptr<feed_loop> loop;
  std::optional<bus::polled_subscriber> socket;
  std::int64_t now = 1'000;

  void open() {
    settings.files = {folder.write("a.jsonl", R"({"timestamp":1700000000000,"instrument":"BTC-PERPETUAL","best_bid":1})"
                                              "\n"
                                              R"({"timestamp":1700000010000,"instrument":"BTC-PERPETUAL","best_bid":2})"
                                              "\n")};
    auto made = feed_loop::open(shared, settings, {.log = quiet, .metrics = metrics, .on_end = [this] { ++ends; }});
    ASSERT_TRUE(made) << made.error().text;
    loop = std::move(*made);
  }
  void subscribe(std::string_view prefix) {
    socket = *bus::polled_subscriber::open(shared, {.endpoints = {{.endpoint = "inproc://replay"}}});
    socket->subscribe(prefix);
  }
  /// Runs what is due at `now`.
  std::int64_t round() {
    for (int i = 0; i < 100; ++i) {
      const auto next = loop->round(now);
      EXPECT_TRUE(next);
      if (!next || *next > now) return next.value_or(0);
    }
    ADD_FAILURE() << "the loop never rests";
    return 0;
  }
  /// Until the subscription of `subscribe` has arrived, which shows in the time of the next round.
  std::int64_t next_after_demand() {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    std::int64_t next = INT64_MAX;
    while (next > now + settings.settle.count() && std::chrono::steady_clock::now() < limit) {
      socket->receive(1ms);
      now += ns_per_ms; // it looks for demand once a millisecond
      next = round();
    }
    return next;
  }
  bool ask(auto what) {
    return std::holds_alternative<wire::control_done>(loop->answer({.body = std::move(what)}, now).outcome);
  }
};

TEST_F(feed_loop_test, waits_for_demand_and_the_time_to_settle) {
  open();
  EXPECT_EQ(round(), now + beat_ns) << "nobody is there: only the next sign of life is due";
  subscribe("md/deribit/BTC-PERPETUAL/");
  const auto next = next_after_demand();
  EXPECT_EQ(next, now + settings.settle.count());
  now += settings.settle.count() - 1;
  round();
  EXPECT_EQ(loop->status(now).events, 0u);
  EXPECT_TRUE(loop->status(now).is_waiting);
  now += 1;
  round();
  EXPECT_EQ(loop->status(now).events, 1u);
  EXPECT_FALSE(loop->status(now).is_waiting);
  now += 10 * ns_per_s;
  round();
  EXPECT_EQ(loop->status(now).events, 2u);
  EXPECT_TRUE(loop->status(now).is_over);
}

TEST_F(feed_loop_test, a_tap_does_not_start_the_clock) {
  open();
  EXPECT_TRUE(ask(wire::seek_replay{first_ns + 5 * ns_per_s})); // so that there is a snapshot, by which it shows
  round();
  subscribe("md/");
  const auto limit = std::chrono::steady_clock::now() + 10s;
  std::size_t got = 0;
  while (got == 0 && std::chrono::steady_clock::now() < limit) {
    got = socket->receive(1ms).size();
    now += ns_per_ms;
    round();
  }
  EXPECT_EQ(got, 1u);
  now += 3600 * ns_per_s;
  EXPECT_EQ(round(), now + beat_ns);
  EXPECT_TRUE(loop->status(now).is_waiting);
}

TEST_F(feed_loop_test, whoever_pauses_or_resumes_takes_over_from_the_start_policy) {
  open();
  round();
  subscribe("md/deribit/BTC-PERPETUAL/");
  next_after_demand();
  EXPECT_TRUE(ask(wire::pause_replay{}));
  now += 3600 * ns_per_s;
  round();
  EXPECT_EQ(loop->status(now).events, 0u);
  EXPECT_TRUE(ask(wire::resume_replay{}));
  round();
  EXPECT_EQ(loop->status(now).events, 1u);
}

TEST_F(feed_loop_test, a_request_to_resume_starts_without_demand) {
  settings.start = start_policy::paused;
  open();
  EXPECT_EQ(round(), now + beat_ns);
  EXPECT_TRUE(ask(wire::set_replay_speed{10}));
  EXPECT_TRUE(ask(wire::resume_replay{}));
  round();
  now += ns_per_s;
  round();
  EXPECT_TRUE(loop->status(now).is_over);
  EXPECT_EQ(loop->status(now).position_ns, first_ns + 10 * ns_per_s);
}

TEST_F(feed_loop_test, tells_the_end_once_and_again_after_a_seek_back) {
  settings.start = start_policy::at_once;
  settings.at_end = end_policy::exit;
  open();
  round();
  EXPECT_EQ(ends, 0);
  now += 10 * ns_per_s;
  round();
  round();
  EXPECT_EQ(ends, 1);
  EXPECT_THAT(metrics.to_text(), HasSubstr("\nstrike_replay_at_end 1\n"));
  EXPECT_TRUE(ask(wire::seek_replay{first_ns + 5 * ns_per_s}));
  round();
  EXPECT_THAT(metrics.to_text(), HasSubstr("\nstrike_replay_at_end 0\n"));
  now += 5 * ns_per_s;
  round();
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(loop->status(now).events, 3u) << "what lies before the place sought was not sent";
}

TEST_F(feed_loop_test, shows_its_position_at_least_once_a_second_while_it_runs) {
  settings.start = start_policy::at_once;
  open();
  const auto next = round();
  EXPECT_LE(next, now + ns_per_s);
  now += 2 * ns_per_s;
  round();
  EXPECT_THAT(metrics.to_text(), HasSubstr("\nstrike_replay_position_seconds 1700000002"));
}

TEST_F(feed_loop_test, an_endpoint_in_use_is_named) {
  open();
  const auto second = feed_loop::open(shared, settings, {.log = quiet, .metrics = metrics, .on_end = {}});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("inproc://replay"));
}

} // namespace
