#include "strategy/history.hpp"

#include "base/time.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <limits>

using namespace strike;

namespace {

std::string text(const auto& x) { return boost::json::serialize(x.to_json()); }

TEST(bounded_series, keeps_the_newest_points_in_order) {
  bounded_series series{3, 0};
  EXPECT_EQ(text(series), "[]");
  for (int i = 1; i <= 7; ++i) series.add(i * ns_per_ms, i);
  EXPECT_EQ(series.size(), 3U);
  EXPECT_EQ(text(series), "[[5,5E0],[6,6E0],[7,7E0]]");
}

TEST(bounded_series, replaces_the_last_value_within_the_spacing) {
  bounded_series series{10, 5 * ns_per_ms};
  series.add(1 * ns_per_ms, 1);
  series.add(5 * ns_per_ms, 2);
  series.add(6 * ns_per_ms, 3);
  EXPECT_EQ(text(series), "[[1,2E0],[6,3E0]]");
}

TEST(bounded_series, replaces_the_last_value_also_when_full) {
  bounded_series series{2, 5 * ns_per_ms};
  for (int i = 0; i < 5; ++i) series.add(i * 10 * ns_per_ms, i);
  series.add(41 * ns_per_ms, 9);
  EXPECT_EQ(text(series), "[[30,3E0],[40,9E0]]");
}

TEST(bounded_series, writes_a_gap_as_null) {
  bounded_series series{2, 0};
  series.add(ns_per_ms, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(text(series), "[[1,null]]");
}

TEST(bounded_log, keeps_the_newest_lines_and_counts_the_dropped) {
  bounded_log log{2};
  log.add(1 * ns_per_ms, log_level::info, "a");
  log.add(2 * ns_per_ms, log_level::warning, "b");
  log.add(3 * ns_per_ms, log_level::error, "c");
  EXPECT_EQ(log.size(), 2U);
  EXPECT_EQ(log.dropped(), 1U);
  EXPECT_EQ(text(log), R"([{"time":2,"level":"warning","text":"b"},{"time":3,"level":"error","text":"c"}])");
}

} // namespace
