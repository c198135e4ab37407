#include "strike/risk_text.hpp"

#include <gtest/gtest.h>

using namespace strike;

namespace {

TEST(risk_text, says_plainly_that_nothing_is_restricted_and_no_limit_set) {
  EXPECT_EQ(states_text({}), "trading: active everywhere\n");
  EXPECT_EQ(limits_text({}), "limits: none is set\n");
  EXPECT_EQ(kills_text({}), "");
}

TEST(risk_text, has_a_line_for_each_state_limit_and_kill) {
  std::vector<risk_state_entry> states(1);
  states[0].where = {scope_kind::strategy, "gamma"};
  states[0].reason = "lunch";
  states[0].by = "ann";
  states[0].since_ns = 1'800'000'000'700'000'000;
  EXPECT_EQ(states_text(states),
            "trading:\n"
            "  halted      strategy gamma               since 2027-01-15T08:00:00Z: lunch (by ann)\n");
  std::vector<limit_use> limits(1);
  limits[0].limit = "max_delta.BTC";
  limits[0].used = 0.5;
  limits[0].most = 2;
  EXPECT_EQ(limits_text(limits),
            "limits:\n"
            "  all                  max_delta.BTC                         0.5 of 2                25 %\n");
  std::vector<kill_report> kills(1);
  kills[0].began_ns = 1'800'000'000'000'000'000;
  kills[0].lines = {"begun", "1 orders are still open"};
  EXPECT_EQ(kills_text(kills), "kill:\n  2027-01-15T08:00:00Z under way: 1 orders are still open\n");
  kills[0].is_over = true;
  EXPECT_EQ(kills_text(kills), "kill:\n  2027-01-15T08:00:00Z NOT CLEAN: 1 orders are still open\n");
  kills[0].is_clean = true;
  EXPECT_EQ(kills_text(kills), "kill:\n  2027-01-15T08:00:00Z done: 1 orders are still open\n");
}

} // namespace
