#include "strategies/dashboard_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using strategies::dashboard_output;
using wire::run_state;

namespace {

struct dashboard_output_test : testing::Test {
  struct sent {
    std::string topic;
    wire::dashboard_state what;
  };
  std::vector<sent> all;
  dashboard_output output{77, [this](std::string_view topic, std::string_view bytes) {
                            all.push_back({std::string{topic}, wire::decode_dashboard_state(bytes).value()});
                          }};

  void publish(std::string strategy, std::string state, std::string layout) {
    output.publish({.strategy = std::move(strategy),
                    .at_ns = 5,
                    .state_json = std::move(state),
                    .layout_json = std::move(layout),
                    .type = "t"});
  }
};

TEST_F(dashboard_output_test, numbers_the_states_of_each_strategy_on_its_topic) {
  publish("a", "{}", "[]");
  publish("b", "{}", "[]");
  publish("a", "{}", "[]");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].topic, "dash/b/");
  EXPECT_EQ(all[1].what.sequence, 1U);
  EXPECT_EQ(all[2].topic, "dash/a/");
  EXPECT_EQ(all[2].what.sequence, 2U);
  EXPECT_EQ(all[2].what.epoch, 77U);
  EXPECT_EQ(all[2].what.type, "t");
}

TEST_F(dashboard_output_test, sends_the_layout_first_and_when_it_changed) {
  publish("a", "{}", "[1]");
  publish("a", "{}", "[1]");
  publish("a", "{}", "[2]");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].what.layout_json, "[1]");
  EXPECT_EQ(all[1].what.layout_json, std::nullopt);
  EXPECT_EQ(all[2].what.layout_json, "[2]");
}

TEST_F(dashboard_output_test, sends_a_new_subscriber_the_last_state_with_layout_under_its_number) {
  publish("ab", R"({"x":1})", "[1]");
  publish("ab", R"({"x":2})", "[1]");
  publish("b", "{}", "[]");
  all.clear();
  output.resend("dash/a");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].what.state_json, R"({"x":2})");
  EXPECT_EQ(all[0].what.layout_json, "[1]");
  EXPECT_EQ(all[0].what.sequence, 2U);
  output.resend("dash/");
  EXPECT_EQ(all.size(), 3U);
}

TEST_F(dashboard_output_test, a_strategy_that_does_not_run_keeps_its_last_values) {
  publish("a", R"({"x":2})", "[1]");
  output.publish_run_state(
      {.strategy = "a", .run_state = run_state::restarting, .reason = "died", .restarts = 3, .type = "t"});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].what, (wire::dashboard_state{.strategy = "a",
                                                .epoch = 77,
                                                .sequence = 2,
                                                .at_ns = 5,
                                                .state_json = R"({"x":2})",
                                                .run_state = run_state::restarting,
                                                .reason = "died",
                                                .restarts = 3,
                                                .type = "t"}));
}

TEST_F(dashboard_output_test, a_strategy_that_never_ran_has_no_values) {
  output.publish_run_state({.strategy = "a", .run_state = run_state::stopped});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].what.state_json, "{}");
}

} // namespace
