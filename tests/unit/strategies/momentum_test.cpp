#include "strategies/momentum.hpp"

#include "kit/fake_context.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using strike::test::fake_context;
using testing::HasSubstr;

namespace {

constexpr std::int64_t second = 1'000'000'000;

struct momentum_test : testing::Test {
  fake_context world{{{.kind = instrument_kind::perpetual, .ticks = {.base = 0.5_px}, .lot = 10_qty, .minimum = 10_qty},
                      {.at = venue::polymarket, .ticks = {.base = 0.01_px}, .lot = 0.01_qty, .minimum = 5_qty}}};
  instrument_id btc = world.add("BTC-PERPETUAL");
  instrument_id eth = world.add("ETH-PERPETUAL");
  std::unique_ptr<strategy> logic;

  void make(std::string_view more = "") {
    logic =
        test::make_strategy(strategies::make_momentum,
                            "instruments = [\"deribit:*\", \"polymarket:*\"]\nthreshold = 0.01\nlookback_ticks = 3\n"
                            "size = 100\nmax_position = 100\nentry_timeout = \"5s\"\nmax_hold = \"60s\"\n" +
                                std::string{more});
  }
  /// A tick with a spread of 2 around the mid.
  void mid(instrument_id id, std::int64_t units, trust state = trust::live) {
    const price at{units * nanos_per_unit};
    world.tick(*logic, id, {.best_bid = at - 1_px, .best_ask = at + 1_px}, state);
  }
  void flat(instrument_id id, int ticks = 3) {
    for (int i = 0; i < ticks; ++i) mid(id, 1000);
  }
  /// Long 100 of BTC at 1019.
  void hold_long(std::string_view more = "") {
    make(more);
    flat(btc);
    mid(btc, 1020);
    world.fill_order(*logic, world.take_order(), 100_qty);
  }
};

TEST_F(momentum_test, signals_once_the_move_over_the_look_back_passes_the_threshold) {
  make();
  flat(btc);
  mid(btc, 1010); // exactly the threshold
  EXPECT_TRUE(world.signals.empty());
  mid(btc, 1011);
  ASSERT_EQ(world.signals.size(), 1U);
  EXPECT_EQ(world.signals[0].side, side::buy);
  EXPECT_NEAR(world.signals[0].value, 0.011, 1e-12);
  mid(btc, 1012); // still the same move
  EXPECT_EQ(world.signals.size(), 1U);
  world.take_order();
}

TEST_F(momentum_test, compares_with_the_mid_exactly_look_back_ticks_ago) {
  make();
  for (const auto at : {1000, 1005, 1005, 1005, 1015}) mid(btc, at);
  EXPECT_TRUE(world.signals.empty()); // 1015 against 1005, not 1000
  for (const auto at : {1015, 1015, 1015, 1026}) mid(btc, at);
  EXPECT_EQ(world.signals.size(), 1U);
  world.take_order();
}

TEST_F(momentum_test, needs_a_full_look_back) {
  make();
  flat(btc, 2);
  mid(btc, 1100);
  EXPECT_TRUE(world.signals.empty());
}

TEST_F(momentum_test, ignores_one_sided_and_stale_ticks) {
  make();
  flat(btc);
  world.tick(*logic, btc, {.best_bid = 1100_px});
  mid(btc, 1100, trust::resyncing);
  EXPECT_TRUE(world.signals.empty());
  mid(btc, 1000);
  EXPECT_TRUE(world.signals.empty());
}

TEST_F(momentum_test, does_not_mix_two_instruments) {
  make();
  flat(btc);
  mid(eth, 1100);
  mid(eth, 1100);
  EXPECT_TRUE(world.signals.empty());
  mid(btc, 1020);
  flat(eth, 1);
  EXPECT_EQ(world.take_order().what.instrument, btc);
  mid(eth, 1200);
  const auto second_order = world.take_order();
  EXPECT_EQ(second_order.what.instrument, eth);
  EXPECT_EQ(world.signals.size(), 2U);
}

TEST_F(momentum_test, joins_the_touch_on_its_own_side) {
  make();
  flat(btc);
  mid(btc, 1020);
  const auto buy = world.take_order();
  EXPECT_EQ(buy.what.limit, 1019_px);
  EXPECT_EQ(buy.what.tif, time_in_force::gtc);
  EXPECT_EQ(buy.what.size, 100_qty);
  flat(eth);
  mid(eth, 980);
  const auto sell = world.take_order();
  EXPECT_EQ(sell.what.side, side::sell);
  EXPECT_EQ(sell.what.limit, 981_px);
}

TEST_F(momentum_test, improves_by_one_tick_inside_the_spread_only) {
  make("entry = \"improve\"\n");
  flat(btc);
  mid(btc, 1020);
  EXPECT_EQ(world.take_order().what.limit, 1019.5_px);
  flat(eth);
  world.tick(*logic, eth, {.best_bid = 1020_px, .best_ask = 1020.5_px});
  EXPECT_EQ(world.take_order().what.limit, 1020_px);
}

TEST_F(momentum_test, crosses_the_spread_where_told_to) {
  make("entry = \"cross\"\n");
  flat(btc);
  world.tick(*logic, btc, {.best_bid = 1019_px, .best_ask = 1021_px});
  EXPECT_EQ(world.take_order().what.limit, 1021_px);
}

TEST_F(momentum_test, uses_the_minimum_where_no_size_is_given) {
  logic = test::make_strategy(strategies::make_momentum,
                              "instruments = \"deribit:BTC-PERPETUAL\"\nlookback_ticks = 1\nthreshold = 0.01\n");
  flat(btc, 1);
  mid(btc, 1020);
  EXPECT_EQ(world.take_order().what.size, 10_qty);
}

TEST_F(momentum_test, cancels_an_entry_that_does_not_fill_in_time) {
  make();
  flat(btc);
  mid(btc, 1020);
  const auto entry = world.take_order();
  world.update(*logic, entry, order_state::open);
  world.advance(*logic, 5 * second - 1);
  EXPECT_TRUE(world.cancelled.empty());
  world.advance(*logic, 1);
  EXPECT_EQ(world.take_cancel(), entry.id);
  world.update(*logic, entry, order_state::cancelled, "by user");
  EXPECT_TRUE(world.timers.empty());
  for (const auto at : {1020, 1020, 1020, 1040}) mid(btc, at); // free for the next signal
  EXPECT_EQ(world.take_order().what.limit, 1039_px);
}

TEST_F(momentum_test, keeps_what_a_cancelled_entry_had_filled_and_exits_it_in_time) {
  make();
  flat(btc);
  mid(btc, 1020);
  const auto entry = world.take_order();
  world.fill_order(*logic, entry, 30_qty);
  world.advance(*logic, 5 * second);
  EXPECT_EQ(world.take_cancel(), entry.id);
  world.update(*logic, entry, order_state::cancelled);
  world.advance(*logic, 60 * second);
  const auto exit = world.take_order();
  EXPECT_EQ(exit.what.side, side::sell);
  EXPECT_EQ(exit.what.size, 30_qty);
  EXPECT_EQ(exit.what.tif, time_in_force::ioc);
  EXPECT_EQ(exit.what.limit, 1018.5_px); // the bid and one tick
}

TEST_F(momentum_test, exits_on_the_opposite_signal) {
  hold_long();
  mid(btc, 980);
  const auto exit = world.take_order();
  EXPECT_EQ(exit.what.side, side::sell);
  EXPECT_EQ(exit.what.size, 100_qty);
  world.fill_order(*logic, exit, 100_qty);
  EXPECT_TRUE(world.timers.empty());
}

TEST_F(momentum_test, exits_after_max_hold_and_not_before) {
  hold_long();
  world.advance(*logic, 60 * second - 1);
  EXPECT_TRUE(world.placed.empty());
  world.advance(*logic, 1);
  EXPECT_EQ(world.take_order().what.side, side::sell);
}

TEST_F(momentum_test, takes_no_second_position_in_an_instrument) {
  hold_long();
  flat(btc, 4);
  mid(btc, 1020);
  EXPECT_EQ(world.signals.size(), 3U); // up, down with the return to 1000, up
  world.take_order();                  // the exit on the way down
}

TEST_F(momentum_test, cancels_the_entry_on_the_opposite_signal_and_exits_what_it_filled) {
  make();
  flat(btc);
  mid(btc, 1020);
  const auto entry = world.take_order();
  world.fill_order(*logic, entry, 50_qty);
  mid(btc, 980);
  EXPECT_EQ(world.take_cancel(), entry.id);
  world.update(*logic, entry, order_state::cancelled);
  EXPECT_EQ(world.take_order().what.size, 50_qty);
}

TEST_F(momentum_test, repeats_an_exit_that_did_not_fill_with_growing_delays) {
  hold_long("retry_delay = \"1s\"\n");
  world.advance(*logic, 60 * second);
  world.update(*logic, world.take_order(), order_state::cancelled, "nothing to take");
  world.advance(*logic, second);
  auto exit = world.take_order();
  world.fill_order(*logic, exit, 40_qty, order_state::cancelled);
  world.advance(*logic, 2 * second - 1);
  EXPECT_TRUE(world.placed.empty());
  world.advance(*logic, 1);
  exit = world.take_order();
  EXPECT_EQ(exit.what.size, 60_qty);
  world.fill_order(*logic, exit, 60_qty);
  EXPECT_TRUE(world.timers.empty());
}

TEST_F(momentum_test, a_rejected_entry_leaves_it_flat) {
  make();
  flat(btc);
  mid(btc, 1020);
  world.update(*logic, world.take_order(), order_state::rejected, "no margin");
  EXPECT_THAT(world.take_line(), HasSubstr("order for BTC-PERPETUAL rejected: no margin"));
  EXPECT_TRUE(world.timers.empty());
}

TEST_F(momentum_test, sells_nothing_short_that_cannot_be) {
  make();
  const auto yes = world.add("113", venue::polymarket);
  for (int i = 0; i < 3; ++i) world.tick(*logic, yes, {.best_bid = 0.5_px, .best_ask = 0.52_px});
  world.tick(*logic, yes, {.best_bid = 0.4_px, .best_ask = 0.42_px});
  EXPECT_EQ(world.signals.size(), 1U);
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(momentum_test, sells_no_shorts_where_they_are_switched_off) {
  make("shorts = false\n");
  flat(btc);
  mid(btc, 980);
  EXPECT_EQ(world.signals.size(), 1U);
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(momentum_test, forgets_a_position_that_was_settled) {
  hold_long();
  world.status(*logic, btc, instrument_state::settled, 1000.0);
  EXPECT_TRUE(world.timers.empty());
  mid(btc, 900);
  EXPECT_EQ(world.signals.size(), 1U);
}

TEST_F(momentum_test, keeps_what_has_expired_until_it_is_settled_and_counts_what_that_pays) {
  hold_long(); // 100 dollars of an inverse future
  const auto pnl = [&] { return logic->dashboard_state().at("pnl").to_number<double>(); };
  const auto positions = [&] { return logic->dashboard_state().at("positions").as_array(); };
  const auto mark = positions().at(0).at("mark").to_number<double>(), before = pnl();
  world.status(*logic, btc, instrument_state::expired);
  EXPECT_EQ(positions().at(0).at("phase"), "to be settled");
  EXPECT_DOUBLE_EQ(pnl(), before);
  world.status(*logic, btc, instrument_state::settled, 2 * mark);
  EXPECT_TRUE(positions().empty());
  EXPECT_NEAR(pnl() - before, 100 / mark - 100 / (2 * mark), 1e-12);
  world.status(*logic, btc, instrument_state::settled, 3 * mark); // once is enough
  EXPECT_NEAR(pnl() - before, 100 / mark - 100 / (2 * mark), 1e-12);
}

TEST_F(momentum_test, waits_with_the_exit_while_halted) {
  hold_long("retry_delay = \"1s\"\n");
  world.status(*logic, btc, instrument_state::halted);
  world.advance(*logic, 60 * second);
  EXPECT_TRUE(world.placed.empty());
  world.status(*logic, btc, instrument_state::resumed);
  world.advance(*logic, second);
  EXPECT_EQ(world.take_order().what.size, 100_qty);
}

TEST_F(momentum_test, takes_over_the_position_of_an_earlier_run) {
  world.positions[btc.index] = {.size = -50_qty, .average_price = 1000};
  make();
  mid(btc, 1000);
  world.advance(*logic, 60 * second);
  const auto exit = world.take_order();
  EXPECT_EQ(exit.what.side, side::buy);
  EXPECT_EQ(exit.what.size, 50_qty);
}

TEST_F(momentum_test, ignores_an_update_that_names_no_instrument) {
  make();
  logic->on_order({.order = {99}, .state = order_state::rejected}, world);
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(momentum_test, shows_every_value_that_its_layout_names) {
  hold_long();
  const auto state = logic->dashboard_state();
  EXPECT_TRUE(missing_values(logic->dashboard_layout(), state).empty());
  EXPECT_EQ(state.at("watched").as_string(), "BTC-PERPETUAL");
  EXPECT_EQ(state.at("positions").as_array().size(), 1U);
  EXPECT_NEAR(state.at("pnl").as_double(), 100 / 1019.0 - 100 / 1020.0, 1e-12); // inverse
}

} // namespace
