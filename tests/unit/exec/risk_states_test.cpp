#include "risk_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct risk_states_test : risk_kit {
  const risk_scope of_alpha{scope_kind::strategy, "alpha"}, of_deribit{scope_kind::venue, "deribit"},
      of_perpetual{scope_kind::instrument, "deribit:BTC-PERPETUAL"};

  bool passes(instrument_id what = {}, owner_id owner = alpha) {
    const auto of = what.is_valid() ? what : perpetual;
    const bool made = place(buy(of, of == perpetual ? 59'000_px : 2'950_px, 10_qty), owner).empty();
    if (made) end({last_order});
    return made;
  }
};

TEST_F(risk_states_test, a_halt_stops_the_orders_of_its_scope_and_of_no_other) {
  struct {
    risk_scope where;
    bool alpha_here, beta_here, alpha_at_derive, alpha_in_other;
  } const all[] = {{{}, false, false, false, false},
                   {of_deribit, false, false, true, false},
                   {of_alpha, false, true, false, false},
                   {of_perpetual, false, false, true, true}};
  for (const auto& x : all) {
    limit("");
    gate->restrict(x.where, trading_state::halted, "a test", "me", now);
    EXPECT_EQ(passes(perpetual), x.alpha_here) << to_string(x.where);
    EXPECT_EQ(passes(perpetual, beta), x.beta_here) << to_string(x.where);
    EXPECT_EQ(passes(derive), x.alpha_at_derive) << to_string(x.where);
    EXPECT_EQ(passes(linear), x.alpha_in_other) << to_string(x.where);
    EXPECT_TRUE(gate->resume(x.where, "me", now));
    EXPECT_TRUE(passes()) << to_string(x.where);
  }
}

TEST_F(risk_states_test, a_refusal_says_since_when_why_and_by_whom) {
  gate->restrict(of_alpha, trading_state::halted, "a hand slipped", "ann", now);
  EXPECT_THAT(
      place(buy(perpetual, 59'000_px, 10_qty)),
      HasSubstr("PERPETUAL: strategy alpha is halted since 2027-01-15T08:00:00Z: a hand slipped (by ann); strike "
                "resume lifts it"));
}

TEST_F(risk_states_test, reduce_only_lets_through_what_makes_the_position_smaller) {
  hold(perpetual, side::buy, 60'000_px, 30_qty);
  gate->restrict({}, trading_state::reduce_only, "test", "me", now);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("all is reduce-only"));
  EXPECT_THAT(place(sell(perpetual, 61'000_px, 40_qty)), HasSubstr("all is reduce-only")) << "it would turn it around";
  EXPECT_EQ(place(sell(perpetual, 61'000_px, 20_qty)), "") << "whether or not it is flagged reduce-only";
  EXPECT_THAT(place(sell(perpetual, 61'000_px, 20_qty)), HasSubstr("all is reduce-only"));
}

TEST_F(risk_states_test, the_strictest_counts) {
  hold(perpetual, side::buy, 60'000_px, 30_qty);
  gate->restrict({}, trading_state::reduce_only, "mild", "me", now);
  gate->restrict(of_perpetual, trading_state::halted, "strict", "me", now);
  EXPECT_THAT(place(sell(perpetual, 61'000_px, 10_qty)), HasSubstr("strict"));
  EXPECT_TRUE(gate->resume(of_perpetual, "me", now));
  EXPECT_EQ(place(sell(perpetual, 61'000_px, 10_qty)), "");
}

TEST_F(risk_states_test, each_change_is_told_once) {
  gate->restrict(of_alpha, trading_state::reduce_only, "one", "me", now);
  gate->restrict(of_alpha, trading_state::reduce_only, "one", "me", now);
  gate->restrict(of_alpha, trading_state::halted, "two", "me", now);
  EXPECT_TRUE(gate->resume(of_alpha, "you", now));
  EXPECT_THAT(changes,
              ElementsAre("strategy alpha: active -> reduce_only (one)", "strategy alpha: reduce_only -> halted (two)",
                          "strategy alpha: halted -> active (resumed)"));
  const auto again = gate->resume(of_alpha, "you", now);
  EXPECT_EQ(again.error().code, ec::not_found);
  EXPECT_THAT(again.error().text, HasSubstr("nothing restricts trading of strategy alpha"));
}

TEST_F(risk_states_test, what_reconciling_set_ends_with_the_comparison_only) {
  gate->on_reconciling(venue::deribit, false, now);
  EXPECT_FALSE(gate->resume(of_deribit, "me", now));
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("have not been compared with the venue yet"));
  gate->restrict(of_deribit, trading_state::halted, "by hand", "me", now);
  gate->on_reconciling(venue::deribit, true, now);
  EXPECT_FALSE(passes()) << "the halt by hand stays";
  EXPECT_TRUE(gate->resume(of_deribit, "me", now));
  EXPECT_TRUE(passes());
}

TEST_F(risk_states_test, states_outlive_a_restart) {
  gate->restrict(of_alpha, trading_state::halted, "before", "ann", now);
  gate->restrict({}, trading_state::reduce_only, "too", "bob", now);
  const auto kept = gate->states();
  ASSERT_EQ(kept.size(), 2U);
  limit("");
  changes.clear();
  gate->restore(kept, {});
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_EQ(gate->states(), kept);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("before (by ann)"));
}

TEST_F(risk_states_test, amends_obey_them_too) {
  const auto id = placed(buy(perpetual, 59'000_px, 20_qty));
  gate->restrict({}, trading_state::halted, "test", "me", now);
  EXPECT_THAT(amend(id, 59'000_px, 10_qty), HasSubstr("all is halted"));
}

} // namespace
