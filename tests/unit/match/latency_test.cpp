#include "match/latency.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace strike;
using namespace strike::match;

namespace {

TEST(latency, t4_a_later_request_never_overtakes_an_earlier_one) {
  latency_model model{{.recorded = {{0, 10, 20}, {5, 7, 20}}}};
  EXPECT_EQ(model.send(order_action::place, 0).venue_ns, 10);
  EXPECT_EQ(model.send(order_action::place, 5).venue_ns, 10);
}

TEST(latency, t5_a_row_without_venue_time_is_a_rejection_after_the_interpolated_round_trip) {
  constexpr std::int64_t ms = 1'000'000;
  latency_model model{{.recorded = {{0, std::nullopt, 8 * ms}, {10 * ms, std::nullopt, 20 * ms}}}};
  const auto trip = model.send(order_action::place, 5 * ms);
  EXPECT_FALSE(trip.reaches_venue);
  EXPECT_EQ(model.response_at(trip.venue_ns, trip.response_delay_ns), 5 * ms + 9 * ms);
}

TEST(latency, one_end_without_venue_time_is_enough_for_a_rejection) {
  latency_model model{{.recorded = {{0, 4, 8}, {10, std::nullopt, 20}}}};
  EXPECT_FALSE(model.send(order_action::place, 5).reaches_venue);
}

TEST(latency, an_exact_row_is_not_touched_by_the_next) {
  latency_model model{{.recorded = {{0, 4, 8}, {10, std::nullopt, 20}}}};
  EXPECT_TRUE(model.send(order_action::place, 0).reaches_venue);
}

TEST(latency, recorded_rows_are_interpolated_and_the_ends_held) {
  const latency_config config{.recorded = {{100, 110, 115}, {200, 230, 245}}};
  latency_model model{config};
  auto trip = model.send(order_action::place, 50);
  EXPECT_EQ(trip.venue_ns, 60);
  trip = model.send(order_action::cancel, 150);
  EXPECT_EQ(trip.venue_ns, 170);
  EXPECT_EQ(trip.response_delay_ns, 10);
  trip = model.send(order_action::place, 300);
  EXPECT_EQ(trip.venue_ns, 330);
  EXPECT_EQ(trip.response_delay_ns, 15);
}

TEST(latency, each_action_and_direction_has_its_delay) {
  latency_config config;
  for (int i = 0; i < 3; ++i) config.entry[i].median_ns = 10 + i, config.response[i].median_ns = 20 + i;
  latency_model model{config};
  EXPECT_EQ(model.send(order_action::place, 0).venue_ns, 10);
  const auto trip = model.send(order_action::cancel, 100);
  EXPECT_EQ(trip.venue_ns, 112);
  EXPECT_EQ(trip.response_delay_ns, 22);
}

TEST(latency, answers_keep_their_order) {
  latency_model model{{}};
  EXPECT_EQ(model.response_at(100, 50), 150);
  EXPECT_EQ(model.response_at(110, 5), 150);
}

latency_config lognormal(std::uint64_t seed) {
  latency_config config{.seed = seed};
  config.entry[0] = {delay::shape::lognormal, 5'000'000, 0.5};
  return config;
}

TEST(latency, lognormal_has_its_median_and_spread) {
  latency_model model{lognormal(3)};
  std::vector<std::int64_t> delays;
  for (std::int64_t i = 0; i < 10'001; ++i) {
    const auto at = i * 1'000'000'000;
    delays.push_back(model.send(order_action::place, at).venue_ns - at);
  }
  std::ranges::sort(delays);
  EXPECT_NEAR(static_cast<double>(delays[5000]), 5e6, 1e5);
  EXPECT_NEAR(static_cast<double>(delays[8413]), 5e6 * 1.6487, 2e5); // one sigma above: factor e^0.5
}

TEST(latency, a_seed_gives_the_same_delays_on_every_machine) {
  latency_model model{lognormal(1)};
  EXPECT_EQ(model.send(order_action::place, 0).venue_ns, 5437130);
}

TEST(latency, parses_rows_and_rejections) {
  const auto rows = parse_latency_rows("request_ns,venue_ns,response_ns\n1,2,3\r\n4,,6\n", "x.csv");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].venue_ns, 2);
  EXPECT_FALSE((*rows)[1].venue_ns);
  EXPECT_EQ((*rows)[1].response_ns, 6);
}

struct bad_rows : testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(bad_rows, names_the_line_and_the_fault) {
  const auto rows = parse_latency_rows(std::string{GetParam().first}, "x.csv");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().text, GetParam().second);
}
INSTANTIATE_TEST_SUITE_P(
    csv, bad_rows,
    testing::Values(std::pair("a,b,c\n", "x.csv:1: the header must be 'request_ns,venue_ns,response_ns'"),
                    std::pair("request_ns,venue_ns,response_ns\n", "x.csv: has no rows"),
                    std::pair("request_ns,venue_ns,response_ns\n1,2\n", "x.csv:2: must have three fields"),
                    std::pair("request_ns,venue_ns,response_ns\n1,2,3\nx,2,3\n",
                              "x.csv:3: request_ns is not a count of nanoseconds"),
                    std::pair("request_ns,venue_ns,response_ns\n1,y,3\n",
                              "x.csv:2: venue_ns is neither empty nor a count of nanoseconds"),
                    std::pair("request_ns,venue_ns,response_ns\n1,2,\n",
                              "x.csv:2: response_ns is not a count of nanoseconds"),
                    std::pair("request_ns,venue_ns,response_ns\n3,2,4\n",
                              "x.csv:2: must have request_ns <= venue_ns <= response_ns"),
                    std::pair("request_ns,venue_ns,response_ns\n5,6,7\n4,6,7\n", "x.csv:3: goes back in request_ns")));

} // namespace
