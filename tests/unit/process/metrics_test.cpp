#include "process/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

using namespace strike::process;
using testing::HasSubstr;

namespace {

/// The value of one line of the text format; fails the test if it is not there.
double value_of(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  if (at == std::string::npos) {
    ADD_FAILURE() << name << " is not in\n" << text;
    return 0;
  }
  return std::stod(text.substr(at + name.size() + 2));
}

TEST(metrics, a_counter_is_shown_with_help_type_and_labels) {
  metric_registry all;
  all.get_counter("strike_bus_events_total", "Events sent", {{"topic", "md/\"a\""}}).add(3);
  EXPECT_THAT(all.to_text(), HasSubstr("# HELP strike_bus_events_total Events sent\n"
                                       "# TYPE strike_bus_events_total counter\n"
                                       "strike_bus_events_total{topic=\"md/\\\"a\\\"\"} 3\n"));
}

TEST(metrics, asking_again_gives_the_same_metric) {
  metric_registry all;
  auto& first = all.get_counter("strike_a_total", "a", {{"x", "1"}});
  EXPECT_EQ(&first, &all.get_counter("strike_a_total", "a", {{"x", "1"}}));
  EXPECT_NE(&first, &all.get_counter("strike_a_total", "a", {{"x", "2"}}));
}

TEST(metrics, a_unit_scales_what_is_shown) {
  metric_registry all;
  all.get_gauge("strike_lag_seconds", "lag", {}, unit::nanosecond).set(-1'500'000'000);
  EXPECT_DOUBLE_EQ(value_of(all.to_text(), "strike_lag_seconds"), -1.5);
}

TEST(metrics, a_gauge_goes_up_and_down) {
  metric_registry all;
  auto& x = all.get_gauge("strike_sessions", "sessions");
  x.set(5), x.add(-7);
  EXPECT_EQ(value_of(all.to_text(), "strike_sessions"), -2);
}

TEST(metrics, a_histogram_counts_up_to_and_with_each_bound) {
  metric_registry all;
  constexpr std::uint64_t bounds[] = {1'000'000'000, 2'000'000'000};
  auto& x = all.get_histogram("strike_delay_seconds", "delay", bounds, unit::nanosecond, {{"v", "a"}});
  for (const std::uint64_t ns : {0ULL, 1'000'000'000ULL, 1'000'000'001ULL, 9'000'000'000ULL}) x.observe(ns);
  const auto text = all.to_text();
  EXPECT_EQ(value_of(text, R"(strike_delay_seconds_bucket{v="a",le="1"})"), 2);
  EXPECT_EQ(value_of(text, R"(strike_delay_seconds_bucket{v="a",le="2"})"), 3);
  EXPECT_EQ(value_of(text, R"(strike_delay_seconds_bucket{v="a",le="+Inf"})"), 4);
  EXPECT_EQ(value_of(text, R"(strike_delay_seconds_count{v="a"})"), 4);
  EXPECT_NEAR(value_of(text, R"(strike_delay_seconds_sum{v="a"})"), 11.000000001, 1e-9);
}

TEST(metrics, the_latency_bounds_rise) {
  const auto bounds = latency_bounds_ns();
  for (std::size_t i = 1; i < bounds.size(); ++i) EXPECT_GT(bounds[i], bounds[i - 1]);
}

TEST(metrics, this_process_is_described) {
  const auto text = metric_registry{}.to_text();
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value_of(text, "process_virtual_memory_bytes"), value_of(text, "process_resident_memory_bytes"));
  EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of(text, "process_open_fds"), 3);
  EXPECT_GT(value_of(text, "process_max_fds"), value_of(text, "process_open_fds"));
  const auto age = static_cast<double>(time(nullptr)) - value_of(text, "process_start_time_seconds");
  EXPECT_GE(age, -2);
  EXPECT_LT(age, 600);
}

TEST(metrics, counts_from_many_threads_are_all_there) {
  metric_registry all;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < 10'000; ++n) all.get_counter("strike_a_total", "a").add();
      });
    for (int i = 0; i < 20; ++i) all.to_text();
  }
  EXPECT_EQ(value_of(all.to_text(), "strike_a_total"), 40'000);
}

} // namespace
