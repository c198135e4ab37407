// Sockets that end, that bring nothing, and that are replaced.
#include "gateway_core_kit.hpp"

using namespace gateway_kit;

namespace {

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

} // namespace
