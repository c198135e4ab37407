// The kernel's clocks and order of things. T1 to T3: specs "The simulated venue", section 1.
#include "kernel_fixture.hpp"

using namespace strike::literals;

namespace strike::replay {

namespace {

order_request buy(instrument_id id, order_type type, price limit, time_in_force tif) {
  return {.instrument = id, .side = side::buy, .type = type, .limit = limit, .size = 1_qty, .tif = tif};
}

/// What came back to a strategy, and when.
struct seen_update {
  double ms;
  order_state state;
  optional_price at;
  double venue_ms;
  bool operator==(const seen_update&) const = default;
};

struct order_timing_test : kernel_test {
  std::vector<seen_update> seen;
  scripted& trader = add("trader");

  order_timing_test() {
    trader.order = [this](const order_update& x, context& door) {
      seen.push_back({ms(door.now_ns()), x.state, x.execution ? optional_price{x.execution->at} : optional_price{},
                      ms(x.venue_ns)});
    };
  }
};

TEST_F(order_timing_test, t1_an_order_fills_on_the_book_as_of_its_arrival) {
  latency(70, 0);
  trader.start = [this](context& door) { door.after(at(1000) - door.now_ns()); };
  trader.timer = [this](timer_id, context& door) { door.place(buy(btc, order_type::market, {}, time_in_force::ioc)); };
  quote(900, 0, btc, 0.4_px, 0.45_px);
  quote(1060, 0, btc, 0.4_px, 0.5_px);
  quote(1080, 0, btc, 0.4_px, 0.55_px);
  quote(2000, 0, btc, 0.4_px, 0.6_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0], (seen_update{1070, order_state::filled, 0.5_px, 1070}));
}

TEST_F(order_timing_test, t2_an_order_that_arrives_in_time_fills_and_is_learnt_of_later) {
  latency(3, 4);
  trader.event = [this](const market_event& x, context& door) {
    if (x.venue_ns == at(1000)) door.place(buy(btc, order_type::limit, 0.5_px, time_in_force::ioc));
  };
  quote(1000, 1005, btc, 0.4_px, 0.5_px);
  quote(1010, 1015, btc, 0.4_px, 0.55_px);
  quote(1100, 1105, btc, 0.4_px, 0.55_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0], (seen_update{1012, order_state::filled, 0.5_px, 1008}));
}

TEST_F(order_timing_test, t3_an_order_that_arrives_too_late_expires) {
  latency(6, 4);
  trader.event = [this](const market_event& x, context& door) {
    if (x.venue_ns == at(1000)) door.place(buy(btc, order_type::limit, 0.5_px, time_in_force::ioc));
  };
  quote(1000, 1005, btc, 0.4_px, 0.5_px);
  quote(1010, 1015, btc, 0.4_px, 0.55_px);
  quote(1100, 1105, btc, 0.4_px, 0.55_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(is_final(seen[0].state));
  EXPECT_FALSE(seen[0].at.has_value());
  EXPECT_EQ(seen[0].ms, 1015);
  EXPECT_EQ(seen[0].venue_ms, 1011);
}

TEST_F(order_timing_test, t5_a_recorded_refusal_comes_back_and_the_venue_never_saw_the_order) {
  for (auto& x : simulation.latency)
    x.recorded = {{at(0), {}, at(0) + 9 * ns_per_ms}, {at(5000), {}, at(5000) + 9 * ns_per_ms}};
  trader.event = [this](const market_event& x, context& door) {
    if (x.venue_ns == at(100)) door.place(buy(btc, order_type::market, {}, time_in_force::ioc));
  };
  quote(100, 0, btc, 0.4_px, 0.5_px);
  quote(200, 0, btc, 0.4_px, 0.5_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].state, order_state::rejected);
  EXPECT_EQ(seen[0].ms, 109);
  EXPECT_EQ(output->activities()[0].fills, 0U);
}

TEST_F(order_timing_test, market_data_comes_before_an_order_that_arrives_at_the_same_instant) {
  latency(10, 0);
  trader.event = [this](const market_event& x, context& door) {
    if (x.venue_ns == at(0)) door.place(buy(btc, order_type::market, {}, time_in_force::ioc));
  };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(10, 0, btc, 0.4_px, 0.7_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].at, optional_price{0.7_px});
}

TEST_F(order_timing_test, an_order_sent_at_the_end_of_a_recording_still_arrives) {
  latency(5, 5);
  trader.event = [this](const market_event&, context& door) {
    if (door.now_ns() == at(10)) door.place(buy(btc, order_type::market, {}, time_in_force::ioc));
  };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(10, 0, btc, 0.4_px, 0.5_px);
  run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].state, order_state::filled);
}

TEST_F(order_timing_test, a_position_is_seen_only_once_its_fill_has_been_told) {
  latency(5, 50);
  std::vector<std::pair<double, std::int64_t>> sizes;
  trader.event = [&, this](const market_event& x, context& door) {
    if (x.venue_ns == at(0)) door.place(buy(btc, order_type::market, {}, time_in_force::ioc));
    sizes.emplace_back(ms(door.now_ns()), door.position_of(btc).size.nanos);
  };
  for (const double t : {0, 20, 54, 56}) quote(t, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(sizes, (std::vector<std::pair<double, std::int64_t>>{{0, 0}, {20, 0}, {54, 0}, {56, (1_qty).nanos}}));
}

TEST_F(kernel_test, an_event_reaches_only_the_strategies_that_subscribed) {
  std::vector<std::string> log;
  auto& a = add("a");
  auto& b = add("b");
  a.wants = {{.symbol = "BTC-", .is_prefix = true}};
  b.wants = {{.symbol = "ETH-29MAR24-4000-C"}};
  a.event = [&](const market_event& x, context& door) { log.push_back("a " + door.symbol_of(x.instrument).symbol); };
  b.event = [&](const market_event& x, context& door) { log.push_back("b " + door.symbol_of(x.instrument).symbol); };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(1, 0, eth, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(log, (std::vector<std::string>{"a BTC-29MAR24-60000-C", "b ETH-29MAR24-4000-C"}));
}

TEST_F(kernel_test, a_subscription_can_be_added_and_dropped_while_running) {
  std::vector<double> times;
  auto& a = add("a");
  a.wants = {{.symbol = "BTC-29MAR24-60000-C"}};
  const subscription other{.symbol = "ETH-29MAR24-4000-C"};
  a.event = [&](const market_event& x, context& door) {
    if (x.instrument == btc && x.venue_ns == at(1)) door.subscribe(other);
    if (x.instrument == btc && x.venue_ns == at(3)) door.unsubscribe(other);
    if (x.instrument == eth) times.push_back(ms(door.now_ns()));
  };
  for (int t = 0; t < 6; ++t) quote(t, 0, t % 2 == 1 ? btc : eth, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(times, (std::vector<double>{2}));
}

TEST_F(kernel_test, a_change_of_subscriptions_during_an_event_does_not_disturb_who_receives_it) {
  std::string log;
  const subscription mine{.symbol = "BTC-29MAR24-60000-C"}, all{.symbol = "", .is_prefix = true};
  auto& a = add("a");
  auto& b = add("b");
  auto& c = add("c");
  a.wants = {mine};
  b.wants = {mine};
  c.wants = {};
  a.event = [&](const market_event&, context& door) {
    log += "a";
    door.unsubscribe(mine);
  };
  b.event = [&](const market_event& x, context& door) {
    log += "b";
    if (x.venue_ns == at(0)) door.subscribe(all);
  };
  c.start = [&](context& door) { door.subscribe(mine); };
  c.event = [&](const market_event&, context&) { log += "c"; };
  for (int t = 0; t < 3; ++t) quote(t, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(log, "abcbcbc");
}

TEST_F(kernel_test, one_event_reaches_strategies_in_configuration_order) {
  std::string order;
  for (const char* name : {"x", "y", "z"})
    add(name).event = [&order, name](const market_event&, context&) { order += name; };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(order, "xyz");
}

TEST_F(kernel_test, strategies_see_events_at_their_receive_time_in_order) {
  std::vector<double> times;
  add("a").event = [&](const market_event&, context& door) { times.push_back(ms(door.now_ns())); };
  quote(0, 50, btc, 0.4_px, 0.5_px);
  quote(10, 20, btc, 0.4_px, 0.5_px); // one connection: it cannot overtake the first
  quote(20, 0, btc, 0.4_px, 0.5_px);
  quote(60, 59, btc, 0.4_px, 0.5_px); // our clock is behind: not seen before it happened
  run(1);
  EXPECT_EQ(times, (std::vector<double>{50, 50, 50, 60}));
}

TEST_F(kernel_test, what_never_reaches_a_strategy_is_counted) {
  int seen = 0;
  add("a").event = [&](const market_event&, context&) { ++seen; };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(10, 60'000, btc, 0.4_px, 0.5_px); // received a minute later: beyond the end
  run();
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(under_test->undelivered(), 1U);
}

TEST_F(kernel_test, a_configured_feed_delay_stands_in_for_a_missing_receive_time) {
  simulation.feed_delay_ns.fill(2 * ns_per_ms);
  std::vector<double> times;
  add("a").event = [&](const market_event&, context& door) { times.push_back(ms(door.now_ns())); };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(10, 11, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(times, (std::vector<double>{2, 11}));
}

TEST_F(kernel_test, timers_fire_at_their_time_and_not_after_they_were_cancelled) {
  std::vector<double> times;
  auto& a = add("a");
  timer_id ticking;
  a.start = [&](context& door) { ticking = door.every(3 * ns_per_ms); };
  a.timer = [&](timer_id id, context& door) {
    EXPECT_EQ(id, ticking);
    times.push_back(ms(door.now_ns()));
    if (times.size() == 3) door.cancel_timer(ticking);
  };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(20, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(times, (std::vector<double>{3, 6, 9}));
}

TEST_F(kernel_test, a_periodic_timer_does_not_outlive_the_recording) {
  int fired = 0;
  auto& a = add("a");
  a.start = [](context& door) { door.every(ns_per_ms); };
  a.timer = [&](timer_id, context&) { ++fired; };
  quote(0, 0, btc, 0.4_px, 0.5_px);
  quote(5, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(fired, 5);
}

TEST_F(kernel_test, time_that_goes_back_does_not_turn_the_clock_back) {
  std::vector<double> times;
  add("a").event = [&](const market_event&, context& door) { times.push_back(ms(door.now_ns())); };
  quote(10, 0, btc, 0.4_px, 0.5_px);
  quote(5, 0, btc, 0.4_px, 0.5_px);
  quote(11, 0, btc, 0.4_px, 0.5_px);
  run();
  EXPECT_EQ(times, (std::vector<double>{10, 10, 11}));
}

TEST_F(kernel_test, a_settled_position_is_gone_when_its_holder_is_told) {
  const auto expiry_ns = instruments.at(btc).info.expiry_ns;
  auto& a = add("a");
  std::vector<std::int64_t> sizes;
  a.event = [&](const market_event& x, context& door) {
    if (std::holds_alternative<instrument_status>(x.body))
      sizes.push_back(door.position_of(btc).size.nanos);
    else if (door.now_ns() < expiry_ns - ns_per_s)
      door.place(buy(btc, order_type::market, {}, time_in_force::ioc));
  };
  events.push_back({.venue_ns = expiry_ns - 60 * ns_per_s,
                    .instrument = btc,
                    .body = ticker{.best_bid = 0.1_px, .best_ask = 0.11_px, .best_ask_size = 5_qty, .index = 66000.0}});
  events.push_back({.venue_ns = expiry_ns + ns_per_s, .instrument = eth, .body = ticker{}});
  run();
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(output->activities()[0].settlements, 1U);
}

TEST_F(kernel_test, two_runs_give_the_same_hash_and_another_market_another) {
  const auto run_once = [this](price ask) {
    events.clear();
    auto& a = add("a");
    a.event = [this](const market_event& x, context& door) {
      door.place(buy(x.instrument, order_type::market, {}, time_in_force::ioc));
    };
    for (int t = 0; t < 50; ++t) quote(t, 0, btc, 0.4_px, ask);
    run();
    EXPECT_EQ(output->activities()[0].fills, 50U);
    return output->fill_hash();
  };
  const auto first = run_once(0.5_px);
  EXPECT_EQ(run_once(0.5_px), first);
  EXPECT_NE(run_once(0.6_px), first);
}

} // namespace

} // namespace strike::replay
