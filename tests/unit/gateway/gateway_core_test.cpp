#include "gateway_core_kit.hpp"

using namespace gateway_kit;

namespace {

// ---- demand ----

TEST_F(gateway_core_of, nothing_is_subscribed_that_nobody_wants) {
  start();
  pass(1min);
  EXPECT_THAT(network.opened, IsEmpty());
  EXPECT_TRUE(ready.is_ready());
}

TEST_F(gateway_core_of, what_is_wanted_is_subscribed_and_what_is_not_any_more_is_unsubscribed) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  EXPECT_FALSE(ready.is_ready());
  const auto socket = connect("+0");
  EXPECT_TRUE(ready.is_ready());
  want("md/deribit/");
  EXPECT_EQ(socket->take_sent(), "+4") << "the other one is there already";
  unwant("md/deribit/");
  EXPECT_EQ(socket->take_sent(), "-4");
  unwant("md/deribit/BTC-PERPETUAL/ticker/");
  EXPECT_FALSE(socket->is_alive()) << "no socket without topics";
  EXPECT_THAT(socket->take_sent(), "-0");
}

TEST_F(gateway_core_of, a_wildcard_reaches_an_instrument_that_appears) {
  start();
  want("md/deribit/BTC-");
  const auto socket = connect("+0");
  inside->port->define(made_up_feed::rules("BTC-27NOV26-90000-C"), 1);
  pass(0ns);
  EXPECT_EQ(socket->take_sent(), "+8");
  EXPECT_THAT(take_told(), ElementsAre("BTC status live"));
}

TEST_F(gateway_core_of, an_expired_instrument_is_unsubscribed) {
  start();
  want("md/deribit/");
  const auto socket = connect("+0,4");
  inside->port->set_state(btc, instrument_state::expired, {}, 1);
  pass(0ns);
  EXPECT_EQ(socket->take_sent(), "-0");
  EXPECT_THAT(take_told(), ElementsAre("BTC status live"));
}

TEST_F(gateway_core_of, an_unlisted_symbol_is_looked_up_once_the_list_is_there) {
  inside->on_start = {};
  start();
  want("md/deribit/BTC-PERPETUAL/");
  want("md/deribit/SOL-PERPETUAL/book/");
  want("md/deribit/no symbol/");
  EXPECT_THAT(inside->looked_up, IsEmpty());
  EXPECT_FALSE(ready.is_ready());
  inside->port->define(made_up_feed::rules("BTC-PERPETUAL"), 1);
  inside->port->loaded();
  pass(0ns);
  pass(1min);
  EXPECT_THAT(inside->looked_up, ElementsAre("SOL-PERPETUAL"));
  EXPECT_THAT(lines.str(), HasSubstr("sample=\"no symbol\""));
  connect("+0,1,2");
}

TEST_F(gateway_core_of, so_many_keys_share_a_socket_and_no_more) {
  inside->limit.topics_per_socket = 1;
  start();
  want("md/deribit/");
  const auto first = network.take_socket();
  const auto second = network.take_socket();
  want("md/deribit/BTC-PERPETUAL/book/");
  first->open();
  EXPECT_FALSE(ready.is_ready()) << "one is missing";
  second->open();
  EXPECT_EQ(first->take_sent(), "+0,1") << "of one key, so on one socket";
  EXPECT_EQ(second->take_sent(), "+4");
  pass(0ns);
  EXPECT_TRUE(ready.is_ready());
  unwant("md/deribit/");
  EXPECT_FALSE(second->is_alive());
  EXPECT_EQ(second->take_sent(), "-4");
  EXPECT_EQ(first->take_sent(), "-0");
  EXPECT_EQ(core->level().sockets, 1u);
  EXPECT_EQ(core->level().carried, 1u);
}

// ---- events ----

TEST_F(gateway_core_of, events_of_a_frame_are_published_in_its_call_as_one_span) {
  start();
  want("md/deribit/BTC-PERPETUAL/");
  const auto socket = connect("+0,1,2");
  spans.clear();
  socket->deliver("t 0 100;s 1 100;c 1 100 5;p 2 100");
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker live", "BTC book live", "BTC book live", "BTC trades live"));
  EXPECT_THAT(spans, ElementsAre(4u));
}

TEST_F(gateway_core_of, events_that_nobody_wants_are_dropped_and_counted) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  const auto socket = connect("+0");
  socket->deliver("t 4 100;t 400 1;t 0 100;s 1 100");
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker live"));
  EXPECT_EQ(metric(R"(strike_gateway_events_dropped_total{venue="deribit"})"), 3);
  EXPECT_EQ(metric(R"(strike_gateway_events_total{channel="ticker",venue="deribit"})"), 1);
  EXPECT_EQ(metric(R"(strike_gateway_frames_total{venue="deribit"})"), 2);
}

TEST_F(gateway_core_of, a_change_before_its_snapshot_is_resyncing) {
  start();
  want("md/deribit/BTC-PERPETUAL/book/");
  const auto socket = connect("+1");
  socket->deliver("c 1 100 5;s 1 100;c 1 100 6");
  EXPECT_THAT(take_told(), ElementsAre("BTC book resyncing", "BTC book live", "BTC book live"));
}

TEST_F(gateway_core_of, what_is_unsubscribed_is_no_longer_live_for_late_joiners) {
  start();
  want("md/deribit/BTC-PERPETUAL/");
  const auto socket = connect("+0,1,2");
  socket->deliver("t 0 100;s 1 100");
  unwant("md/deribit/BTC-PERPETUAL/");
  EXPECT_EQ(socket->take_sent(), "-0,1,2");
  EXPECT_FALSE(values.is_live(0));
  EXPECT_FALSE(values.snapshot(1));
}

TEST_F(gateway_core_of, what_the_feed_learns_late_is_published_while_it_is_wanted) {
  start();
  const market_event missed{.venue_ns = 5, .recv_ns = 6, .instrument = btc, .state = trust::live, .body = trade{}};
  inside->port->publish_late(std::array{missed, missed});
  EXPECT_THAT(take_told(), IsEmpty()) << "nobody wants it";
  want("md/deribit/BTC-PERPETUAL/trades/");
  connect("+2");
  inside->port->publish_late(std::array{missed, missed});
  EXPECT_THAT(take_told(), ElementsAre("BTC trades live", "BTC trades live"));
  EXPECT_EQ(metric(R"(strike_gateway_events_total{channel="trades",venue="deribit"})"), 2);
  inside->port->distrust({btc}, trust::stale);
  pass(0ns);
  take_told();
  inside->port->publish_late(std::array{missed});
  EXPECT_THAT(take_told(), ElementsAre("BTC trades stale"));
}

TEST_F(gateway_core_of, an_outage_of_many_topics_leaves_in_portions) {
  inside->on_start = [](feed_port& port) {
    for (int i = 0; i < 700; ++i) port.define(made_up_feed::rules(fmt::format("BTC-27NOV26-{}-C", 10'000 + i)), 1);
  };
  inside->limit.topics_per_socket = 1'000;
  start();
  pass(0ns);
  want("md/deribit/BTC-27NOV26-");
  const auto socket = network.take_socket();
  socket->open();
  socket->take_sent();
  for (int i = 0; i < 700; ++i) {
    const auto id = *instruments.find(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i));
    socket->deliver(fmt::format("t {} 100", slot_of(id, channel::ticker)));
  }
  told.clear();
  socket->close();
  core->round();
  EXPECT_THAT(told, SizeIs(500));
  EXPECT_EQ(core->round(), now + 1'000'000);
  pass(1ms);
  pass(1ms);
  EXPECT_THAT(told, SizeIs(1'400)) << "each ticker, each status";
}

// ---- the venue's own distrust ----

TEST_F(gateway_core_of, what_the_feed_distrusts_is_marked_until_its_next_event_and_books_are_asked_for_anew) {
  start();
  want("md/deribit/BTC-PERPETUAL/");
  const auto socket = connect("+0,1,2");
  socket->deliver("t 0 100;s 1 100;p 2 100");
  told.clear();
  inside->port->distrust({btc, eth}, trust::resyncing);
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker resyncing", "BTC book resyncing", "BTC status resyncing"))
      << "of the other one nothing is wanted";
  socket->deliver("t 0 101;c 1 100 5;p 2 100");
  socket->deliver("c 1 100 6");
  EXPECT_THAT(take_told(),
              ElementsAre("BTC ticker live", "BTC book resyncing", "BTC trades live", "BTC book resyncing"));
  pass(0ns);
  EXPECT_EQ(socket->take_sent(), "-1");
  EXPECT_EQ(socket->take_sent(), "+1");
  socket->deliver("s 1 100");
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC book live", "BTC status live"));
}

// ---- what an operator sees ----

TEST_F(gateway_core_of, oddities_are_counted_and_each_kind_is_logged_once) {
  start();
  for (int i = 0; i < 3; ++i) inside->port->note(oddity::gap, "change_id", "4711");
  inside->port->note(oddity::gap, "prev_change_id", std::string(10'000, 'x'));
  EXPECT_EQ(metric(R"(strike_gateway_oddities_total{kind="gap",venue="deribit"})"), 4);
  const auto text = lines.str();
  EXPECT_EQ(text.find("detail=change_id"), text.rfind("detail=change_id"));
  EXPECT_THAT(text, HasSubstr("detail=prev_change_id"));
  EXPECT_LT(text.size(), 2'000u);
}

TEST_F(gateway_core_of, a_venue_cannot_fill_the_log_with_ever_new_oddities) {
  start();
  lines.str("");
  for (int i = 0; i < 1'000; ++i) inside->port->note(oddity::unknown, fmt::format("field {}", i), "");
  const auto text = lines.str();
  EXPECT_LE(std::ranges::count(text, '\n'), 301);
  EXPECT_THAT(text, HasSubstr("only counted from now on"));
  EXPECT_EQ(metric(R"(strike_gateway_oddities_total{kind="unknown",venue="deribit"})"), 1'000);
}

TEST_F(gateway_core_of, answers_of_the_network_come_with_the_time) {
  start();
  std::int64_t at_ns = 0;
  inside->port->fetch({.url = "https://made.up/list"},
                      [&](const result<net::http_response>& x, const moment& when) { at_ns = x ? when.wall_ns : 0; });
  const auto request = network.take_fetch();
  now += 77;
  request->answer(200, "[]");
  EXPECT_EQ(at_ns, wall_ns + now);
}

TEST_F(gateway_core_of, what_a_session_or_feed_throws_comes_out_of_the_round_and_not_through_the_network) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  const auto socket = connect("+0");
  EXPECT_NO_THROW(socket->deliver("throw"));
  EXPECT_THROW(core->round(), std::runtime_error);
  inside->port->fetch({.url = "https://made.up/list"},
                      [](const result<net::http_response>&, const moment&) { throw std::runtime_error{"here"}; });
  EXPECT_NO_THROW(network.take_fetch()->answer(200, ""));
  EXPECT_THROW(core->round(), std::runtime_error);
}

TEST_F(gateway_core_of, a_heartbeat_says_who_lives_and_what_it_has_done) {
  start();
  const auto beat = report.heartbeat("gateway-deribit", 7, {now, wall_ns + now});
  EXPECT_EQ(beat.epoch, 7u);
  EXPECT_TRUE(beat.ready);
  EXPECT_EQ(beat.counters.at("frames"), 0u);
}

} // namespace
