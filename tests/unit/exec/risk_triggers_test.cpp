#include "risk_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct risk_triggers_test : risk_kit {
  /// A second passes and the gate looks around.
  void look(std::int64_t after_ns = ns_per_s) {
    pass(after_ns);
    gate->round(now);
  }
  std::vector<std::string> looked() {
    look();
    return std::exchange(changes, {});
  }
};

TEST_F(risk_triggers_test, a_daily_loss_at_its_limit_halts_what_it_was_set_for) {
  limit("[risk.strategy.alpha]\nmax_daily_loss = 100\n");
  look();
  hold(linear, side::buy, 3'000_px, 1_qty);
  quote(linear, {.mark = 2'900.01, .index = 3'000.0});
  EXPECT_THAT(looked(), IsEmpty());
  quote(linear, {.mark = 2'900.0, .index = 3'000.0});
  EXPECT_THAT(looked(), ElementsAre("strategy alpha: active -> halted (max_daily_loss: 100.00 USD lost since midnight "
                                    "UTC, 100 are allowed)"));
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("max_daily_loss"));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty), beta), "");
  quote(linear, {.mark = 3'000.0, .index = 3'000.0});
  EXPECT_THAT(looked(), IsEmpty()) << "a halt ends on command only";
  EXPECT_THAT(kills, IsEmpty());
}

TEST_F(risk_triggers_test, losses_in_coin_count_in_usd_and_fees_count_as_losses) {
  limit("max_daily_loss = 100\n");
  look();
  // 60,000 USD long at 60,000 is 1 BTC; at 59,950 it lost 60000/59950 - 1 = 0.000834 BTC, 50 USD
  gate->on_fill(alpha, {.instrument = perpetual,
                        .side = side::buy,
                        .at = 60'000_px,
                        .size = 60'000_qty,
                        .fee = {static_cast<int128>(800'000)}}); // 0.0008 BTC, 48 USD
  quote(perpetual, {.mark = 59'950.0, .index = 60'000.0});
  EXPECT_THAT(looked(), IsEmpty());
  quote(perpetual, {.mark = 59'945.0, .index = 60'000.0});
  EXPECT_EQ(looked().size(), 1U);
}

TEST_F(risk_triggers_test, a_resumed_scope_counts_its_losses_anew) {
  limit("max_daily_loss = 100\n");
  look();
  hold(linear, side::buy, 3'000_px, 1_qty);
  quote(linear, {.mark = 2'850.0, .index = 3'000.0});
  EXPECT_EQ(looked().size(), 1U);
  EXPECT_TRUE(gate->resume({}, "me", now));
  changes.clear();
  EXPECT_THAT(looked(), IsEmpty());
  quote(linear, {.mark = 2'750.0, .index = 3'000.0});
  EXPECT_EQ(looked().size(), 1U);
}

TEST_F(risk_triggers_test, a_new_day_begins_with_no_loss_but_the_drawdown_goes_on) {
  limit("max_daily_loss = 100\nmax_drawdown = 150\nheld_mark_age = \"7d\"\n");
  look();
  hold(linear, side::buy, 3'000_px, 1_qty);
  quote(linear, {.mark = 2'910.0, .index = 3'000.0});
  EXPECT_THAT(looked(), IsEmpty());
  look(ns_per_day);
  quote(linear, {.mark = 2'860.0, .index = 3'000.0});
  EXPECT_THAT(looked(), IsEmpty()) << "50 today, 140 in all; " << changes.size();
  quote(linear, {.mark = 2'850.0, .index = 3'000.0});
  EXPECT_THAT(looked(), ElementsAre(HasSubstr("max_drawdown: 150.00 USD below the highest equity, 150 are allowed")));
}

TEST_F(risk_triggers_test, a_trigger_does_what_it_is_told_to) {
  for (const auto& [action, state] :
       {std::pair{"off", ""}, {"reduce_only", "reduce_only"}, {"halt", "halted"}, {"kill", "halted"}}) {
    limit(std::string{"max_daily_loss = 100\non_daily_loss = \""} + action + "\"\n");
    kills.clear();
    changes.clear();
    look();
    hold(linear, side::buy, 3'000_px, 1_qty);
    quote(linear, {.mark = 2'000.0, .index = 3'000.0});
    const auto told = looked();
    EXPECT_EQ(told.size(), *state == 0 ? 0U : 1U) << action;
    if (!told.empty()) {
      EXPECT_THAT(told[0], HasSubstr(std::string{"-> "} + state)) << action;
    }
    EXPECT_EQ(kills.size(), std::string_view{action} == "kill" ? 1U : 0U) << action;
    EXPECT_THAT(looked(), IsEmpty()) << "once";
  }
  EXPECT_THAT(kills, ElementsAre(HasSubstr("all: max_daily_loss")));
}

TEST_F(risk_triggers_test, old_data_of_what_is_held_makes_the_instrument_reduce_only_until_it_is_fresh) {
  limit("held_mark_age = \"30s\"\n");
  hold(linear, side::buy, 3'000_px, 1_qty);
  look(0);
  pass(30 * ns_per_s);
  look(0);
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_THAT(looked(), ElementsAre("instrument deribit:ETH_USDC-PERPETUAL: active -> reduce_only (held_mark_age: its "
                                    "market data is too old, and it is held)"));
  quote(linear, {.mark = 3'000.0});
  EXPECT_THAT(looked(), ElementsAre("instrument deribit:ETH_USDC-PERPETUAL: reduce_only -> active (its market data is "
                                    "fresh again, or it is no longer held)"));
}

TEST_F(risk_triggers_test, data_of_what_was_held_before_a_restart_has_time_to_come) {
  limit("held_mark_age = \"30s\"\n");
  const auto other = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  hold(other, side::buy, 3'000_px, 10_qty);
  look();
  look(30 * ns_per_s);
  EXPECT_THAT(changes, IsEmpty());
  look();
  EXPECT_THAT(changes, ElementsAre(HasSubstr("instrument deribit:ETH-PERPETUAL: active -> reduce_only")));
}

TEST_F(risk_triggers_test, rejections_within_the_window_halt) {
  limit("reject_window = \"10s\"\n[risk.strategy.alpha]\nmax_rejects = 3\n");
  const auto reject = [this](owner_id owner) {
    const auto id = placed(buy(perpetual, 59'000_px, 10_qty), owner);
    end(id, order_state::rejected);
  };
  for (int i = 0; i < 5; ++i) reject(beta); // has no such limit
  reject(alpha);
  pass(11 * ns_per_s);
  reject(alpha);
  reject(alpha);
  EXPECT_THAT(changes, IsEmpty()) << "the first one is forgotten";
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 15_qty)), HasSubstr("lot")); // refused here: counts, too
  EXPECT_THAT(changes, ElementsAre("strategy alpha: active -> halted (max_rejects: 3 orders were refused within 0.0 s, "
                                   "the last one by the risk check)"));
}

TEST_F(risk_triggers_test, orders_refused_by_a_halt_do_not_count_as_rejections) {
  limit("max_rejects = 2\n");
  gate->restrict({scope_kind::strategy, "alpha"}, trading_state::halted, "test", "me", now);
  changes.clear();
  for (int i = 0; i < 5; ++i) place(buy(perpetual, 59'000_px, 10_qty));
  EXPECT_THAT(changes, IsEmpty());
}

TEST_F(risk_triggers_test, a_position_that_differs_from_the_venues_halts_the_instrument) {
  gate->on_mismatch(perpetual, "booked 10, the venue says 20", now);
  EXPECT_THAT(changes, ElementsAre("instrument deribit:BTC-PERPETUAL: active -> halted (position mismatch: booked 10, "
                                   "the venue says 20)"));
  limit("on_mismatch = \"kill\"\n");
  gate->on_mismatch(perpetual, "x", now);
  EXPECT_THAT(kills, ElementsAre("instrument deribit:BTC-PERPETUAL: position mismatch: x"));
}

TEST_F(risk_triggers_test, shows_states_and_limits_as_metrics) {
  limit("max_open_orders = 4\n");
  placed(buy(perpetual, 59'000_px, 10_qty));
  gate->restrict({scope_kind::strategy, "alpha"}, trading_state::halted, "test", "me", now);
  look();
  EXPECT_THAT(registry.to_text(), HasSubstr("strike_exec_risk_state{scope=\"strategy alpha\"} 2"));
  EXPECT_THAT(registry.to_text(),
              HasSubstr("strike_exec_risk_limit_used_ratio{limit=\"max_open_orders\",scope=\"all\"} 0.25"));
  EXPECT_TRUE(gate->resume({scope_kind::strategy, "alpha"}, "me", now));
  look();
  EXPECT_THAT(registry.to_text(), HasSubstr("strike_exec_risk_state{scope=\"strategy alpha\"} 0"));
}

} // namespace
