#include "dashboard/risk_view.hpp"

#include <gtest/gtest.h>

namespace strike::dashboard {
namespace {

TEST(risk_view, says_nothing_of_what_is_not_restricted) {
  EXPECT_EQ(risk_json({}, true), R"({"is_current":true,"states":[],"limits":[],"kills":[]})");
  EXPECT_EQ(risk_json({}, false), R"({"is_current":false,"states":[],"limits":[],"kills":[]})");
}

TEST(risk_view, shows_states_limits_and_the_newest_kill_first) {
  wire::risk_report told;
  told.states = {
      {{scope_kind::strategy, "<b>"}, state_source::trigger, trading_state::reduce_only, "lost", "exec", 5'000'000}};
  told.limits = {{{}, "max_delta.BTC", 1.5, 2}};
  told.kills = {{{}, false, "old", "ann", 1'000'000, true, true, false, {"halted", "nothing is open"}},
                {{scope_kind::venue, "derive"}, true, "new", "bob", 2'000'000, false, false, true, {}}};
  EXPECT_EQ(
      risk_json(told, true),
      R"({"is_current":true,"states":[{"scope":"strategy","name":"<b>","state":"reduce_only","source":"trigger",)"
      R"("reason":"lost","by":"exec","since_ms":5}],"limits":[{"scope":"all","name":"","limit":"max_delta.BTC",)"
      R"("used":1.5,"most":2}],"kills":[{"scope":"venue","name":"derive","flatten":true,"reason":"new","by":"bob",)"
      R"("began_ms":2,"is_over":false,"is_clean":false,"is_alarmed":true,"lines":[]},{"scope":"all","name":"",)"
      R"("flatten":false,"reason":"old","by":"ann","began_ms":1,"is_over":true,"is_clean":true,"is_alarmed":false,)"
      R"("lines":["halted","nothing is open"]}]})");
}

} // namespace
} // namespace strike::dashboard
