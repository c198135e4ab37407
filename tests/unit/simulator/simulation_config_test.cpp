#include "simulator/simulation_config.hpp"

#include "base/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

using namespace strike;
using namespace strike::literals;
using match::fee_rule;
using testing::HasSubstr;

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::size_t at_deribit = 0, at_derive = 1;

struct simulation_config_test : testing::Test {
  simulator::simulation_config read(std::string_view toml) {
    auto document = *config::document::from_text(toml, "strike.toml");
    auto settings = simulator::read_simulation(document.root());
    const auto done = document.finish();
    mistakes = done ? "" : done.error().text;
    return settings;
  }
  /// The rules and fees that a symbol gets.
  struct found {
    instrument rules;
    match::fee_schedule fees;
    match::queue_model queue;
  };
  found look_up(venue at, std::string_view symbol, std::string_view toml = "") {
    const auto settings = read(toml);
    EXPECT_EQ(mistakes, "");
    instrument_registry registry;
    instrument_rules rules{registry, settings.rules};
    EXPECT_TRUE(simulator::define_overrides(settings, registry, rules));
    const auto& what = rules.of(*registry.intern(at, symbol));
    return {what, settings.exchange.fees_for(what), settings.exchange.queue_for(what)};
  }
  std::string mistakes;
};

TEST_F(simulation_config_test, knows_btc_options) {
  const auto x = look_up(venue::deribit, "BTC-27NOV26-90000-C");
  EXPECT_EQ(x.rules.ticks, (tick_table{0.0001_px, {{0.005_px, 0.0005_px}}}));
  EXPECT_EQ(x.rules.lot, 0.1_qty);
  EXPECT_EQ(x.rules.minimum, 0.1_qty);
  EXPECT_EQ(x.rules.multiplier, 1_qty);
  EXPECT_EQ(x.rules.index, "btc_usd");
  EXPECT_EQ(x.fees.rule, fee_rule::capped_premium);
  EXPECT_EQ(x.fees.maker_rate, 0.0003_qty);
  EXPECT_EQ(x.fees.taker_rate, 0.0003_qty);
  EXPECT_EQ(x.fees.cap, 0.125_qty);
  EXPECT_EQ(x.fees.decimals, 8);
  EXPECT_EQ(x.fees.delivery_rate, 0.00015_qty);
  EXPECT_EQ(x.fees.delivery_cap, 0.125_qty);
}

TEST_F(simulation_config_test, knows_eth_options) {
  const auto x = look_up(venue::deribit, "ETH-27NOV26-3000-P");
  EXPECT_EQ(x.rules.lot, 1_qty);
  EXPECT_EQ(x.rules.minimum, 1_qty);
  EXPECT_EQ(x.rules.index, "eth_usd");
}

TEST_F(simulation_config_test, knows_the_inverse_perpetuals_in_dollars) {
  const auto btc = look_up(venue::deribit, "BTC-PERPETUAL");
  EXPECT_EQ(btc.rules.ticks.base, 0.5_px);
  EXPECT_EQ(btc.rules.lot, 10_qty);
  EXPECT_EQ(btc.rules.minimum, 10_qty);
  EXPECT_EQ(btc.fees.rule, fee_rule::notional);
  EXPECT_EQ(btc.fees.maker_rate, 0_qty);
  EXPECT_EQ(btc.fees.taker_rate, 0.0005_qty);
  EXPECT_EQ(btc.fees.delivery_rate, 0_qty);
  EXPECT_EQ(look_up(venue::deribit, "ETH-PERPETUAL").rules.lot, 1_qty);
}

TEST_F(simulation_config_test, knows_linear_instruments_of_the_same_coin_apart) {
  const auto perpetual = look_up(venue::deribit, "BTC_USDC-PERPETUAL");
  EXPECT_EQ(perpetual.rules.lot, 0.0001_qty);
  EXPECT_EQ(perpetual.rules.index, "btc_usdc");
  const auto option = look_up(venue::deribit, "BTC_USDC-3JAN26-100000-C");
  EXPECT_EQ(option.rules.ticks.base, 5_px);
  EXPECT_EQ(option.rules.lot, 0.01_qty);
  EXPECT_EQ(option.fees.decimals, 6);
  EXPECT_EQ(look_up(venue::deribit, "BTC_USDT").rules.ticks.base, 1_px);
}

TEST_F(simulation_config_test, knows_futures_with_their_delivery_fee) {
  const auto x = look_up(venue::deribit, "BTC-25DEC26");
  EXPECT_EQ(x.rules.lot, 10_qty);
  EXPECT_EQ(x.fees.delivery_rate, 0.00025_qty);
}

TEST_F(simulation_config_test, knows_derive) {
  const auto option = look_up(venue::derive, "ETH-20261127-3000-C");
  EXPECT_EQ(option.rules.lot, 0.01_qty);
  EXPECT_EQ(option.rules.minimum, 0.1_qty);
  EXPECT_EQ(option.fees.rule, fee_rule::capped_premium);
  EXPECT_EQ(option.fees.maker_rate, 0.0001_qty);
  EXPECT_EQ(option.fees.taker_rate, 0.0003_qty);
  EXPECT_EQ(option.fees.flat, money{500'000'000});
  const auto perpetual = look_up(venue::derive, "ETH-PERP");
  EXPECT_EQ(perpetual.rules.ticks.base, 0.01_px);
  EXPECT_EQ(perpetual.fees.rule, fee_rule::notional);
  EXPECT_EQ(perpetual.fees.flat, money{100'000'000});
}

TEST_F(simulation_config_test, knows_polymarket) {
  const auto x = look_up(venue::polymarket, "113");
  EXPECT_EQ(x.rules.ticks.tick_at(0.5_px), 0.01_px);
  EXPECT_EQ(x.rules.ticks.tick_at(0.03_px), 0.001_px);
  EXPECT_EQ(x.rules.ticks.tick_at(0.97_px), 0.001_px);
  EXPECT_EQ(x.rules.minimum, 5_qty);
  EXPECT_EQ(x.rules.lot, 0.01_qty);
  EXPECT_EQ(x.fees.rule, fee_rule::curve);
  EXPECT_EQ(x.fees.taker_rate, 0.07_qty);
  EXPECT_EQ(x.fees.rebate, 0.2_qty);
  EXPECT_EQ(x.fees.decimals, 5);
}

TEST_F(simulation_config_test, an_instrument_override_changes_what_it_names_and_no_more) {
  const auto toml = "[[instrument]]\nsymbol = \"deribit:BTC-PERPETUAL\"\nlot = 1\nqueue = \"log\"\n"
                    "fee = { rule = \"notional\", taker_rate = 0.001 }\n";
  const auto x = look_up(venue::deribit, "BTC-PERPETUAL", toml);
  EXPECT_EQ(x.rules.lot, 1_qty);
  EXPECT_EQ(x.rules.minimum, 10_qty);
  EXPECT_EQ(x.rules.ticks.base, 0.5_px);
  EXPECT_EQ(x.fees.taker_rate, 0.001_qty);
  EXPECT_EQ(x.queue.rule, match::queue_rule::log);
  const auto other = look_up(venue::deribit, "ETH-PERPETUAL", toml);
  EXPECT_EQ(other.rules.lot, 1_qty);
  EXPECT_EQ(other.fees.taker_rate, 0.0005_qty);
  EXPECT_EQ(other.queue.rule, match::queue_rule::pessimistic);
}

TEST_F(simulation_config_test, the_users_rules_and_fees_stand_before_the_built_in_ones) {
  const auto toml = "[[venue.deribit.rule]]\nkind = \"option\"\nbase = \"BTC\"\ntick = 0.01\nlot = 2\n"
                    "[[venue.deribit.fee]]\nkind = \"option\"\nrule = \"none\"\n";
  const auto btc = look_up(venue::deribit, "BTC-27NOV26-90000-C", toml);
  EXPECT_EQ(btc.rules.lot, 2_qty);
  EXPECT_EQ(btc.rules.minimum, 2_qty);
  EXPECT_EQ(btc.fees.rule, fee_rule::none);
  const auto eth = look_up(venue::deribit, "ETH-27NOV26-3000-C", toml);
  EXPECT_EQ(eth.rules.lot, 1_qty);
  EXPECT_EQ(eth.fees.rule, fee_rule::none);
}

TEST_F(simulation_config_test, reads_the_simulator) {
  const auto x =
      read("[simulator]\nconsume = false\nassumed_touch_lots = 3\npost_only = \"reprice\"\n"
           "settlement_window = \"1h\"\nqueue = \"power3\"\nqueue_n = 1.5\nseed = 7\nequity_step = \"1m\"\n");
  EXPECT_EQ(mistakes, "");
  EXPECT_FALSE(x.exchange.consume);
  EXPECT_EQ(x.exchange.assumed_touch_lots, 3);
  EXPECT_TRUE(x.exchange.post_only_reprices);
  EXPECT_EQ(x.exchange.settlement_window_ns, 3'600'000 * ms);
  EXPECT_EQ(x.equity_step_ns, 60'000 * ms);
  const auto queue = x.exchange.queue_for({});
  EXPECT_EQ(queue.rule, match::queue_rule::power3);
  EXPECT_EQ(queue.n, 1.5);
  EXPECT_EQ(x.latency[at_deribit].seed, 7U);
  EXPECT_EQ(x.latency[at_derive].seed, 8U);
}

TEST_F(simulation_config_test, reads_latency_per_direction_and_action) {
  const auto x = read("[venue.deribit]\nfeed_delay = \"3ms\"\nentry_latency = \"4ms\"\nresponse_sigma = 0.5\n"
                      "[venue.deribit.cancel]\nentry_latency = \"1ms\"\nresponse_sigma = 0\n");
  EXPECT_EQ(mistakes, "");
  const auto& config = x.latency[at_deribit];
  using shape = match::delay::shape;
  EXPECT_EQ(x.feed_delay_ns[at_deribit], 3 * ms);
  EXPECT_EQ(x.feed_delay_ns[at_derive], 50 * ms);
  EXPECT_EQ(config.entry[0].median_ns, 4 * ms);
  EXPECT_EQ(config.entry[0].kind, shape::constant);
  EXPECT_EQ(config.entry[2].median_ns, 1 * ms);
  EXPECT_EQ(config.response[1].median_ns, 5 * ms);
  EXPECT_EQ(config.response[1].kind, shape::lognormal);
  EXPECT_EQ(config.response[1].sigma, 0.5);
  EXPECT_EQ(config.response[2].kind, shape::constant);
}

TEST_F(simulation_config_test, reads_recorded_latency_beside_the_configuration) {
  const auto folder = std::filesystem::path{testing::TempDir()};
  const auto rows = folder / "simulation_config_rows.csv", toml = folder / "simulation_config_test.toml";
  { std::ofstream{rows} << "request_ns,venue_ns,response_ns\n1000,1400,2000\n2000,,2900\n"; }
  { std::ofstream{toml} << "[venue.derive]\nrecorded = \"simulation_config_rows.csv\"\n"; }
  auto document = config::document::from_file(toml);
  ASSERT_TRUE(document) << document.error().text;
  const auto x = simulator::read_simulation(document->root());
  const auto done = document->finish();
  EXPECT_TRUE(done) << done.error().text;
  std::filesystem::remove(rows);
  std::filesystem::remove(toml);
  ASSERT_EQ(x.latency[at_derive].recorded.size(), 2U);
  EXPECT_EQ(x.latency[at_derive].recorded[0].venue_ns, 1400);
  EXPECT_FALSE(x.latency[at_derive].recorded[1].venue_ns);
}

TEST_F(simulation_config_test, reads_starting_cash_by_venue_and_currency) {
  const auto x = read("[venue.deribit.cash]\nBTC = \"1.5\"\n[venue.polymarket.cash]\npUSD = 100\n");
  EXPECT_EQ(mistakes, "");
  ASSERT_EQ(x.cash.size(), 2U);
  EXPECT_EQ(x.cash[0].at, venue::deribit);
  EXPECT_EQ(x.cash[0].currency, "BTC");
  EXPECT_EQ(x.cash[0].amount, money{1'500'000'000});
  EXPECT_EQ(x.cash[1].at, venue::polymarket);
  EXPECT_EQ(x.cash[1].amount, money{100'000'000'000});
}

TEST_F(simulation_config_test, names_every_mistake_of_the_user) {
  read("[simulator]\nqueue = \"fifo\"\nconsum = true\n[venue.binance]\nfeed_delay = \"1ms\"\n"
       "[venue.deribit]\nrecorded = \"no_such_file.csv\"\n[venue.deribit.cash]\nBTC = -1\n"
       "[[instrument]]\nsymbol = \"deribit:???\"\nlot = 0\n[[venue.derive.rule]]\nkind = \"option\"\n"
       "[[venue.derive.fee]]\nrule = \"notional\"\ntaker_rate = 5\n");
  for (const auto* part :
       {"strike.toml:2: [simulator] queue: unknown queue model 'fifo'; known: pessimistic, power",
        "strike.toml:3: simulator.consum is not a known key; did you mean 'consume'?",
        "strike.toml:4: venue.binance is not a known key; known: deribit, derive, polymarket",
        "strike.toml:7: [venue.deribit] recorded: cannot read no_such_file.csv",
        "strike.toml:9: [venue.deribit.cash] BTC: must not be negative",
        "strike.toml:11: [instrument[1]] symbol: ", "strike.toml:12: [instrument[1]] lot: must be > 0",
        "strike.toml:13: [venue.derive.rule[1]] tick: is required and missing",
        "strike.toml:17: [venue.derive.fee[1]] taker_rate: 5 is not within -1 to 1"})
    EXPECT_THAT(mistakes, HasSubstr(part));
}

TEST_F(simulation_config_test, an_instrument_that_no_row_knows_has_no_fees) {
  EXPECT_EQ(look_up(venue::derive, "ETH-USDC", "").fees.rule, fee_rule::notional);
  instrument unknown;
  unknown.at = venue::polymarket;
  unknown.info.kind = instrument_kind::option;
  EXPECT_EQ(read("").exchange.fees_for(unknown).rule, fee_rule::none);
}

} // namespace
