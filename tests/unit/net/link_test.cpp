#include "kit/fake_network.hpp"
#include "net/link.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

using namespace strike;
using namespace std::chrono_literals;
using net::generation;

namespace {

constexpr std::int64_t ns(std::chrono::nanoseconds x) { return x.count(); }

struct link_test : testing::Test {
  test::fake_network network; // outlives the link
  std::vector<std::string> events;
  double random = 0; // half of each wait
  std::unique_ptr<net::link> link;

  net::link& make(net::link::options how = {}) {
    if (how.socket.url.empty()) how.socket.url = "wss://venue.test/ws";
    link = std::make_unique<net::link>(network, std::move(how), handlers(), [this] { return random; });
    return *link;
  }
  net::link::handlers handlers() {
    return {
        .on_open = [this](generation x) { events.push_back("open " + std::to_string(x)); },
        .on_text = [this](generation x,
                          std::string_view text) { events.push_back(std::to_string(x) + ": " + std::string{text}); },
        .on_close =
            [this](generation x, const net::close_report& r) {
              events.push_back("close " + std::to_string(x) + " " + r.text);
            },
        .on_silent = [this](generation x, std::string_view) { events.push_back("silent " + std::to_string(x)); },
    };
  }
  std::vector<std::string> take_events() { return std::exchange(events, {}); }
  using lines = std::vector<std::string>;
};

TEST_F(link_test, opens_in_the_first_round_and_passes_on_what_comes) {
  auto& x = make();
  EXPECT_TRUE(network.opened.empty());
  EXPECT_EQ(x.round(0), INT64_MAX);
  const auto socket = network.take_socket();
  EXPECT_EQ(x.current(), 0U);
  socket->open();
  EXPECT_EQ(x.current(), 1U);
  EXPECT_TRUE(x.send(1, "hello"));
  EXPECT_EQ(socket->take_sent(), "hello");
  socket->deliver("welcome");
  EXPECT_EQ(take_events(), (lines{"open 1", "1: welcome"}));
}

TEST_F(link_test, opens_again_with_growing_waits) {
  auto& x = make({.reconnect = {.first = 1s, .longest = 4s}});
  x.round(0);
  std::int64_t now_ns = 0;
  for (const auto wait : {500ms, 1000ms, 2000ms, 2000ms}) {
    network.take_socket()->close();
    const auto due = x.round(now_ns);
    EXPECT_EQ(due, now_ns + ns(wait));
    x.round(due - 1);
    EXPECT_TRUE(network.opened.empty());
    x.round(due);
    now_ns = due;
  }
  network.take_socket();
}

TEST_F(link_test, keeps_growing_waits_for_a_venue_that_lets_in_and_throws_out) {
  auto& x = make({.reconnect = {.first = 1s, .longest = 60s}});
  x.round(0);
  auto socket = network.take_socket();
  socket->open();
  socket->close();
  auto due = x.round(0);
  x.round(due);
  socket = network.take_socket();
  socket->open();
  socket->close();
  EXPECT_EQ(x.round(due), due + ns(1s)); // half of the second wait, 2 s
}

TEST_F(link_test, forgets_failures_once_a_socket_has_settled) {
  auto& x = make({.reconnect = {.first = 1s, .longest = 60s}});
  x.round(0);
  network.take_socket()->close();
  x.round(0);
  x.round(ns(500ms));
  const auto socket = network.take_socket();
  socket->open();
  x.round(ns(600ms));
  x.settled(2);
  socket->close();
  EXPECT_EQ(x.round(ns(700ms)), ns(700ms + 500ms));
}

TEST_F(link_test, takes_a_socket_for_settled_when_nobody_says_so) {
  auto& x = make({.reconnect = {.first = 1s, .longest = 60s}, .takeover = 10s});
  x.round(0);
  network.take_socket()->close();
  x.round(0);
  x.round(ns(500ms));
  const auto socket = network.take_socket();
  socket->open();
  EXPECT_EQ(x.round(ns(1s)), ns(11s));
  x.round(ns(11s));
  socket->close();
  EXPECT_EQ(x.round(ns(12s)), ns(12s + 500ms));
}

TEST_F(link_test, waits_as_long_as_the_venue_asks) {
  auto& x = make();
  x.round(0);
  network.take_socket()->close({.text = "429", .http_status = 429});
  x.hold_off(30s);
  EXPECT_EQ(x.round(ns(1s)), ns(31s));
  x.round(ns(31s));
  network.take_socket();
}

struct silent_link : link_test {
  std::shared_ptr<test::fake_socket> first, second;
  net::link& x = make({.silence = 30s, .takeover = 10s});

  void SetUp() override {
    x.round(0);
    first = network.take_socket();
    first->open();
    EXPECT_EQ(x.round(0), ns(10s)); // nobody says settled
    EXPECT_EQ(x.round(ns(10s)), ns(30s));
  }
  void replace() {
    x.round(ns(30s));
    second = network.take_socket();
    events.clear();
  }
};

TEST_F(silent_link, is_replaced_and_lives_until_the_newer_has_settled) {
  x.round(ns(30s) - 1);
  EXPECT_TRUE(network.opened.empty());
  x.round(ns(30s));
  second = network.take_socket();
  first->deliver("late");
  second->open();
  EXPECT_EQ(x.current(), 2U);
  EXPECT_EQ(take_events(), (lines{"open 1", "silent 1", "1: late", "open 2"}));
  x.settled(2);
  EXPECT_EQ(first->take_goodbye().reason, "replaced");
  first->close({.text = "bye"});
  EXPECT_EQ(take_events(), lines{"close 1 bye"});
  EXPECT_EQ(x.round(ns(31s)), ns(41s));
  EXPECT_TRUE(second->is_alive());
}

TEST_F(silent_link, waits_from_the_last_message) {
  first->deliver("tick");
  EXPECT_EQ(x.round(ns(20s)), ns(50s));
  EXPECT_EQ(x.round(ns(30s)), ns(50s));
}

TEST_F(silent_link, gives_up_the_old_one_when_the_newer_takes_too_long_to_settle) {
  replace();
  second->open();
  EXPECT_EQ(x.round(ns(31s)), ns(41s));
  x.round(ns(41s) - 1);
  EXPECT_TRUE(first->is_alive());
  EXPECT_FALSE(first->asked);
  x.round(ns(41s));
  first->take_goodbye();
}

TEST_F(silent_link, keeps_the_old_one_when_the_replacement_fails) {
  replace();
  second->close();
  const auto due = x.round(ns(31s));
  EXPECT_EQ(due, ns(31s + 125ms));
  EXPECT_EQ(x.current(), 1U);
  x.round(due);
  network.take_socket()->open();
  EXPECT_EQ(x.current(), 3U);
  EXPECT_EQ(take_events(), (lines{"close 2 cut by the test", "open 3"}));
}

TEST_F(silent_link, needs_no_other_replacement_once_it_speaks_again) {
  replace();
  second->close();
  first->deliver("tick");
  EXPECT_EQ(x.round(ns(31s)), ns(61s));
  x.round(ns(60s));
  EXPECT_TRUE(network.opened.empty());
}

TEST_F(silent_link, may_end_before_its_replacement_opens_without_a_further_attempt) {
  replace();
  first->close();
  EXPECT_EQ(x.current(), 0U);
  EXPECT_EQ(x.round(ns(31s)), INT64_MAX);
  second->open();
  EXPECT_EQ(x.current(), 2U);
}

TEST_F(silent_link, is_replaced_on_request_whatever_comes_on_it) {
  x.replace(1, "useless");
  first->deliver("heartbeat");
  x.round(ns(11s));
  second = network.take_socket();
  x.replace(1, "useless"); // it is on its way
  first->deliver("heartbeat");
  x.round(ns(12s));
  EXPECT_TRUE(network.opened.empty());
  second->open();
  x.settled(2);
  first->take_goodbye();
  EXPECT_EQ(take_events(), (lines{"open 1", "silent 1", "1: heartbeat", "1: heartbeat", "open 2"}));
}

TEST_F(link_test, drop_closes_and_opens_another_after_the_backoff) {
  auto& x = make();
  x.round(0);
  const auto first = network.take_socket();
  first->open();
  x.drop(1, "unusable");
  EXPECT_EQ(first->take_goodbye().reason, "unusable");
  EXPECT_EQ(x.current(), 0U);
  EXPECT_FALSE(x.send(1, "more"));
  first->deliver("not passed on");
  const auto due = x.round(0);
  EXPECT_EQ(due, ns(125ms));
  x.round(due); // a venue that does not answer the goodbye holds nothing up
  network.take_socket()->open();
  first->close({.text = "bye"});
  EXPECT_EQ(take_events(), (lines{"open 1", "open 2", "close 1 bye"}));
  x.round(due);
  EXPECT_EQ(x.current(), 2U);
}

TEST_F(link_test, passes_on_that_the_queue_is_full) {
  auto& x = make();
  x.round(0);
  const auto socket = network.take_socket();
  socket->open();
  socket->is_full = true;
  EXPECT_EQ(x.send(1, "text").error().code, ec::session_down);
  EXPECT_EQ(x.send(2, "text").error().code, ec::session_down);
}

TEST_F(link_test, reports_a_url_that_is_none_as_an_end) {
  auto& x = make({.socket = {.url = "https://venue.test"}});
  EXPECT_EQ(x.round(0), ns(125ms));
  EXPECT_EQ(take_events(), lines{"close 1 https://venue.test: begins with neither wss:// nor ws://"});
}

TEST_F(link_test, may_be_destroyed_in_each_of_its_calls) {
  const auto kill = [this](generation, auto&&...) { link.reset(); };
  for (const std::string which : {"open", "text", "close", "silent"}) {
    auto call = handlers();
    if (which == "open") call.on_open = kill;
    if (which == "text") call.on_text = kill;
    if (which == "close") call.on_close = kill;
    if (which == "silent") call.on_silent = kill;
    link = std::make_unique<net::link>(
        network, net::link::options{.socket = {.url = "wss://venue.test"}, .silence = 1s}, call, [] { return 0.0; });
    link->round(0);
    const auto socket = network.take_socket();
    socket->open();
    if (which == "text") socket->deliver("x");
    if (which == "close") socket->close();
    if (which == "silent") {
      link->round(0);
      EXPECT_EQ(link->round(ns(1s)), INT64_MAX);
    }
    EXPECT_FALSE(link);
    EXPECT_FALSE(socket->is_alive());
  }
}

} // namespace
