#include "base/time.hpp"

#include <gtest/gtest.h>

#include <random>

namespace strike {
namespace {

std::int64_t ns_of(std::string_view text) {
  const auto ns = ns_from_text(text);
  EXPECT_TRUE(ns) << text << ": " << (ns ? "" : ns.error().text);
  return ns.value_or(-1);
}

std::int64_t from_count(std::int64_t count, time_unit unit = time_unit::automatic) {
  std::int64_t ns = -1;
  return ns_from_count(count, unit, ns) ? ns : -1;
}

constexpr std::int64_t known_ns = 1'700'000'000'000'000'000; // 2023-11-14T22:13:20Z

TEST(time_count, tells_the_unit_by_magnitude) {
  EXPECT_EQ(from_count(1'700'000'000), known_ns);
  EXPECT_EQ(from_count(1'700'000'000'000), known_ns);
  EXPECT_EQ(from_count(1'700'000'000'000'000), known_ns);
  EXPECT_EQ(from_count(known_ns), known_ns);
}

TEST(time_count, changes_the_unit_exactly_at_the_documented_bounds) {
  EXPECT_EQ(from_count(99'999'999'999), -1); // the year 5138: seconds, but beyond int64 nanoseconds
  EXPECT_EQ(from_count(100'000'000'000), 100'000'000'000 * ns_per_ms);
  EXPECT_EQ(from_count(99'999'999'999'999), -1);
  EXPECT_EQ(from_count(100'000'000'000'000), 100'000'000'000'000 * ns_per_us);
  EXPECT_EQ(from_count(99'999'999'999'999'999), -1);
  EXPECT_EQ(from_count(100'000'000'000'000'000), 100'000'000'000'000'000);
}

TEST(time_count, a_forced_unit_wins) {
  EXPECT_EQ(from_count(5, time_unit::seconds), 5 * ns_per_s);
  EXPECT_EQ(from_count(5, time_unit::milliseconds), 5 * ns_per_ms);
  EXPECT_EQ(from_count(5, time_unit::microseconds), 5 * ns_per_us);
  EXPECT_EQ(from_count(5, time_unit::nanoseconds), 5);
}

TEST(time_count, ends_where_int64_nanoseconds_end) {
  EXPECT_EQ(from_count(9'223'372'036, time_unit::seconds), 9'223'372'036 * ns_per_s);
  EXPECT_EQ(from_count(9'223'372'037, time_unit::seconds), -1);
  EXPECT_EQ(from_count(INT64_MAX), INT64_MAX);
  EXPECT_EQ(from_count(0), 0);
  std::int64_t ns = 0;
  EXPECT_FALSE(ns_from_count(-1, time_unit::seconds, ns));
}

TEST(time_text, reads_dates_and_clocks) {
  EXPECT_EQ(ns_of("1970-01-01"), 0);
  EXPECT_EQ(ns_of("2023-11-14T22:13:20Z"), known_ns);
  EXPECT_EQ(ns_of("2023-11-14 22:13:20"), known_ns);
  EXPECT_EQ(ns_of("2023-11-14T22:13"), known_ns - 20 * ns_per_s);
  EXPECT_EQ(ns_of("2026-07-01T07:18:49.901214+00:00"), 1'782'890'329'901'214'000);
  EXPECT_EQ(ns_of("2023-11-14T22:13:20.000000001Z"), known_ns + 1);
  EXPECT_EQ(ns_of("1700000000000"), known_ns);
}

TEST(time_text, reads_zones) {
  EXPECT_EQ(ns_of("2023-11-15T00:13:20+02:00"), known_ns);
  EXPECT_EQ(ns_of("2023-11-14T17:13:20-05:00"), known_ns);
  EXPECT_EQ(ns_of("2023-11-14T17:13:20-0500"), known_ns);
  EXPECT_EQ(ns_of("2023-11-15T03:43:20+05:30"), known_ns);
  EXPECT_EQ(ns_of("2023-11-15T00:13:20+02"), known_ns);
}

TEST(time_text, refuses_what_is_no_time_and_shows_the_forms) {
  for (const auto* text : {"",
                           "yesterday",
                           "2026-7-1",
                           "2026-07-01T",
                           "2026-07-01T7:18",
                           "2026-07-01T24:00",
                           "2026-07-01T07:60",
                           "2026-07-01T07:18:61",
                           "2026-07-01T07:18:49.",
                           "2026-07-01T07:18:49+",
                           "2026-07-01T07:18:49+2:00",
                           "2026-07-01T07:18:49+24:00",
                           "2026-07-01T07:18:49Zx",
                           "2026-07-01x",
                           "2026-02-29",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-01-00",
                           "2026-01-32",
                           "-5",
                           "1.5",
                           "12:30",
                           "20260701T0718",
                           "-026-07-01",
                           "2026--7-01",
                           "99999999999"}) {
    const auto ns = ns_from_text(text);
    ASSERT_FALSE(ns) << text;
    EXPECT_EQ(ns.error().code, ec::malformed) << text;
  }
  EXPECT_NE(ns_from_text("yesterday").error().text.find("2026-07-01T07:18:49.5Z"), std::string::npos);
}

TEST(time_text, refuses_times_before_1970_and_beyond_int64) {
  EXPECT_FALSE(ns_from_text("1969-12-31T23:59:59Z"));
  EXPECT_FALSE(ns_from_text("1970-01-01T01:00:00+02:00"));
  EXPECT_FALSE(ns_from_text("2263-01-01"));
  EXPECT_EQ(iso_from_ns(ns_of("2261-12-31T23:59:59.999999999Z")), "2261-12-31T23:59:59.999999999Z");
}

TEST(time_date, knows_leap_years) {
  EXPECT_EQ(ns_from_date(2024, 3, 1).value() - ns_from_date(2024, 2, 28).value(), 2 * ns_per_day);
  EXPECT_EQ(ns_from_date(2026, 3, 1).value() - ns_from_date(2026, 2, 28).value(), ns_per_day);
  EXPECT_TRUE(ns_from_date(2000, 2, 29));
  EXPECT_FALSE(ns_from_date(2100, 2, 29));
  EXPECT_FALSE(ns_from_date(2026, 4, 31));
}

TEST(time_date, counts_every_day_of_three_centuries_once) {
  constexpr unsigned days_in[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t expected = 0;
  for (int year = 1970; year <= 2261; ++year)
    for (unsigned month = 1; month <= 12; ++month) {
      const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
      for (unsigned day = 1; day <= days_in[month - 1] + (month == 2 && leap ? 1 : 0); ++day, expected += ns_per_day)
        ASSERT_EQ(ns_from_date(year, month, day), expected) << year << "-" << month << "-" << day;
    }
}

TEST(time_iso, prints_as_many_fraction_digits_as_needed) {
  EXPECT_EQ(iso_from_ns(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_from_ns(known_ns + 5 * ns_per_ms), "2023-11-14T22:13:20.005Z");
  EXPECT_EQ(iso_from_ns(known_ns + 901'214 * ns_per_us), "2023-11-14T22:13:20.901214Z");
  EXPECT_EQ(iso_from_ns(known_ns + 1), "2023-11-14T22:13:20.000000001Z");
}

TEST(time_iso, survives_text_and_back) {
  std::mt19937_64 random{6};
  const auto end = static_cast<std::uint64_t>(ns_from_date(2261, 12, 31).value());
  const std::int64_t grids[] = {1, ns_per_us, ns_per_ms, ns_per_s, 60 * ns_per_s};
  for (int i = 0; i < 50'000; ++i) {
    const auto grid = grids[random() % 5];
    const auto ns = static_cast<std::int64_t>(random() % end) / grid * grid;
    ASSERT_EQ(ns_of(iso_from_ns(ns)), ns) << iso_from_ns(ns);
  }
}

TEST(duration, reads_every_unit) {
  EXPECT_EQ(duration_from_text("1ns"), 1);
  EXPECT_EQ(duration_from_text("250us"), 250 * ns_per_us);
  EXPECT_EQ(duration_from_text("5ms"), 5 * ns_per_ms);
  EXPECT_EQ(duration_from_text("1.5s"), 1'500 * ns_per_ms);
  EXPECT_EQ(duration_from_text("30m"), 1'800 * ns_per_s);
  EXPECT_EQ(duration_from_text("24h"), ns_per_day);
  EXPECT_EQ(duration_from_text("7d"), 7 * ns_per_day);
  EXPECT_EQ(duration_from_text("0s"), 0);
}

TEST(duration, refuses_everything_else_and_shows_the_forms) {
  for (const auto* text : {"", "5", "ms", "-5ms", "5 ms", "5min", "1e3s", "1..5s", "5MS", "200000d", "1.5", "s5"})
    EXPECT_FALSE(duration_from_text(text)) << text;
  EXPECT_NE(duration_from_text("soon").error().text.find("250us"), std::string::npos);
}

} // namespace
} // namespace strike
