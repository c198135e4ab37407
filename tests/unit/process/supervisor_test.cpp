#include "process/supervisor.hpp"

#include "kit/deterministic_system.hpp"
#include "process/actor_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace strike::process;
using strike::ec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct supervisor_test : testing::Test, deterministic_system {
  std::ostringstream lines;
  logger log{"test", level::info, log_format::text, std::make_shared<spdlog::sinks::ostream_sink_mt>(lines),
             [] { return 0; }};
  metric_registry metrics;
  roster alive;
  std::vector<std::string> given_up;
  double chance = 0; ///< with 0 the waits are one half: 50 ms, 100 ms, 200 ms
  std::vector<caf::actor> started;
  bool start_throws = false;
  supervisor_actor root = spawn(supervisor, std::make_shared<const supervisor_tools>(supervisor_tools{
                                                log, metrics, alive, [this] { return chance; },
                                                [this](const strike::error& why) { given_up.push_back(why.text); }}));

  ~supervisor_test() override {
    for (const auto& x : started) caf::anon_send_exit(x, caf::exit_reason::kill);
    caf::anon_send_exit(root, caf::exit_reason::kill);
    sched.run();
  }
  caf::actor spawn_child(caf::actor_system& in) {
    if (start_throws) throw std::runtime_error{"no socket"};
    started.push_back(in.spawn([](caf::event_based_actor* x) -> caf::behavior { return {[x](int) { x->quit(); }}; }));
    return started.back();
  }
  caf::expected<caf::actor> supervise(std::string name, restart_policy policy = {}) {
    return ask<caf::actor>(root, supervise_atom_v,
                           std::make_shared<const child>(
                               std::move(name), [this](caf::actor_system& x) { return spawn_child(x); }, policy));
  }
  void end(caf::error why) {
    self->send_exit(started.back(), std::move(why));
    sched.run();
  }
  void die() { end(caf::make_error(ec::malformed, std::string{"bad frame"})); }
  std::uint64_t restarts(const std::string& name) {
    return metrics.get_counter("strike_actor_restarts_total", "Restarts of actors that died", {{"actor", name}})
        .value();
  }
};

TEST_F(supervisor_test, a_child_that_died_is_started_again_after_the_wait_and_not_before) {
  ASSERT_TRUE(supervise("bus"));
  die();
  EXPECT_THAT(alive.names(), IsEmpty());
  advance(50ms - 1ns);
  EXPECT_EQ(started.size(), 1U);
  advance(1ns);
  EXPECT_EQ(started.size(), 2U);
  EXPECT_THAT(alive.names(), ElementsAre("bus"));
  EXPECT_EQ(restarts("bus"), 1U);
  EXPECT_THAT(lines.str(), HasSubstr("actor died actor=bus"));
  EXPECT_THAT(lines.str(), HasSubstr("restart_in_ms=50"));
  EXPECT_THAT(lines.str(), HasSubstr("actor restarted actor=bus attempt=1"));
}

TEST_F(supervisor_test, the_wait_doubles_with_each_death_in_a_row) {
  ASSERT_TRUE(supervise("bus"));
  die();
  advance(50ms);
  die();
  advance(100ms - 1ns);
  EXPECT_EQ(started.size(), 2U);
  advance(1ns);
  EXPECT_EQ(started.size(), 3U);
}

TEST_F(supervisor_test, chance_lengthens_the_wait) {
  chance = 0.5;
  ASSERT_TRUE(supervise("bus"));
  die();
  advance(75ms - 1ns);
  EXPECT_EQ(started.size(), 1U);
  advance(1ns);
  EXPECT_EQ(started.size(), 2U);
}

TEST_F(supervisor_test, a_child_that_was_well_for_long_starts_over_with_the_first_wait) {
  ASSERT_TRUE(supervise("bus", {.most_restarts = 2}));
  for (int i = 0; i < 5; ++i) { // more often than most_restarts
    die();
    advance(50ms);
    ASSERT_EQ(started.size(), static_cast<std::size_t>(i) + 2);
    advance(60s);
  }
  EXPECT_THAT(given_up, IsEmpty());
}

TEST_F(supervisor_test, a_child_that_dies_too_often_is_given_up) {
  ASSERT_TRUE(supervise("bus", {.most_restarts = 2}));
  die(), advance(1s), die(), advance(1s);
  EXPECT_THAT(given_up, IsEmpty());
  die(), advance(1h);
  EXPECT_EQ(started.size(), 3U);
  ASSERT_EQ(given_up.size(), 1U);
  EXPECT_THAT(given_up[0], HasSubstr("actor bus died after 2 restarts"));
}

TEST_F(supervisor_test, a_restart_that_throws_counts_as_a_death) {
  ASSERT_TRUE(supervise("bus", {.most_restarts = 3}));
  start_throws = true;
  die(), advance(50ms);
  EXPECT_THAT(lines.str(), HasSubstr("reason=\"no socket\""));
  start_throws = false;
  advance(100ms);
  EXPECT_EQ(started.size(), 2U);
  start_throws = true;
  die(), advance(1h);
  EXPECT_THAT(given_up, ElementsAre(HasSubstr("no socket")));
}

TEST_F(supervisor_test, a_first_start_that_throws_is_the_callers_error) {
  start_throws = true;
  const auto got = supervise("bus");
  ASSERT_FALSE(got);
  EXPECT_EQ(from_caf(got.error()).text, "bus: cannot start: no socket");
  start_throws = false;
  EXPECT_TRUE(supervise("bus")); // the name is still free
}

TEST_F(supervisor_test, a_name_is_taken_once_even_while_its_actor_waits_for_the_restart) {
  ASSERT_TRUE(supervise("bus"));
  EXPECT_EQ(supervise("bus"), ec::invalid_config);
  die();
  EXPECT_EQ(supervise("bus"), ec::invalid_config);
}

TEST_F(supervisor_test, a_child_that_is_done_stays_ended) {
  for (const bool on_request : {false, true}) {
    ASSERT_TRUE(supervise("bus"));
    const auto before = started.size();
    if (on_request)
      end(caf::make_error(caf::exit_reason::user_shutdown));
    else
      self->send(started.back(), 1); // quits
    advance(1h);
    EXPECT_EQ(started.size(), before);
    EXPECT_THAT(alive.names(), IsEmpty());
  }
  EXPECT_EQ(lines.str(), "");
}

TEST_F(supervisor_test, children_do_not_take_each_other_down) {
  ASSERT_TRUE(supervise("a"));
  ASSERT_TRUE(supervise("b"));
  die();
  EXPECT_THAT(alive.names(), ElementsAre("a"));
  advance(50ms);
  EXPECT_THAT(alive.names(), ElementsAre("a", "b"));
  EXPECT_EQ(restarts("a"), 0U);
}

TEST_F(supervisor_test, the_end_takes_all_children_and_no_restart_follows) {
  ASSERT_TRUE(supervise("a"));
  ASSERT_TRUE(supervise("b"));
  die();
  const auto running = sys.registry().running();
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  advance(1h);
  EXPECT_THAT(alive.names(), IsEmpty());
  EXPECT_EQ(started.size(), 2U);
  EXPECT_EQ(sys.registry().running(), running - 2); // "a" and the supervisor
}

} // namespace
