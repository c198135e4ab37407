#include "exec/kill_switch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// Two venues with orders, which end when the test says so.
struct made_up_desk : kill_port {
  struct order {
    venue at;
    owner_id owner;
  };
  std::map<std::uint64_t, order> orders;
  std::vector<open_position> held;
  std::vector<std::string> calls;
  std::string refuses; ///< closing
  bool is_explained = true;

  bool is_of(const risk_scope& where, const order& x) const {
    return where.kind == scope_kind::all || (where.kind == scope_kind::venue && where.name == to_text(x.at)) ||
           (where.kind == scope_kind::strategy && where.name == "s" + std::to_string(x.owner));
  }
  void halt(const risk_scope& where, std::string_view why, std::string_view by, const moment&) override {
    calls.push_back("halt " + to_string(where) + ": " + std::string{why} + " by " + std::string{by});
  }
  std::vector<venue> venues(const risk_scope& where) const override {
    if (where.kind == scope_kind::venue) return {*from_text<venue>(where.name)};
    return {venue::deribit, venue::derive};
  }
  std::vector<order_id> open_orders(const risk_scope& where) const override {
    std::vector<order_id> all;
    for (const auto& [id, x] : orders)
      if (is_of(where, x)) all.push_back({id});
    return all;
  }
  bool is_within(const risk_scope& where, order_id id) const override {
    const auto found = orders.find(id.value);
    return found != orders.end() && is_of(where, found->second);
  }
  void cancel(order_id id, const moment&) override { calls.push_back("cancel " + std::to_string(id.value)); }
  void cancel_everything(venue at, const moment&) override {
    calls.push_back("cancel everything at " + std::string{to_text(at)});
  }
  void ask_account(venue at, const moment&) override { calls.push_back("ask " + std::string{to_text(at)}); }
  bool take_over(const risk_scope& where, const moment&) override {
    calls.push_back("take over " + to_string(where));
    return is_explained;
  }
  std::vector<open_position> positions(const risk_scope&) const override { return held; }
  result<void> close(const open_position& what, const moment&) override {
    calls.push_back("close " + to_string(what.size));
    if (!refuses.empty()) return fail(ec::invalid_order, refuses);
    return {};
  }
  std::string name_of(const open_position& what) const override {
    return "of instrument " + std::to_string(what.instrument.index);
  }
};

struct kill_switch_test : testing::Test {
  static constexpr std::int64_t second = 1'000'000'000;
  made_up_desk desk;
  std::vector<std::string> alarms;
  kill_switch kill{{}, desk, [this](const kill_report& x, bool is_alarm) {
                     if (is_alarm) alarms.push_back(x.lines.back());
                   }};
  moment now{.steady_ns = 10 * second, .wall_ns = 1'000 * second};

  kill_switch_test() { desk.orders = {{1, {venue::deribit, 0}}, {2, {venue::derive, 1}}}; }
  void start(const risk_scope& where = {}, bool flattens = false) {
    kill.start(where, flattens, "a test", "me", now);
    kill.round(now);
  }
  std::vector<std::string> take_calls() { return std::exchange(desk.calls, {}); }
  void pass(std::int64_t ns) {
    now.steady_ns += ns;
    now.wall_ns += ns;
    kill.round(now);
  }
  /// A venue says what is open, and the desk knows.
  void answer(venue at, std::vector<std::uint64_t> open = {}, std::vector<venue_name> foreign = {}) {
    account_fact x{.at = at, .asked_ns = now.wall_ns, .foreign_orders = std::move(foreign)};
    std::erase_if(desk.orders,
                  [&](const auto& y) { return y.second.at == at && std::ranges::find(open, y.first) == open.end(); });
    for (const auto id : open) x.open.push_back({.order = {id}});
    kill.on_account(x, now);
  }
  kill_report report() const { return kill.reports().back(); }
};

TEST_F(kill_switch_test, halts_then_cancels_each_order_and_everything_then_asks) {
  start();
  EXPECT_THAT(take_calls(),
              ElementsAre("halt all: kill switch: a test by me", "cancel 1", "cancel 2", "cancel everything at deribit",
                          "ask deribit", "cancel everything at derive", "ask derive"));
  EXPECT_FALSE(report().is_over);
  EXPECT_THAT(report().lines, ElementsAre("kill of all by me: a test; halted, 2 orders are open"));
}

TEST_F(kill_switch_test, is_over_when_every_venue_says_that_nothing_is_open) {
  start();
  answer(venue::deribit);
  EXPECT_FALSE(report().is_over);
  pass(second);
  answer(venue::derive);
  EXPECT_TRUE(report().is_over);
  EXPECT_TRUE(report().is_clean);
  EXPECT_EQ(report().lines.back(), "kill of all is over after 1.0 s: 2 orders were open, none is open, says deribit, "
                                   "derive; trading stays halted until strike resume");
  EXPECT_TRUE(kill.is_idle());
  EXPECT_EQ(kill.round(now), INT64_MAX);
  EXPECT_THAT(alarms, IsEmpty());
}

TEST_F(kill_switch_test, cancels_and_asks_again_while_something_is_open) {
  start();
  take_calls();
  answer(venue::deribit);
  answer(venue::derive, {2});
  EXPECT_EQ(report().lines.back(), "derive: 1 orders are still open; again in 2.0 s");
  pass(2 * second - 1);
  EXPECT_THAT(take_calls(), IsEmpty());
  pass(1);
  EXPECT_THAT(take_calls(), ElementsAre("cancel 2", "cancel everything at deribit", "ask deribit",
                                        "cancel everything at derive", "ask derive"));
  answer(venue::derive);
  answer(venue::deribit);
  EXPECT_TRUE(report().is_clean);
}

TEST_F(kill_switch_test, does_not_take_an_answer_from_before_it_asked) {
  start();
  desk.orders.clear();
  kill.on_account({.at = venue::deribit, .asked_ns = now.wall_ns - 1}, now);
  kill.on_account({.at = venue::derive, .asked_ns = now.wall_ns}, now);
  EXPECT_FALSE(report().is_over);
  kill.on_account({.at = venue::deribit, .asked_ns = now.wall_ns}, now);
  EXPECT_TRUE(report().is_over);
}

TEST_F(kill_switch_test, is_not_over_while_exec_itself_holds_an_order_for_open) {
  start();
  for (const auto at : {venue::deribit, venue::derive}) kill.on_account({.at = at, .asked_ns = now.wall_ns}, now);
  EXPECT_FALSE(report().is_over);
  EXPECT_EQ(report().lines.back(), "2 orders have not been told final yet; again in 2.0 s");
  pass(2 * second);
  answer(venue::deribit);
  answer(venue::derive);
  EXPECT_TRUE(report().is_over);
}

TEST_F(kill_switch_test, orders_of_other_programs_count_for_a_venue_and_not_for_a_strategy) {
  start({scope_kind::venue, "deribit"});
  answer(venue::deribit, {}, {{.id = "alien"}});
  EXPECT_THAT(report().lines.back(), HasSubstr("0 orders are still open, and 1 that are not exec's"));
  EXPECT_FALSE(report().is_over);
  start({scope_kind::strategy, "s1"});
  answer(venue::deribit, {}, {{.id = "alien"}});
  answer(venue::derive, {}, {{.id = "alien"}});
  EXPECT_TRUE(report().is_over);
}

TEST_F(kill_switch_test, a_strategys_kill_touches_no_order_of_another) {
  start({scope_kind::strategy, "s1"});
  EXPECT_THAT(take_calls(),
              ElementsAre("halt strategy s1: kill switch: a test by me", "cancel 2", "ask deribit", "ask derive"));
  answer(venue::deribit, {1});
  answer(venue::derive);
  EXPECT_TRUE(report().is_clean);
}

TEST_F(kill_switch_test, raises_one_alarm_and_goes_on) {
  start();
  answer(venue::deribit);
  take_calls();
  for (int i = 0; i < 60; ++i) {
    pass(second);
    answer(venue::deribit);
  }
  EXPECT_THAT(alarms, ElementsAre(AllOf(HasSubstr("ALARM: after 20.0 s"), HasSubstr("derive did not say"))));
  EXPECT_TRUE(report().is_alarmed);
  EXPECT_GT(std::ranges::count(desk.calls, "cancel everything at derive"), 25);
  answer(venue::derive);
  answer(venue::deribit);
  EXPECT_TRUE(report().is_clean);
}

TEST_F(kill_switch_test, flattens_only_after_nothing_is_open_and_until_nothing_is_held) {
  desk.held = {{.owner = 0, .instrument = {7}, .size = 10_qty}};
  start({scope_kind::venue, "deribit"}, true);
  take_calls();
  answer(venue::deribit);
  EXPECT_THAT(take_calls(), ElementsAre("take over venue deribit", "close 10"));
  EXPECT_EQ(report().lines.back(), "closing 10 of instrument 7");
  desk.held[0].size = 4_qty;
  pass(2 * second);
  EXPECT_THAT(take_calls(), ElementsAre("cancel everything at deribit", "ask deribit"));
  answer(venue::deribit);
  EXPECT_THAT(take_calls(), ElementsAre("take over venue deribit", "close 4"));
  desk.held.clear();
  pass(2 * second);
  answer(venue::deribit);
  EXPECT_TRUE(report().is_clean);
  EXPECT_THAT(report().lines.back(), HasSubstr("2 closing orders, nothing is held"));
}

TEST_F(kill_switch_test, is_not_over_before_a_venues_positions_are_explained) {
  desk.is_explained = false;
  start({scope_kind::venue, "deribit"}, true);
  answer(venue::deribit);
  EXPECT_FALSE(report().is_over);
  desk.is_explained = true;
  pass(2 * second);
  answer(venue::deribit);
  EXPECT_TRUE(report().is_clean);
}

TEST_F(kill_switch_test, is_not_clean_while_a_venues_positions_stay_unexplained) {
  desk.is_explained = false;
  start({scope_kind::venue, "deribit"}, true);
  for (int i = 0; i < 120 && !report().is_over; ++i) {
    pass(second);
    answer(venue::deribit);
  }
  EXPECT_TRUE(report().is_over);
  EXPECT_FALSE(report().is_clean);
  EXPECT_THAT(report().lines.back(), HasSubstr("what a venue holds is NOT what exec knows"));
}

TEST(netted, closes_what_the_account_holds_in_all) {
  const instrument_id one{1}, two{2};
  using positions = std::vector<open_position>;
  const positions alone{{0, one, 10_qty}, {1, one, 5_qty}, {{}, two, -3_qty}};
  EXPECT_EQ(netted(alone), alone);
  EXPECT_EQ(netted({{0, one, 10_qty}, {1, one, -10_qty}}), positions{}) << "nothing for the venue to close";
  EXPECT_EQ(netted({{0, one, -4_qty}, {1, one, 10_qty}, {{}, one, 3_qty}}), (positions{{1, one, 9_qty}}));
  EXPECT_EQ(netted({{0, one, 4_qty}, {{}, one, -10_qty}}), (positions{{{}, one, -6_qty}}));
}

TEST_F(kill_switch_test, says_what_it_could_not_close_and_ends) {
  desk.held = {{.owner = 0, .instrument = {7}, .size = -3_qty}};
  desk.refuses = "below the minimum 5";
  start({scope_kind::venue, "deribit"}, true);
  for (int i = 0; i < 120 && !report().is_over; ++i) {
    pass(second);
    answer(venue::deribit);
  }
  EXPECT_TRUE(report().is_over);
  EXPECT_FALSE(report().is_clean);
  EXPECT_THAT(report().lines, testing::Contains("-3 of instrument 7 cannot be closed: below the minimum 5"));
  EXPECT_THAT(alarms, ElementsAre(HasSubstr("1 positions are NOT closed: -3 of instrument 7")));
}

TEST_F(kill_switch_test, a_second_kill_of_the_scope_joins_the_first) {
  start();
  kill.start({}, true, "again", "you", now);
  EXPECT_EQ(kill.reports().size(), 1U);
  EXPECT_TRUE(report().flattens);
  EXPECT_EQ(report().lines.back(), "asked for again by you: again; positions will be closed");
  start({scope_kind::venue, "derive"});
  EXPECT_EQ(kill.reports().size(), 2U);
}

TEST_F(kill_switch_test, remembers_the_newest_kills_only) {
  for (std::size_t i = 0; i < 2 * kill_switch::kept; ++i) {
    start();
    answer(venue::deribit);
    answer(venue::derive);
  }
  EXPECT_EQ(kill.reports().size(), kill_switch::kept);
}

} // namespace
