#include "gateway_core.hpp"

#include "feed/last_values.hpp"
#include "kit/fake_network.hpp"
#include "kit/made_up_venue.hpp"
#include "unit/feed/feed_kit.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <optional>
#include <sstream>

using namespace feed_kit;
using namespace strike::gateway;
using namespace std::chrono_literals;
using strike::test::fake_network;
using strike::test::fake_socket;
using strike::test::made_up_feed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

namespace {

constexpr std::int64_t wall_ns = 1'000'000'000'000;

/// One core on the made-up venue. Slots: the instrument's number times four, then ticker 0, book 1, trades 2.
struct gateway_core_of : names {
  gateway_core_of() {
    inside->on_start = [](feed_port& port) {
      port.define(made_up_feed::rules("BTC-PERPETUAL"), 1);
      port.define(made_up_feed::rules("ETH-PERPETUAL"), 1);
      port.loaded();
    };
  }
  void start() {
    core.emplace(gateway_core::tools{.on = network,
                                     .report = report,
                                     .clock =
                                         [this] {
                                           return moment{now, wall_ns + now};
                                         },
                                     .random = [] { return 0.5; },
                                     .to = {[this](std::span<const market_event> x) { publish(x); },
                                            [this](slot which, trust why) { distrust(which, why); }},
                                     .data_silence = data_silence},
                 instruments, std::make_unique<made_up_feed>(inside));
    core->round();
    told.clear(); // what was listed
  }
  void want(std::string_view prefix) { demand(prefix, true); }
  void unwant(std::string_view prefix) { demand(prefix, false); }
  void demand(std::string_view prefix, bool is_wanted) {
    core->demand({is_wanted, std::string{prefix}});
    pass(0ns);
  }
  /// Time passes, and all that is due is done.
  void pass(std::chrono::nanoseconds x) {
    core->round();
    for (const auto step : {x.count(), std::int64_t{1'000'000}}) {
      now += step;
      core->round();
    }
  }
  /// The next socket, opened; its subscription is taken and confirmed.
  std::shared_ptr<fake_socket> connect(std::string_view subscription) {
    auto made = network.take_socket();
    made->open();
    EXPECT_EQ(made->take_sent(), subscription);
    made->deliver("ok");
    pass(0ns);
    return made;
  }
  /// As `feed::market_publisher` does.
  void publish(std::span<const market_event> events) {
    spans.push_back(events.size());
    for (const auto& x : events) tell(x);
  }
  void distrust(slot which, trust why) {
    if (const auto mark = values.is_live(which) ? values.mark(which, why) : std::nullopt) tell(*mark);
  }
  void tell(const market_event& x) {
    values.apply(x);
    told.push_back(fmt::format("{} {} {}", instruments.at(x.instrument).symbol.substr(0, 3), to_text(channel_of(x)),
                               to_text(x.state)));
  }
  std::vector<std::string> take_told() { return std::exchange(told, {}); }
  double metric(std::string_view line) const {
    const auto text = metrics.to_text();
    const auto at = text.find(std::string{line} + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size()));
  }

  std::ostringstream lines;
  process::logger log{"test", process::level::info, process::log_format::text,
                      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines), [] { return 0; }};
  process::metric_registry metrics;
  process::readiness ready;
  gateway_report report{venue::deribit, log, metrics, ready};
  fake_network network;
  std::shared_ptr<made_up_feed::inside> inside = std::make_shared<made_up_feed::inside>();
  std::int64_t now = 1'000'000'000;
  last_values values;
  std::vector<std::string> told;
  std::vector<std::size_t> spans; ///< how many events each publication had
  std::chrono::nanoseconds data_silence{0};
  std::optional<gateway_core> core;
};

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

// ---- sockets that end ----

TEST_F(gateway_core_of, when_a_socket_ends_its_topics_and_their_instruments_are_stale_until_the_next) {
  start();
  want("md/deribit/BTC-PERPETUAL/");
  auto socket = connect("+0,1,2");
  socket->deliver("t 0 100;s 1 100");
  told.clear();
  socket->close();
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker stale", "BTC book stale", "BTC status stale"));
  EXPECT_FALSE(ready.is_ready());
  EXPECT_THAT(lines.str(), HasSubstr("cut by the test"));
  pass(1s);
  socket = network.take_socket();
  socket->open();
  EXPECT_EQ(socket->take_sent(), "+0,1,2");
  socket->deliver("t 0 101;c 1 100 5;s 1 101");
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker live", "BTC book resyncing", "BTC book live"));
  socket->deliver("ok"); // trades, of which there were none, are carried as well
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC status live"));
  EXPECT_TRUE(ready.is_ready());
  EXPECT_EQ(metric(R"(strike_gateway_reconnects_total{venue="deribit"})"), 1);
}

TEST_F(gateway_core_of, a_venue_out_of_reach_is_logged_once_and_seen_in_the_status) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  for (int i = 0; i < 3; ++i) {
    network.take_socket()->close({.text = "made.up: refused"});
    pass(1min);
  }
  EXPECT_THAT(take_told(), ElementsAre("BTC status stale"));
  want("md/deribit/ETH-PERPETUAL/ticker/");
  EXPECT_THAT(take_told(), ElementsAre("ETH status stale"));
  const auto text = lines.str();
  EXPECT_EQ(text.find("made.up: refused"), text.rfind("made.up: refused"));
  connect("+0,4");
  EXPECT_THAT(take_told(), ElementsAre("BTC status live", "ETH status live"));
}

TEST_F(gateway_core_of, a_venue_that_was_away_for_long_is_found_within_two_seconds) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  for (int i = 0; i < 20; ++i) {
    network.take_socket()->close({.text = "made.up: refused"});
    pass(2s);
  }
  connect("+0");
  told.clear();
}

TEST_F(gateway_core_of, a_session_that_gives_up_is_followed_by_another_no_sooner_than_it_asked) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  auto socket = connect("+0");
  socket->deliver("t 0 100;bye 50");
  pass(0ns);
  EXPECT_EQ(socket->take_goodbye().reason, "the venue said goodbye");
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker live", "BTC ticker stale", "BTC status stale"));
  socket->deliver("t 0 101"); // it may still talk
  socket->close();
  pass(49s);
  EXPECT_THAT(network.opened, IsEmpty());
  EXPECT_THAT(take_told(), IsEmpty());
  pass(1s);
  connect("+0");
  EXPECT_EQ(metric(R"(strike_gateway_reconnects_total{venue="deribit"})"), 1) << "not counted again at its end";
  EXPECT_THAT(lines.str(), Not(HasSubstr("cannot connect")));
}

TEST_F(gateway_core_of, a_socket_that_does_not_take_a_frame_is_given_up) {
  start();
  want("md/deribit/BTC-PERPETUAL/ticker/");
  const auto socket = connect("+0");
  socket->is_full = true;
  want("md/deribit/ETH-PERPETUAL/ticker/");
  EXPECT_TRUE(socket->asked);
  socket->take_goodbye();
  socket->close();
  pass(1s);
  connect("+0,4");
}

// ---- sockets without data ----

struct socket_without_data : gateway_core_of {
  void SetUp() override {
    inside->limit.silence = std::chrono::hours{1};
    data_silence = 60s;
    start();
    want("md/deribit/BTC-PERPETUAL/ticker/");
    socket = connect("+0");
    socket->deliver("ok;t 0 100");
  }
  void replace() {
    socket->deliver("ok"); // a heartbeat, as it were
    pass(1s);
    const auto next = network.take_socket();
    next->open();
    EXPECT_EQ(next->take_sent(), "+0");
    next->deliver("ok;t 0 100");
    EXPECT_EQ(socket->take_goodbye().reason, "replaced");
    socket->close();
    socket = next;
  }
  std::shared_ptr<fake_socket> socket;
};

TEST_F(socket_without_data, is_replaced_though_messages_come) {
  pass(59s);
  socket->deliver("ok");
  EXPECT_TRUE(network.opened.empty());
  replace();
  pass(119s);
  EXPECT_TRUE(network.opened.empty()) << "the market is quiet: the wait is twice as long";
  replace();
}

TEST_F(socket_without_data, stays_while_events_come) {
  for (int i = 0; i < 10; ++i) {
    pass(40s);
    socket->deliver("t 0 101");
  }
  EXPECT_TRUE(network.opened.empty());
  pass(59s);
  replace();
}

// ---- make before break ----

struct replaced_socket : gateway_core_of {
  void SetUp() override {
    start();
    want("md/deribit/BTC-PERPETUAL/");
    older = connect("+0,1,2");
    older->deliver("t 0 100;s 1 100");
    pass(30s); // silent
    younger = network.take_socket();
    younger->open();
    EXPECT_EQ(younger->take_sent(), "+0,1,2");
    told.clear();
  }
  std::shared_ptr<fake_socket> older, younger;
};

TEST_F(replaced_socket, the_younger_takes_a_topic_over_with_its_first_event) {
  older->deliver("t 0 101");
  younger->deliver("t 0 102");
  EXPECT_THAT(take_told(), SizeIs(2));
  older->deliver("t 0 103;p 2 100");
  EXPECT_THAT(take_told(), ElementsAre("BTC trades live")) << "its ticker is the younger's by now";
}

TEST_F(replaced_socket, a_book_is_taken_over_by_a_snapshot_only) {
  younger->deliver("c 1 100 5");
  EXPECT_THAT(take_told(), IsEmpty());
  older->deliver("c 1 100 6");
  younger->deliver("s 1 100");
  EXPECT_THAT(take_told(), ElementsAre("BTC book live", "BTC book live"));
  older->deliver("c 1 100 7");
  EXPECT_THAT(take_told(), IsEmpty());
}

TEST_F(replaced_socket, the_older_goes_when_the_younger_is_confirmed_and_has_its_books) {
  younger->deliver("ok");
  EXPECT_FALSE(older->asked) << "the book would be without changes";
  younger->deliver("s 1 100");
  EXPECT_EQ(older->take_goodbye().reason, "replaced");
  older->close();
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC book live")) << "nothing was ever stale";
  EXPECT_TRUE(ready.is_ready());
}

TEST_F(replaced_socket, what_was_not_taken_over_when_the_older_ends_is_stale) {
  younger->deliver("t 0 102");
  told.clear();
  older->close();
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC book stale", "BTC status stale"));
  younger->deliver("s 1 100;ok");
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC book live", "BTC status live"));
}

TEST_F(replaced_socket, when_the_younger_fails_the_older_goes_on_and_sends_lost_books_anew) {
  younger->deliver("t 0 102;s 1 100");
  younger->close();
  pass(0ns);
  told.clear();
  older->deliver("t 0 103;c 1 100 6");
  EXPECT_THAT(take_told(), ElementsAre("BTC ticker live", "BTC book resyncing"));
  pass(0ns);
  EXPECT_EQ(older->take_sent(), "-1");
  EXPECT_EQ(older->take_sent(), "+1");
  older->deliver("s 1 100;p 2 100");
  pass(0ns);
  EXPECT_THAT(take_told(), ElementsAre("BTC book live", "BTC trades live", "BTC status live"));
}

TEST_F(replaced_socket, both_are_told_what_else_is_wanted) {
  want("md/deribit/ETH-PERPETUAL/ticker/");
  EXPECT_EQ(older->take_sent(), "+4");
  EXPECT_EQ(younger->take_sent(), "+4");
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
