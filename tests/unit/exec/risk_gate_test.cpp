#include "risk_kit.hpp"

#include <cmath>

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;
using exec::test::risk_kit;
using testing::AllOf;
using testing::HasSubstr;

namespace {

using risk_gate_test = risk_kit;

TEST_F(risk_gate_test, an_order_within_all_limits_passes_unchanged) {
  const venue_order sent{{7}, alpha, "c1", buy(perpetual, 60'000_px, 10_qty)};
  const auto got = gate->check(sent, now);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->label, "c1");
  EXPECT_EQ((*got)->request.limit, 60'000_px);
}

TEST_F(risk_gate_test, a_refusal_names_order_rule_limit_value_and_what_to_do) {
  limit("[risk.strategy.alpha]\nmax_order_size = 20\n");
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 30_qty)),
            "risk refuses c1 on deribit:BTC-PERPETUAL: max_order_size of strategy alpha is 20, the "
            "order's 30; make it smaller, or raise the limit under [risk.strategy.alpha]");
}

// ---- market data

TEST_F(risk_gate_test, an_instrument_that_the_venue_halted_or_ended_is_not_traded) {
  tell(perpetual, instrument_state::halted);
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 10_qty)), HasSubstr("the venue halted the instrument"));
  tell(perpetual, instrument_state::resumed);
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 10_qty)), "");
  for (const auto end : {instrument_state::expired, instrument_state::settled}) {
    limit("");
    tell(yes, end);
    EXPECT_THAT(place(buy(yes, 0.4_px, 10_qty)), HasSubstr("the venue says that the instrument expired"));
  }
}

TEST_F(risk_gate_test, no_order_leaves_without_a_mark_or_on_an_old_or_doubtful_one) {
  limit("mark_age = \"10s\"\n");
  const auto other = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  EXPECT_THAT(place(buy(other, 3'000_px, 10_qty)), HasSubstr("no mark price is known"));
  EXPECT_THAT(place(market(other, side::buy, 10_qty)), HasSubstr("no mark price is known"));
  pass(10 * ns_per_s);
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 10_qty)), "");
  pass(1);
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 10_qty)),
              HasSubstr("its market data is 10.0 s old, mark_age allows 10.0 s"));
  quote(perpetual, {.mark = 60'000.0});
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 10_qty)), "");
  quote(perpetual, {.mark = 60'000.0}, trust::stale);
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 10_qty)), HasSubstr("its market data is stale"));
}

TEST_F(risk_gate_test, the_last_value_that_a_router_kept_is_as_old_as_it_is) {
  limit("mark_age = \"10s\"\n");
  const auto other = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  gate->on_market({.venue_ns = now.wall_ns - 11 * ns_per_s,
                   .recv_ns = now.wall_ns - 11 * ns_per_s,
                   .instrument = other,
                   .body = ticker{.mark = 3'000.0}},
                  now);
  EXPECT_THAT(place(buy(other, 3'000_px, 10_qty)), HasSubstr("11.0 s old"));
}

TEST_F(risk_gate_test, a_quiet_prediction_market_is_not_taken_for_stale) {
  pass(3'600 * ns_per_s);
  EXPECT_EQ(place(buy(yes, 0.4_px, 10_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 10_qty)), HasSubstr("3600.0 s old"));
}

TEST_F(risk_gate_test, an_option_without_the_price_of_its_underlying_has_no_notional) {
  const auto other = *instruments.intern(venue::deribit, "BTC-26MAR27-80000-C");
  quote(other, {.mark = 0.1});
  EXPECT_THAT(place(buy(other, 0.1_px, 1_qty)), HasSubstr("its notional in USD is not known"));
}

// ---- collars

TEST_F(risk_gate_test, a_limit_is_not_worse_than_the_collar_on_its_side) {
  limit("collar = 0.01\n");
  EXPECT_EQ(place(buy(perpetual, 60'600_px, 10_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 60'600.5_px, 10_qty)),
              HasSubstr("a buy at 60600.5 is beyond the collar of 60600, the mark being 60000"));
  end({1});
  EXPECT_EQ(place(sell(perpetual, 59'400_px, 10_qty)), "");
  EXPECT_THAT(place(sell(perpetual, 59'399.5_px, 10_qty)), HasSubstr("beyond the collar of 59400"));
  end({3});
  EXPECT_EQ(place(buy(perpetual, 1_px, 10_qty)), "") << "better than the mark is no danger";
}

TEST_F(risk_gate_test, options_have_a_collar_of_their_own_and_no_collar_is_narrower_than_some_ticks) {
  limit("option_collar = 0.2\ncollar_ticks = 4\n");
  EXPECT_EQ(place(buy(call, 0.06_px, 1_qty)), "");
  EXPECT_THAT(place(buy(call, 0.0605_px, 1_qty)), HasSubstr("beyond the collar of 0.06"));
  quote(put, {.mark = 0.0});
  EXPECT_EQ(place(buy(put, 0.0004_px, 1_qty)), "");
  EXPECT_THAT(place(buy(put, 0.0005_px, 1_qty)), HasSubstr("beyond the collar of 0.0004"));
}

TEST_F(risk_gate_test, binaries_have_a_collar_in_absolute_price_around_the_middle) {
  limit("binary_collar = 0.05\n");
  EXPECT_EQ(place(buy(yes, 0.45_px, 10_qty)), "");
  EXPECT_THAT(place(buy(yes, 0.46_px, 10_qty)), HasSubstr("beyond the collar of 0.45, the mark being 0.4"));
}

TEST_F(risk_gate_test, the_limit_of_a_stop_order_is_held_against_its_stop) {
  limit("collar = 0.01\n");
  auto x = buy(perpetual, 70'700_px, 10_qty);
  x.stop = 70'000_px;
  EXPECT_EQ(place(x), "");
  x.limit = 70'700.5_px;
  EXPECT_THAT(place(x), HasSubstr("beyond the collar of 70700, the stop being 70000"));
}

TEST_F(risk_gate_test, the_most_specific_table_sets_the_collar) {
  limit("collar = 0.01\n[risk.venue.deribit]\ncollar = 0.02\n[risk.strategy.beta]\ncollar = 0.03\n");
  EXPECT_THAT(place(buy(perpetual, 61'201_px, 10_qty)), HasSubstr("beyond the collar of 61200"));
  EXPECT_THAT(place(buy(perpetual, 61'801_px, 10_qty), beta), HasSubstr("beyond the collar of 61800"));
  EXPECT_THAT(place(buy(derive, 3'031_px, 1_qty)), HasSubstr("beyond the collar of 3030"));
}

// ---- limits of one order

TEST_F(risk_gate_test, order_size_is_limited_for_all_for_a_venue_and_for_a_strategy) {
  limit("max_order_size = 30\n[risk.venue.derive]\nmax_order_size = 20\n[risk.strategy.beta]\nmax_order_size = 10\n");
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 30_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 40_qty)), HasSubstr("max_order_size of all is 30, the order's 40"));
  EXPECT_EQ(place(buy(derive, 3'000_px, 20_qty)), "");
  EXPECT_THAT(place(buy(derive, 3'000_px, 20.001_qty)), HasSubstr("of venue derive is 20, the order's 20.001"));
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 10_qty), beta), "");
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 20_qty), beta), HasSubstr("of strategy beta is 10, the order's 20"));
}

TEST_F(risk_gate_test, order_notional_is_in_usd_whatever_the_instrument) {
  limit("max_order_notional = 6000\n");
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 6'000_qty)), ""); // inverse: the size is USD
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 6'010_qty)), HasSubstr("is 6000.00 USD, the order's 6010.00 USD"));
  EXPECT_EQ(place(buy(linear, 3'000_px, 2_qty)), ""); // price x size
  EXPECT_THAT(place(buy(linear, 3'000_px, 2.001_qty)), HasSubstr("the order's 6003.00 USD"));
  EXPECT_THAT(place(buy(linear, 3'030_px, 2_qty)), HasSubstr("the order's 6060.00 USD")) << "a limit above the mark";
  EXPECT_EQ(place(buy(call, 0.05_px, 0.1_qty)), ""); // options: the underlying
  EXPECT_THAT(place(buy(call, 0.05_px, 0.2_qty)), HasSubstr("the order's 12000.00 USD"));
  EXPECT_EQ(place(buy(yes, 0.4_px, 15'000_qty)), "");
  EXPECT_THAT(place(buy(yes, 0.4_px, 15'000.01_qty)), HasSubstr("the order's 6000.00 USD"));
}

TEST_F(risk_gate_test, open_orders_are_counted_until_they_are_final) {
  limit("max_open_orders = 2\n[risk.strategy.beta]\nmax_open_orders = 1\n");
  const auto first = placed(buy(perpetual, 59'000_px, 10_qty));
  placed(buy(perpetual, 59'000_px, 10_qty), beta);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("max_open_orders of all is 2"));
  gate->on_order(first, {.state = order_state::unknown, .limit = 59'000_px, .size = 10_qty, .open = 10_qty}, now);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("with this one there would be 3"));
  end(first);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty), beta), HasSubstr("max_open_orders of strategy beta is 1"));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty)), "");
}

TEST_F(risk_gate_test, orders_come_no_faster_than_the_rate_and_a_refused_one_costs_nothing) {
  limit("orders_per_second = 10\norder_burst = 2\n[risk.strategy.beta]\norders_per_second = 1\norder_burst = 1\n");
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty), beta), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty), beta),
              HasSubstr("orders_per_second of strategy beta is 1, with bursts of 1; try again in 1.000 s"));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("of all is 10, with bursts of 2"));
  pass(100 * ns_per_ms);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 15_qty)), HasSubstr("lot"));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("orders_per_second"));
}

// ---- positions

TEST_F(risk_gate_test, position_size_counts_what_is_held_and_everything_open_on_that_side) {
  limit("[risk.strategy.alpha]\nmax_position_size = 100\n");
  hold(perpetual, side::buy, 60'000_px, 50_qty);
  const auto first = placed(buy(perpetual, 59'000_px, 30_qty));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 20_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)),
              HasSubstr("max_position_size of strategy alpha is 100, with all orders it could be 110"));
  EXPECT_EQ(place(sell(perpetual, 61'000_px, 150_qty)), "") << "down to -100";
  EXPECT_THAT(place(sell(perpetual, 61'000_px, 10_qty)), HasSubstr("could be 110"));
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty), beta), "") << "another strategy has its own position";
  end(first);
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 30_qty)), "");
}

TEST_F(risk_gate_test, position_size_of_all_is_that_of_all_strategies_and_of_the_account) {
  limit("max_position_size = 100\n");
  hold(perpetual, side::buy, 60'000_px, 60_qty, alpha);
  hold(perpetual, side::sell, 60'000_px, 30_qty, beta);
  gate->on_adopted(perpetual, 60_qty);
  gate->on_adopted(perpetual, -20_qty);
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 30_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("could be 110"));
}

TEST_F(risk_gate_test, what_makes_a_position_smaller_passes_even_beyond_its_limit) {
  limit("max_position_size = 100\nmax_position_notional = 100\nmax_portfolio_notional = 100\n");
  hold(perpetual, side::buy, 60'000_px, 500_qty);
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("max_position_size"));
  EXPECT_EQ(place(sell(perpetual, 61'000_px, 500_qty)), "");
}

TEST_F(risk_gate_test, position_notional_is_the_worst_position_at_the_mark) {
  limit("max_position_notional = 6000\n");
  EXPECT_EQ(place(buy(linear, 2'950_px, 2_qty)), "");
  EXPECT_THAT(place(buy(linear, 2'950_px, 0.001_qty)),
              HasSubstr("max_position_notional of all is 6000.00 USD, with all orders it could be 6003.00 USD"));
  quote(linear, {.mark = 2'900.0});
  EXPECT_EQ(place(buy(linear, 2'850_px, 0.001_qty)), "");
}

TEST_F(risk_gate_test, portfolio_notional_sums_the_worst_of_every_instrument) {
  limit("max_portfolio_notional = 10000\n");
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 4'000_qty)), "");
  EXPECT_EQ(place(sell(perpetual, 61'000_px, 3'000_qty)), "") << "the other side is not the worse one";
  EXPECT_EQ(place(sell(linear, 3'050_px, 2_qty)), "");
  EXPECT_THAT(place(buy(yes, 0.4_px, 10_qty)),
              HasSubstr("max_portfolio_notional of all is 10000.00 USD, with all orders it could be 10004.00 USD"));
  quote(linear, {.mark = 2'990.0});
  EXPECT_EQ(place(buy(yes, 0.4_px, 10_qty)), "") << "counted at the mark of now";
}

TEST_F(risk_gate_test, a_fill_moves_an_order_into_the_position_and_counts_once) {
  limit("max_position_size = 100\n");
  const auto id = placed(buy(perpetual, 60'000_px, 100_qty));
  fill_of(id, 60'000_px, 40_qty);
  EXPECT_EQ(gate->book().of(perpetual).held, 40_qty);
  EXPECT_EQ(gate->book().of(perpetual).buys, 60_qty);
  fill_of(id, 60'000_px, 60_qty);
  EXPECT_EQ(gate->book().find(id), nullptr);
  EXPECT_THAT(place(buy(perpetual, 60'000_px, 10_qty)), HasSubstr("could be 110"));
  gate->on_fill_undone(alpha, {.instrument = perpetual, .side = side::buy, .at = 60'000_px, .size = 60_qty});
  EXPECT_EQ(place(buy(perpetual, 60'000_px, 60_qty)), "");
}

TEST_F(risk_gate_test, a_settlement_ends_the_position) {
  limit("max_position_size = 1\n");
  hold(call, side::buy, 0.05_px, 1_qty);
  EXPECT_THAT(place(buy(call, 0.05_px, 0.1_qty)), HasSubstr("max_position_size"));
  gate->on_settlement(alpha, {.owner = alpha, .instrument = call, .size = 1_qty, .delivery = 60'000});
  EXPECT_EQ(gate->held(alpha, call), 0_qty);
  EXPECT_EQ(place(buy(call, 0.05_px, 0.1_qty)), "");
}

// ---- greeks

TEST_F(risk_gate_test, delta_of_an_underlying_counts_pending_orders_at_their_worst) {
  limit("[risk.strategy.alpha]\nmax_delta = { BTC = 1 }\n");
  hold(call, side::buy, 0.05_px, 1_qty); // +0.5
  EXPECT_EQ(place(buy(call, 0.045_px, 1_qty)), "");
  EXPECT_THAT(place(buy(call, 0.045_px, 0.1_qty)),
              HasSubstr("max_delta.BTC of strategy alpha is 1, with all orders it could be 1.05"));
  EXPECT_THAT(place(sell(put, 0.055_px, 0.1_qty)), HasSubstr("could be 1.05")) << "selling a put buys delta";
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 60_qty)), HasSubstr("could be 1.001")) << "60 USD are 0.001 BTC";
  EXPECT_EQ(place(buy(put, 0.045_px, 3_qty)), "") << "0.5 - 1.5";
  EXPECT_THAT(place(sell(perpetual, 61'000_px, 60_qty)), HasSubstr("could be -1.001"));
  EXPECT_EQ(place(buy(linear, 3'000_px, 5_qty)), "") << "another underlying";
}

TEST_F(risk_gate_test, gamma_and_vega_are_limited_per_underlying_and_follow_the_ticker) {
  limit("max_gamma = { BTC = 0.00004 }\nmax_vega = { BTC = 240 }\n");
  hold(call, side::buy, 0.05_px, 1_qty);
  EXPECT_EQ(place(buy(put, 0.045_px, 1_qty)), "");
  EXPECT_THAT(place(buy(put, 0.045_px, 0.1_qty)), HasSubstr("max_gamma.BTC of all"));
  EXPECT_EQ(place(sell(put, 0.055_px, 3_qty)), "");
  quote(call, {.mark = 0.05, .delta = 0.5, .gamma = 1e-5, .vega = 200.0});
  EXPECT_THAT(place(buy(put, 0.045_px, 0.1_qty)), HasSubstr("max_vega.BTC of all is 240, with all orders it could be "
                                                            "288"));
}

TEST_F(risk_gate_test, an_option_without_greeks_is_refused_where_they_are_limited) {
  const auto other = *instruments.intern(venue::deribit, "BTC-26MAR27-80000-C");
  quote(other, {.mark = 0.1, .underlying = 60'000.0});
  EXPECT_EQ(place(buy(other, 0.1_px, 0.1_qty)), "");
  limit("max_vega = { BTC = 100 }\n");
  quote(other, {.mark = 0.1, .underlying = 60'000.0});
  EXPECT_THAT(place(buy(other, 0.1_px, 0.1_qty)), HasSubstr("the greeks of the instrument are not known"));
}

// ---- reduce-only and self-trade

TEST_F(risk_gate_test, a_reduce_only_order_does_not_exceed_the_position_less_what_reduces_it_already) {
  auto x = sell(perpetual, 61'000_px, 30_qty);
  x.reduce_only = true;
  EXPECT_THAT(place(x), HasSubstr("reduce-only: its strategy holds 0"));
  hold(perpetual, side::buy, 60'000_px, 50_qty);
  placed(sell(perpetual, 61'000_px, 20_qty));
  EXPECT_EQ(place(x), "");
  x.size = 10_qty;
  EXPECT_THAT(place(x), HasSubstr("holds 50, orders of 50 on that side are open, and this one of 10"));
  EXPECT_THAT(place(x, beta), HasSubstr("holds 0")) << "the position of another strategy is not its own";
  x.side = side::buy;
  x.limit = 59'000_px;
  EXPECT_THAT(place(x), HasSubstr("reduce-only")) << "not the reducing side";
}

TEST_F(risk_gate_test, an_order_that_would_meet_an_own_one_is_refused_and_the_other_named) {
  const auto resting = placed(buy(perpetual, 59'000_px, 10_qty), beta);
  EXPECT_EQ(place(sell(perpetual, 59'000.5_px, 10_qty)), "");
  EXPECT_THAT(place(sell(perpetual, 59'000_px, 10_qty)),
              HasSubstr("it would trade with the own buy at 59000 of strategy beta, client id c1"));
  EXPECT_THAT(place(market(perpetual, side::sell, 10_qty)), HasSubstr("client id c1")) << "at any price";
  end(resting);
  EXPECT_EQ(place(sell(perpetual, 59'000_px, 10_qty)), "");
}

TEST_F(risk_gate_test, two_sides_of_a_prediction_market_meet_each_other) {
  placed(buy(yes, 0.40_px, 10_qty), beta);
  EXPECT_EQ(place(buy(no, 0.59_px, 10_qty)), "");
  EXPECT_THAT(place(buy(no, 0.60_px, 10_qty)), HasSubstr("own buy at 0.4 of strategy beta"));
}

TEST_F(risk_gate_test, what_never_rests_or_waits_for_its_stop_meets_nothing_later) {
  auto x = buy(perpetual, 60'000_px, 10_qty);
  x.tif = time_in_force::ioc;
  placed(x);
  x = buy(perpetual, 61'000_px, 10_qty);
  x.stop = 60'500_px;
  placed(x);
  EXPECT_EQ(place(sell(perpetual, 60'000_px, 10_qty)), "");
}

TEST_F(risk_gate_test, self_trade_prevention_can_be_left_to_the_venue) {
  limit("self_trade_prevention = false\n");
  placed(buy(perpetual, 60'000_px, 10_qty), beta);
  EXPECT_EQ(place(sell(perpetual, 60'000_px, 10_qty)), "");
}

// ---- amends

TEST_F(risk_gate_test, an_amend_is_checked_like_an_order_and_changes_nothing_if_refused) {
  limit("max_order_size = 50\nmax_position_size = 60\ncollar = 0.01\n");
  hold(perpetual, side::buy, 60'000_px, 20_qty);
  const auto id = placed(buy(perpetual, 59'000_px, 30_qty));
  EXPECT_THAT(amend(id, 59'000.3_px, 30_qty), HasSubstr("not on the tick"));
  EXPECT_THAT(amend(id, 60'600.5_px, 30_qty), HasSubstr("beyond the collar"));
  EXPECT_THAT(amend(id, 59'000_px, 60_qty), HasSubstr("max_order_size"));
  EXPECT_THAT(amend(id, 59'000_px, 50_qty),
              HasSubstr("max_position_size of all is 60, with all orders it could be 70"));
  EXPECT_EQ(gate->book().of(perpetual).buys, 30_qty);
  EXPECT_EQ(amend(id, 59'500_px, 40_qty), "");
  EXPECT_THAT(amend({99}, 59'000_px, 10_qty), HasSubstr("no such order is open"));
}

TEST_F(risk_gate_test, an_amend_counts_at_its_worse_until_the_venue_says_how_it_stands) {
  const auto id = placed(sell(perpetual, 61'000_px, 30_qty));
  EXPECT_EQ(amend(id, 60'500_px, 10_qty), "");
  EXPECT_EQ(gate->book().of(perpetual).sells, 30_qty);
  EXPECT_THAT(place(buy(perpetual, 60'500_px, 10_qty)), HasSubstr("own sell at 60500"));
  const risk_gate::standing before{.limit = 61'000_px, .size = 30_qty, .open = 30_qty, .is_settled = false};
  gate->on_order(id, before, now);
  EXPECT_THAT(place(buy(perpetual, 60'500_px, 10_qty)), HasSubstr("own sell at 60500")) << "still under way";
  gate->on_order(id, {.limit = 61'000_px, .size = 30_qty, .open = 30_qty}, now); // it was refused
  EXPECT_EQ(place(buy(perpetual, 60'500_px, 10_qty)), "");
  EXPECT_EQ(amend(id, 61'000_px, 50_qty), "");
  EXPECT_EQ(gate->book().of(perpetual).sells, 50_qty);
  fill_of(id, 61'000_px, 20_qty);
  EXPECT_EQ(gate->book().of(perpetual).sells, 30_qty);
  EXPECT_THAT(amend(id, 61'000_px, 20_qty), HasSubstr("size 20 must be above the 20 that is filled"));
}

// ---- the rest

TEST_F(risk_gate_test, a_closing_order_passes_halts_and_limits_but_only_makes_the_position_smaller) {
  limit("max_order_size = 10\n");
  hold(perpetual, side::buy, 60'000_px, 50_qty);
  gate->restrict({}, trading_state::halted, "test", "me", now);
  auto x = market(perpetual, side::sell, 50_qty);
  x.reduce_only = true;
  EXPECT_THAT(place(x), HasSubstr("all is halted"));
  EXPECT_TRUE(gate->check_closing({{80}, alpha, "k1", x}, gate->held(alpha, x.instrument), now));
  EXPECT_FALSE(gate->check_closing({{81}, alpha, "k2", x}, gate->held(alpha, x.instrument), now))
      << "one is open already";
}

TEST_F(risk_gate_test, orders_and_positions_of_before_a_restart_count) {
  limit("max_position_size = 100\nmax_open_orders = 2\n");
  hold(perpetual, side::buy, 60'000_px, 50_qty);
  gate->restore_order({{70}, alpha, "old", buy(perpetual, 59'000_px, 50_qty)},
                      {.limit = 59'000_px, .size = 50_qty, .open = 40_qty});
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 10_qty)), "");
  EXPECT_THAT(place(buy(perpetual, 59'000_px, 10_qty)), HasSubstr("max_open_orders"));
  end({70});
  EXPECT_EQ(place(buy(perpetual, 59'000_px, 40_qty)), "");
}

TEST_F(risk_gate_test, shows_how_much_of_each_limit_is_used) {
  limit("max_open_orders = 4\n[risk.strategy.alpha]\nmax_delta = { BTC = 2 }\nmax_portfolio_notional = 200000\n");
  hold(call, side::sell, 0.05_px, 1_qty);
  placed(buy(put, 0.045_px, 1_qty));
  std::vector<std::string> got;
  for (const auto& x : gate->limits())
    got.push_back(to_string(x.where) + " " + x.limit + " " + std::to_string(std::lround(x.used)) + "/" +
                  std::to_string(std::lround(x.most)));
  EXPECT_THAT(got,
              testing::ElementsAre("all max_open_orders 1/4", "strategy alpha max_portfolio_notional 120000/200000",
                                   "strategy alpha max_delta.BTC 1/2"));
}

TEST_F(risk_gate_test, counts_refusals_by_rule) {
  place(buy(perpetual, 60'000_px, 15_qty));
  place(buy(perpetual, 90'000_px, 10_qty));
  EXPECT_THAT(registry.to_text(), AllOf(HasSubstr("strike_exec_risk_refusals_total{rule=\"instrument\"} 1"),
                                        HasSubstr("strike_exec_risk_refusals_total{rule=\"collar\"} 1"),
                                        HasSubstr("strike_exec_risk_refusals_total{rule=\"label\"} 0")));
}

} // namespace
