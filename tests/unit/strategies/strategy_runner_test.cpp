#include "strategies/strategy_runner.hpp"

#include "probe_strategy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

using namespace strike;
using namespace strike::strategies;
using strike::test::parcel_of;
using strike::test::probe;
using strike::test::tick;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string refusal = " rejected (no exec is connected: orders are not sent)";

struct strategy_runner_test : testing::Test {
  test::probe_log log;
  std::ostringstream lines;
  process::logger out{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  instrument_registry instruments;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id eth = *instruments.intern(venue::deribit, "ETH-PERPETUAL");
  const subscription all_btc{venue::deribit, "BTC-", true, channel::ticker};
  const subscription all_eth{venue::deribit, "ETH-", true, channel::ticker};
  std::int64_t wall_ns = 1'000;

  strategy_runner_test() { probe::log = &log; }
  strategy_runner make(clock_mode clock) {
    return {std::make_unique<probe>(3), world_config{.strategy = "s",
                                                     .instruments = instruments,
                                                     .rules = {},
                                                     .clock = clock,
                                                     .wall_ns = [this] { return wall_ns; },
                                                     .log = out,
                                                     .metrics = metrics_of(metrics, "s")}};
  }
  std::vector<std::string> take_seen() { return std::exchange(log.seen, {}); }
  order_request some_order() const { return {.instrument = btc, .limit = {1}, .size = {1}}; }
};

TEST_F(strategy_runner_test, markets_are_asked_for_at_the_time_of_the_strategy) {
  std::int64_t asked_ns = 0;
  const auto listed = std::make_shared<const catalog::view>(std::vector<catalog::market_ptr>{});
  live_context x{{.strategy = "s",
                  .instruments = instruments,
                  .rules = {},
                  .clock = clock_mode::feed,
                  .wall_ns = [this] { return wall_ns; },
                  .log = out,
                  .metrics = metrics_of(metrics, "s"),
                  .markets = [&](std::int64_t now_ns) { return asked_ns = now_ns, listed; }}};
  x.set_now(7);
  EXPECT_EQ(x.markets(), listed);
  EXPECT_EQ(asked_ns, 7);
}

TEST_F(strategy_runner_test, hands_over_the_picked_events_in_their_order) {
  auto x = make(clock_mode::wall);
  x.start();
  auto made = *parcel_of({tick(btc, 1), tick(eth, 2), tick(btc, 3)});
  made.picks = {0, 2};
  x.take(made);
  EXPECT_THAT(log.seen, ElementsAre("s start", "s ticker@1", "s ticker@3"));
  EXPECT_EQ(x.events(), 2U);
}

TEST_F(strategy_runner_test, feed_clock_fires_timers_between_the_events_that_they_lie_between) {
  log.on_start = [](context& world) { world.every(10); };
  log.on_event = [this](const market_event& event, context& world) {
    EXPECT_EQ(world.now_ns(), event.recv_ns);
    if (event.recv_ns == 105) world.after(3);
  };
  auto x = make(clock_mode::feed);
  x.start();
  x.take(*parcel_of({tick(btc, 100), tick(btc, 105)}));
  x.take(*parcel_of({tick(btc, 110), tick(btc, 125)}));
  // a timer of the same instant as an event comes after it, as in a backtest
  EXPECT_THAT(log.seen, ElementsAre("s start", "s ticker@100", "s ticker@105", "s timer2@108", "s ticker@110",
                                    "s timer1@110", "s timer1@120", "s ticker@125"));
}

TEST_F(strategy_runner_test, feed_clock_takes_the_venues_time_where_there_is_no_other_and_never_goes_back) {
  std::vector<std::int64_t> times;
  log.on_event = [&](const market_event&, context& world) { times.push_back(world.now_ns()); };
  auto x = make(clock_mode::feed);
  x.start();
  x.take(*parcel_of({tick(btc, 100), {.venue_ns = 120, .instrument = btc, .body = ticker{}}, tick(btc, 110)}));
  EXPECT_THAT(times, ElementsAre(100, 120, 120));
}

TEST_F(strategy_runner_test, wall_clock_fires_timers_when_woken_and_says_when_to_wake) {
  log.on_start = [](context& world) { world.after(500), world.after(200); };
  auto x = make(clock_mode::wall);
  x.start();
  EXPECT_EQ(x.next_wake_ns(), 1'200);
  wall_ns = 1'199;
  x.wake();
  EXPECT_THAT(take_seen(), ElementsAre("s start"));
  wall_ns = 1'200;
  x.wake();
  EXPECT_THAT(take_seen(), ElementsAre("s timer2@1200"));
  EXPECT_EQ(x.next_wake_ns(), 1'500);
}

TEST_F(strategy_runner_test, wall_clock_owes_no_flood_of_timers_after_a_long_sleep) {
  log.on_start = [](context& world) { world.every(10); };
  auto x = make(clock_mode::wall);
  x.start();
  wall_ns += 1'000'000;
  x.wake();
  EXPECT_THAT(take_seen(), ElementsAre("s start", "s timer1@1001000"));
}

TEST_F(strategy_runner_test, wall_clock_stands_still_when_the_system_time_is_set_back) {
  auto x = make(clock_mode::wall);
  EXPECT_EQ(x.now_ns(), 1'000);
  wall_ns = 10;
  EXPECT_EQ(x.now_ns(), 1'000);
}

TEST_F(strategy_runner_test, refuses_an_order_after_the_call_that_placed_it_and_before_the_next_event) {
  log.on_event = [this](const market_event& event, context& world) {
    if (event.recv_ns != 1) return;
    EXPECT_NE(world.place(some_order()), order_id{});
    log.seen.push_back("placed");
  };
  auto x = make(clock_mode::feed);
  x.start();
  x.take(*parcel_of({tick(btc, 1), tick(btc, 2)}));
  EXPECT_THAT(log.seen, ElementsAre("s start", "s ticker@1", "placed", "s order1" + refusal, "s ticker@2"));
  EXPECT_EQ(metrics_of(metrics, "s").orders_refused.value(), 1U);
  EXPECT_EQ(x.state().at("host").at("orders_refused"), 1U);
}

TEST_F(strategy_runner_test, a_strategy_that_answers_refusals_with_orders_does_not_hold_up_its_events) {
  log.on_start = [this](context& world) { world.place(some_order()); };
  log.on_order = [this](context& world) { world.place(some_order()); };
  auto x = make(clock_mode::wall);
  x.start();
  EXPECT_THAT(take_seen(), ElementsAre("s start", "s order1" + refusal));
  EXPECT_EQ(x.next_wake_ns(), x.now_ns());
  x.wake();
  EXPECT_THAT(take_seen(), ElementsAre("s order2" + refusal));
}

TEST_F(strategy_runner_test, asks_for_what_is_new_and_drops_what_is_there_only) {
  log.subscriptions = {all_btc, all_btc};
  log.on_event = [this](const market_event&, context& world) {
    world.subscribe(all_btc);
    world.unsubscribe(all_eth);
    world.subscribe(all_eth);
    world.unsubscribe(all_btc);
  };
  auto x = make(clock_mode::wall);
  x.start();
  auto changes = x.take_route_changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].what == all_btc && changes[0].is_wanted);
  x.take(*parcel_of({tick(btc, 1)}));
  changes = x.take_route_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_TRUE(changes[0].what == all_eth && changes[0].is_wanted);
  EXPECT_TRUE(changes[1].what == all_btc && !changes[1].is_wanted);
  EXPECT_THAT(x.take_route_changes(), IsEmpty());
}

TEST_F(strategy_runner_test, an_event_under_way_is_not_seen_once_its_subscription_is_dropped) {
  log.subscriptions = {all_btc, all_eth};
  log.on_event = [this](const market_event& event, context& world) {
    if (event.recv_ns == 1) world.unsubscribe(all_btc);
    if (event.recv_ns == 4) world.subscribe(all_btc);
  };
  auto x = make(clock_mode::wall);
  x.start();
  x.take(*parcel_of({tick(btc, 1), tick(btc, 2), tick(eth, 3), tick(eth, 4), tick(btc, 5)}));
  EXPECT_THAT(log.seen, ElementsAre("s start", "s ticker@1", "s ticker@3", "s ticker@4", "s ticker@5"));
}

TEST_F(strategy_runner_test, a_status_that_passes_by_defines_the_rules) {
  instrument rules{.symbol = "BTC-PERPETUAL", .lot = {7}};
  log.on_event = [this](const market_event&, context& world) { EXPECT_EQ(world.rules_of(btc).lot, quantity{7}); };
  auto x = make(clock_mode::wall);
  x.start();
  x.take(*parcel_of(
      {{.instrument = btc, .body = instrument_status{.definition = std::make_shared<const instrument>(rules)}}}));
  EXPECT_EQ(log.seen.size(), 2U);
}

TEST_F(strategy_runner_test, a_signal_is_a_line_of_the_log_and_is_shown) {
  log.on_event = [this](const market_event&, context& world) {
    world.report({.instrument = btc, .side = side::sell, .value = 0.5, .reason = "too high"});
    world.log(log_level::warning, "careful");
  };
  auto x = make(clock_mode::feed);
  x.start();
  x.take(*parcel_of({tick(btc, 7'000'000)}));
  EXPECT_THAT(lines.str(),
              HasSubstr("info test: signal strategy=s instrument=deribit:BTC-PERPETUAL side=sell value=0.5 "
                        "reason=\"too high\" at=7000000\n"));
  EXPECT_THAT(lines.str(), HasSubstr("warning test: careful strategy=s\n"));
  const auto state = x.state();
  EXPECT_EQ(state.at("level"), 3);
  const auto& host = state.at("host").as_object();
  EXPECT_EQ(host.at("signals"), 1U);
  EXPECT_EQ(host.at("events"), 1U);
  EXPECT_EQ(host.at("last_signals").as_array().at(0), (boost::json::object{{"time", 7},
                                                                           {"instrument", "deribit:BTC-PERPETUAL"},
                                                                           {"side", "sell"},
                                                                           {"value", 0.5},
                                                                           {"reason", "too high"}}));
  EXPECT_EQ(host.at("log").as_array().at(0),
            (boost::json::object{{"time", 7}, {"level", "warning"}, {"text", "careful"}}));
}

TEST_F(strategy_runner_test, keeps_the_last_200_signals) {
  log.on_event = [](const market_event& event, context& world) {
    world.report({.instrument = event.instrument, .value = static_cast<double>(event.recv_ns)});
  };
  auto x = make(clock_mode::feed);
  x.start();
  for (std::int64_t i = 1; i <= 201; ++i) x.take(*parcel_of({tick(btc, i)}));
  const auto host = x.state().at("host").as_object();
  EXPECT_EQ(host.at("signals"), 201U);
  ASSERT_EQ(host.at("last_signals").as_array().size(), 200U);
  EXPECT_EQ(host.at("last_signals").as_array().at(0).at("value"), 2.0);
}

} // namespace
