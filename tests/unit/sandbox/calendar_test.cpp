#include "sandbox/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using namespace strike::sandbox;
using testing::ElementsAre;

namespace {
std::int64_t at(const char* iso) { return *ns_from_text(iso); }
} // namespace

TEST(calendar, lists_days_then_fridays_then_month_ends) {
  // A Thursday.
  EXPECT_THAT(next_expiries(at("2026-11-26T08:00:00Z"), 7),
              ElementsAre(at("2026-11-27T08:00:00Z"), at("2026-11-28T08:00:00Z"), at("2026-11-29T08:00:00Z"),
                          at("2026-12-04T08:00:00Z"), at("2026-12-11T08:00:00Z"), at("2026-12-18T08:00:00Z"),
                          at("2026-12-25T08:00:00Z")));
}

TEST(calendar, counts_an_expiry_as_next_until_it_is_there) {
  EXPECT_EQ(next_expiries(at("2026-11-26T07:59:59Z"), 1)[0], at("2026-11-26T08:00:00Z"));
}

TEST(calendar, knows_noon_in_new_york_in_summer_and_in_winter) {
  EXPECT_EQ(new_york_noon(at("2026-03-12T09:00:00Z"), 0), at("2026-03-12T16:00:00Z"));
  EXPECT_EQ(new_york_noon(at("2026-11-26T03:00:00Z"), 0), at("2026-11-25T17:00:00Z")); // still the 25th there
  EXPECT_EQ(new_york_noon(at("2026-03-07T12:00:00Z"), 1), at("2026-03-08T16:00:00Z")); // the day the clocks change
}

TEST(calendar, writes_new_york_times_as_polymarket_does) {
  EXPECT_EQ(new_york_date(at("2026-03-12T09:20:00Z")), "March 12");
  EXPECT_EQ(new_york_time(at("2026-03-12T09:20:00Z")), "5:20AM");
  EXPECT_EQ(new_york_time(at("2026-11-26T17:05:00Z")), "12:05PM");
}

TEST(calendar, puts_round_strikes_about_a_price) {
  EXPECT_THAT(strikes_about(90'400, 930, 5), ElementsAre(88'000, 89'000, 90'000, 91'000, 92'000));
  EXPECT_THAT(strikes_about(140, 0.3, 3), ElementsAre(139, 140, 141));
}
