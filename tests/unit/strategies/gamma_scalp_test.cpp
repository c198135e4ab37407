#include "strategies/gamma_scalp.hpp"

#include "kit/fake_context.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using strike::test::fake_context;
using testing::HasSubstr;

namespace {

std::vector<rule_pattern> deribit_like() {
  const tick_table option{.base = 0.0001_px, .steps = {{0.005_px, 0.0005_px}}};
  return {{.kind = instrument_kind::option, .ticks = option, .lot = 0.1_qty, .minimum = 0.1_qty},
          {.kind = instrument_kind::perpetual,
           .is_inverse = true,
           .ticks = {.base = 0.5_px},
           .lot = 10_qty,
           .minimum = 10_qty},
          {.kind = instrument_kind::perpetual, .ticks = {.base = 0.5_px}, .lot = 0.001_qty, .minimum = 0.001_qty}};
}

ticker quote(double delta) { return {.best_bid = 0.05_px, .best_ask = 0.051_px, .delta = delta}; }
ticker perpetual(price bid, price ask) { return {.best_bid = bid, .best_ask = ask}; }

struct gamma_scalp_test : testing::Test {
  fake_context world{deribit_like()};
  instrument_id call = world.add("BTC-29MAR24-60000-C");
  instrument_id other = world.add("BTC-29MAR24-70000-C");
  instrument_id perp = world.add("BTC-PERPETUAL");
  std::unique_ptr<strategy> logic;

  void make(std::string_view more) {
    logic =
        test::make_strategy(strategies::make_gamma_scalp, "instruments = [\"deribit:BTC-*\"]\n" + std::string{more});
    world.start(*logic);
  }
  void make_hedged(std::string_view more = "") {
    make("hedge = \"deribit:BTC-PERPETUAL\"\nentry_size = 1\nmax_position = 3\n" + std::string{more});
    world.tick(*logic, perp, perpetual(60000_px, 60001_px));
  }
  /// Holds one call of delta 0.6 with its hedge of -0.6 done.
  void hold_hedged() {
    make_hedged();
    world.tick(*logic, call, quote(0.6));
    world.fill_order(*logic, world.take_order(), 1_qty);
    auto hedge = world.take_order();
    world.fill_order(*logic, hedge, hedge.what.size, order_state::filled, 60000_px);
  }
};

TEST_F(gamma_scalp_test, signals_and_buys_on_the_plain_recording_with_default_settings) {
  make("");
  world.tick(*logic, call, {.best_bid = 100_px, .best_ask = 101_px, .delta = 0.6});
  ASSERT_EQ(world.signals.size(), 1U);
  EXPECT_EQ(world.signals[0].instrument, call);
  EXPECT_EQ(world.signals[0].value, 0.6);
  const auto order = world.take_order();
  EXPECT_EQ(order.what.side, side::buy);
  EXPECT_EQ(order.what.limit, 101.0005_px);
  EXPECT_EQ(order.what.size, 0.1_qty);
  EXPECT_EQ(order.what.tif, time_in_force::ioc);
}

TEST_F(gamma_scalp_test, signals_on_the_way_up_and_again_only_after_the_hysteresis) {
  make("threshold = 0.5\nhysteresis = 0.1\n");
  for (const auto& [delta, signals] :
       {std::pair{0.45, 0U}, {0.5, 0U}, {0.51, 1U}, {0.45, 1U}, {0.55, 1U}, {0.39, 1U}, {0.5, 1U}, {0.52, 2U}}) {
    auto one_sided = quote(delta);
    one_sided.best_ask.reset();
    world.tick(*logic, call, one_sided);
    EXPECT_EQ(world.signals.size(), signals) << delta;
  }
}

TEST_F(gamma_scalp_test, takes_the_magnitude_of_a_puts_delta) {
  make("");
  const auto put = world.add("BTC-29MAR24-60000-P");
  world.tick(*logic, put, quote(-0.4));
  EXPECT_TRUE(world.signals.empty());
  world.tick(*logic, put, quote(-0.6));
  EXPECT_EQ(world.signals.size(), 1U);
  EXPECT_EQ(world.take_order().what.side, side::buy);
}

TEST_F(gamma_scalp_test, keeps_the_thresholds_of_two_instruments_apart) {
  make("");
  world.tick(*logic, call, quote(0.6));
  world.take_order();
  world.tick(*logic, other, quote(0.4));
  EXPECT_EQ(world.signals.size(), 1U);
  world.tick(*logic, other, quote(0.6));
  EXPECT_EQ(world.take_order().what.instrument, other);
  world.tick(*logic, call, quote(0.61));
  EXPECT_EQ(world.signals.size(), 2U);
}

TEST_F(gamma_scalp_test, ignores_what_is_no_option_of_its_coin_or_not_live) {
  make_hedged();
  world.tick(*logic, world.add("BTC-29MAR24"), quote(0.9));
  world.tick(*logic, world.add("ETH-29MAR24-3000-C"), quote(0.9));
  world.tick(*logic, call, quote(0.9), trust::stale);
  EXPECT_TRUE(world.signals.empty());
}

TEST_F(gamma_scalp_test, waits_for_an_offer_while_the_signal_stands) {
  make("");
  auto one_sided = quote(0.6);
  one_sided.best_ask.reset();
  world.tick(*logic, call, one_sided);
  EXPECT_TRUE(world.placed.empty());
  world.tick(*logic, call, quote(0.6));
  EXPECT_EQ(world.take_order().what.instrument, call);
}

TEST_F(gamma_scalp_test, gives_up_the_entry_when_the_signal_is_over) {
  make("");
  auto one_sided = quote(0.6);
  one_sided.best_ask.reset();
  world.tick(*logic, call, one_sided);
  world.tick(*logic, call, quote(0.4));
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(gamma_scalp_test, buys_no_more_than_max_position_over_all_options) {
  make("entry_size = 1\nmax_position = 1.5\nhedge_band = 100\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  world.tick(*logic, other, quote(0.6));
  EXPECT_EQ(world.take_order().what.size, 0.5_qty);
  world.tick(*logic, world.add("BTC-29MAR24-50000-C"), quote(0.8));
  EXPECT_TRUE(world.placed.empty());
  EXPECT_THAT(boost::json::serialize(logic->dashboard_state()), HasSubstr("no entry: 1.5 held of at most 1.5"));
}

TEST_F(gamma_scalp_test, sends_market_orders_where_configured) {
  make("order_type = \"market\"\n");
  world.tick(*logic, call, quote(0.6));
  const auto order = world.take_order();
  EXPECT_EQ(order.what.type, order_type::market);
  EXPECT_EQ(order.what.tif, time_in_force::ioc);
}

TEST_F(gamma_scalp_test, hedges_a_fill_with_the_inverse_perpetual_in_dollars) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  const auto hedge = world.take_order();
  EXPECT_EQ(hedge.what.instrument, perp);
  EXPECT_EQ(hedge.what.side, side::sell);
  EXPECT_EQ(hedge.what.size, 36000_qty); // 0.6 BTC x 60000
  EXPECT_EQ(hedge.what.limit, 59999.5_px);
}

TEST_F(gamma_scalp_test, hedges_with_a_linear_perpetual_in_coin) {
  const auto linear = world.add("BTC_USDC-PERPETUAL");
  make("hedge = \"deribit:BTC_USDC-PERPETUAL\"\nentry_size = 1\nmax_position = 3\n");
  world.tick(*logic, linear, perpetual(60000_px, 60001_px));
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  const auto hedge = world.take_order();
  EXPECT_EQ(hedge.what.instrument, linear);
  EXPECT_EQ(hedge.what.size, 0.6_qty);
}

TEST_F(gamma_scalp_test, hedges_again_only_outside_the_band) {
  hold_hedged();
  world.tick(*logic, call, quote(0.64)); // net 0.04, band 0.05
  EXPECT_TRUE(world.placed.empty());
  world.tick(*logic, call, quote(0.66));
  const auto hedge = world.take_order();
  EXPECT_EQ(hedge.what.side, side::sell);
  EXPECT_EQ(hedge.what.size, 3600_qty); // 0.06 x 60000, the hedge's own delta at the mid
}

TEST_F(gamma_scalp_test, buys_the_hedge_back_when_delta_falls) {
  hold_hedged();
  world.tick(*logic, call, quote(0.5));
  const auto hedge = world.take_order();
  EXPECT_EQ(hedge.what.side, side::buy);
  EXPECT_EQ(hedge.what.size, 6000_qty);
  EXPECT_EQ(hedge.what.limit, 60001.5_px);
}

TEST_F(gamma_scalp_test, sends_no_hedge_below_min_hedge) {
  make_hedged("min_hedge = 0.7\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  EXPECT_TRUE(world.placed.empty());
  world.tick(*logic, call, quote(0.71));
  EXPECT_EQ(world.take_order().what.size, 42600_qty);
}

TEST_F(gamma_scalp_test, sends_no_second_hedge_while_one_is_in_flight) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  const auto hedge = world.take_order();
  world.update(*logic, hedge, order_state::open);
  world.update(*logic, hedge, order_state::unknown);
  world.tick(*logic, call, quote(0.8));
  world.tick(*logic, perp, perpetual(61000_px, 61001_px));
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(gamma_scalp_test, hedges_the_rest_after_a_partial_fill) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  const auto hedge = world.take_order();
  world.fill_order(*logic, hedge, 12000_qty, order_state::cancelled, 60000_px);
  EXPECT_EQ(world.take_order().what.size, 24000_qty);
}

TEST_F(gamma_scalp_test, hedges_what_a_partial_entry_brought) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 0.5_qty, order_state::cancelled);
  EXPECT_EQ(world.take_order().what.size, 18000_qty);
}

TEST_F(gamma_scalp_test, retries_a_rejected_hedge_only_after_the_delay) {
  make_hedged("retry_delay = \"2s\"\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 1_qty);
  world.update(*logic, world.take_order(), order_state::rejected, "too many requests");
  EXPECT_THAT(world.take_line(), HasSubstr("hedge of BTC-PERPETUAL rejected: too many requests"));
  world.tick(*logic, call, quote(0.6));
  EXPECT_TRUE(world.placed.empty());
  world.advance(*logic, 2'000'000'000);
  world.tick(*logic, call, quote(0.6));
  EXPECT_EQ(world.take_order().what.size, 36000_qty);
}

TEST_F(gamma_scalp_test, a_rejected_entry_leaves_nothing_behind) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  world.update(*logic, world.take_order(), order_state::rejected, "no margin");
  EXPECT_THAT(world.take_line(), HasSubstr("entry of BTC-29MAR24-60000-C rejected: no margin"));
  world.tick(*logic, call, quote(0.7));
  EXPECT_TRUE(world.placed.empty());
  world.tick(*logic, call, quote(0.3));
  world.tick(*logic, call, quote(0.6)); // armed again
  EXPECT_EQ(world.take_order().what.size, 1_qty);
}

TEST_F(gamma_scalp_test, keeps_the_last_delta_when_a_tick_has_none) {
  hold_hedged();
  world.tick(*logic, call, {.best_bid = 0.05_px, .best_ask = 0.051_px});
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(gamma_scalp_test, waits_while_the_perpetual_has_no_bid) {
  make_hedged();
  world.tick(*logic, call, quote(0.6));
  auto entry = world.take_order();
  world.tick(*logic, perp, {.best_ask = 60001_px});
  world.fill_order(*logic, entry, 1_qty);
  EXPECT_TRUE(world.placed.empty());
  world.tick(*logic, perp, perpetual(60000_px, 60001_px));
  EXPECT_EQ(world.take_order().what.instrument, perp);
}

TEST_F(gamma_scalp_test, sells_so_much_of_the_option_as_reaches_the_band_without_a_perpetual) {
  make("entry_size = 2\nmax_position = 2\nhedge_band = 1\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 2_qty); // net 1.2
  const auto hedge = world.take_order();
  EXPECT_EQ(hedge.what.instrument, call);
  EXPECT_EQ(hedge.what.side, side::sell);
  EXPECT_EQ(hedge.what.size, 0.3_qty); // 0.2 / 0.6 in whole lots
  EXPECT_EQ(hedge.what.limit, 0.0495_px);
  world.tick(*logic, call, quote(0.65));
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(gamma_scalp_test, unwinds_the_hedge_when_the_option_is_settled) {
  hold_hedged();
  world.status(*logic, call, instrument_state::settled, 70000.0);
  const auto unwind = world.take_order();
  EXPECT_EQ(unwind.what.instrument, perp);
  EXPECT_EQ(unwind.what.side, side::buy);
  EXPECT_EQ(unwind.what.size, 36000_qty);
  world.fill_order(*logic, unwind, 36000_qty);
  world.tick(*logic, call, quote(0.1));
  world.tick(*logic, call, quote(0.9)); // a late tick of what is over
  EXPECT_EQ(world.signals.size(), 1U);
}

TEST_F(gamma_scalp_test, counts_what_an_expired_option_pays_when_it_is_settled) {
  make("entry_size = 2\nmax_position = 4\nhedge_band = 1\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 2_qty);
  world.take_order(); // a hedge that will never be answered
  const auto value_of = [&](const char* key) { return logic->dashboard_state().at(key); };
  const auto before = value_of("pnl").to_number<double>();
  const auto mark = value_of("positions").at(0).at("mark").to_number<double>();
  world.status(*logic, call, instrument_state::expired);
  EXPECT_DOUBLE_EQ(value_of("pnl").to_number<double>(), before);
  EXPECT_EQ(value_of("positions").at(0).at("size"), 2.0);
  world.status(*logic, call, instrument_state::settled, 80'000.0);
  const auto strike = to_double(*world.symbol_of(call).info.strike);
  EXPECT_NEAR(value_of("pnl").to_number<double>() - before, 2 * ((80'000 - strike) / 80'000 - mark), 1e-12);
  EXPECT_TRUE(value_of("positions").as_array().empty());
}

TEST_F(gamma_scalp_test, an_order_on_an_expired_option_blocks_no_other_hedge) {
  make("entry_size = 2\nmax_position = 4\nhedge_band = 1\n");
  world.tick(*logic, call, quote(0.6));
  world.fill_order(*logic, world.take_order(), 2_qty);
  world.take_order(); // a hedge that will never be answered
  world.status(*logic, call, instrument_state::expired);
  world.tick(*logic, other, quote(0.6));
  world.fill_order(*logic, world.take_order(), 2_qty);
  EXPECT_EQ(world.take_order().what.instrument, other);
}

TEST_F(gamma_scalp_test, trades_nothing_while_halted) {
  make_hedged();
  world.status(*logic, call, instrument_state::halted);
  world.tick(*logic, call, quote(0.6));
  EXPECT_TRUE(world.placed.empty());
  world.status(*logic, call, instrument_state::resumed);
  world.tick(*logic, call, quote(0.6));
  EXPECT_EQ(world.take_order().what.instrument, call);
}

TEST_F(gamma_scalp_test, takes_over_the_position_of_an_earlier_run) {
  world.positions[call.index] = {.size = 1_qty, .average_price = 0.04};
  make_hedged();
  world.tick(*logic, call, quote(0.45));
  EXPECT_EQ(world.take_order().what.size, 27000_qty);
}

TEST_F(gamma_scalp_test, ignores_an_update_that_names_no_instrument) {
  make_hedged();
  logic->on_order({.order = {99}, .state = order_state::rejected}, world);
  EXPECT_TRUE(world.placed.empty());
}

TEST_F(gamma_scalp_test, shows_every_value_that_its_layout_names) {
  hold_hedged();
  const auto state = logic->dashboard_state();
  EXPECT_TRUE(missing_values(logic->dashboard_layout(), state).empty());
  EXPECT_EQ(state.at("signals").as_uint64(), 1U);
  EXPECT_EQ(state.at("positions").as_array().size(), 2U);
  EXPECT_NEAR(state.at("net_delta").as_double(), 0, 1e-4);
  // bought at 0.0515, marked at 0.0505; hedge sold at 60000, marked at 60000.5
  EXPECT_NEAR(state.at("pnl").as_double(), -0.001 - 36000 / 60000.0 + 36000 / 60000.5, 1e-9);
}

TEST_F(gamma_scalp_test, subscribes_to_tickers_and_status_of_options_and_hedge) {
  make_hedged();
  using enum channel;
  EXPECT_THAT(logic->subscriptions(),
              testing::ElementsAre(subscription{venue::deribit, "BTC-", true, ticker},
                                   subscription{venue::deribit, "BTC-", true, status},
                                   subscription{venue::deribit, "BTC-PERPETUAL", false, ticker},
                                   subscription{venue::deribit, "BTC-PERPETUAL", false, status}));
}

} // namespace
