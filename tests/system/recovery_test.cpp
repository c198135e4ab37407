// What is lost on the bus is noticed and mended, and who was killed is taken back.
#include "kit/bus_kit.hpp"

using namespace bus_kit;
using testing::HasSubstr;

namespace {

constexpr auto btc_all = "md/deribit/BTC-PERPETUAL/";

/// A wire between publisher and consumers that loses messages, as an XPUB does whose queue is full.
struct lossy_wire {
  lossy_wire(const bus::context& where, const std::string& from, const std::string& to)
      : in{*bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = from}}})}, out{*bus::publisher::bind(
                                                                                           where, {.endpoint = to})} {}
  void pump() {
    out.poll_demand([this](const bus::demand& x) { x.is_wanted ? in.subscribe(x.prefix) : in.unsubscribe(x.prefix); });
    for (const auto& x : in.receive(1ms)) {
      if (to_lose > 0 && is_book_change(x))
        --to_lose;
      else
        out.publish(x.topic(), x.bytes());
    }
  }
  /// A snapshot would not be missed: nothing is counted for it.
  bool is_book_change(const bus::message& x) {
    if (!x.topic().ends_with("/book/")) return false;
    events.clear();
    return !decoder.decode(x.bytes(), {0}, events).value().header.is_snapshot;
  }
  int to_lose = 0; ///< messages that carry changes of books
  wire::market_decoder decoder;
  std::vector<market_event> events;
  bus::polled_subscriber in;
  bus::publisher out;
};

struct recovery_test : bus_test {
  /// Every part at the newest move of the market, its book whole.
  static bool is_newest(const gateway& market, const reader& x, instrument_id id) {
    return x.bid(id) == market.moves.at(id.index) && x.book(id) == market.book(id);
  }
  static bool is_newest(const gateway& market, const dashboard& x, instrument_id id) {
    return x.number("watcher", "bid") == market.moves.at(id.index) && x.text("watcher", "book") == market.book(id);
  }
};

TEST_F(recovery_test, a_gap_in_a_book_is_counted_and_mended_for_all_behind_the_router) {
  const auto origin = free_endpoint();
  gateway market{where, instruments, origin};
  lossy_wire wire{where, origin, upstream};
  auto node = router();
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("watcher"))};
  dashboard screen{where, strategies};
  reader behind{where, instruments, routed, {btc_all}};
  const auto are_newest = [&] { return is_newest(market, behind, btc) && is_newest(market, screen, btc); };
  for (int i = 0; i < 10; ++i) market.move(btc);
  ASSERT_TRUE(eventually(are_newest, market, wire, behind, screen)) << strategies.err();

  wire.to_lose = 3;
  for (int i = 0; i < 4; ++i) market.move(btc);
  ASSERT_TRUE(eventually(are_newest, market, wire, behind, screen)) << node.err() << strategies.err();
  EXPECT_EQ(wire.to_lose, 0);
  EXPECT_EQ(behind.intake.counts().gaps, 1U);
  EXPECT_EQ(behind.intake.counts().lost, 3U);
  ASSERT_TRUE(eventually([&] { return node.metric("strike_router_gaps_total") > 0; }, market, wire));
  EXPECT_EQ(node.metric("strike_router_gaps_total"), 1);
  EXPECT_EQ(node.metric("strike_router_lost_events_total"), 3);
  EXPECT_GT(screen.number("watcher", "untrusted"), 0) << "the strategy was told";

  for (int i = 0; i < 10; ++i) market.move(btc);
  ASSERT_TRUE(eventually(are_newest, market, wire, behind, screen));
  EXPECT_EQ(node.metric("strike_router_gaps_total"), 1);
}

TEST_F(recovery_test, a_publisher_that_starts_anew_on_its_port_is_stale_and_then_live_again) {
  std::optional<gateway> market{std::in_place, where, instruments, upstream};
  auto node = router();
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("watcher"))};
  dashboard screen{where, strategies};
  reader behind{where, instruments, routed, {btc_all}};
  const auto are_newest = [&] { return is_newest(*market, behind, btc) && is_newest(*market, screen, btc); };
  for (int i = 0; i < 10; ++i) market->move(btc);
  ASSERT_TRUE(eventually(are_newest, *market, behind, screen)) << strategies.err();

  // what it sends last arrives with the news of its end, and must not outlive it
  for (int i = 0; i < 500; ++i) market->move(btc);
  market.reset();
  ASSERT_TRUE(eventually(
      [&] { return screen.text("watcher", "trust") == "stale" && screen.text("watcher", "book") == "stale"; }, behind,
      screen))
      << strategies.err();
  EXPECT_EQ(behind.book(btc), "stale");
  EXPECT_FALSE(node.is_ready());

  market.emplace(where, instruments, upstream);
  for (int i = 0; i < 5; ++i) market->move(btc); // its numbers begin anew, and so do ours
  ASSERT_TRUE(eventually(are_newest, *market, behind, screen)) << node.err() << strategies.err();
  EXPECT_EQ(screen.text("watcher", "trust"), "live");
  EXPECT_EQ(screen.shown["watcher"].restarts, 0U);
  EXPECT_TRUE(node.is_ready());
  ASSERT_TRUE(eventually([&] { return node.metric("strike_router_new_epochs_total") > 0; }, *market));
}

TEST_F(recovery_test, consumers_behind_a_router_that_was_killed_recover_when_it_is_back) {
  gateway market{where, instruments, upstream};
  auto node = router();
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("watcher"))};
  dashboard screen{where, strategies};
  reader behind{where, instruments, routed, {btc_all}};
  const auto are_newest = [&] { return is_newest(market, behind, btc) && is_newest(market, screen, btc); };
  for (int i = 0; i < 10; ++i) market.move(btc);
  ASSERT_TRUE(eventually(are_newest, market, behind, screen)) << strategies.err();

  for (int round = 1; round <= 2; ++round) {
    node.kill();
    for (int i = 0; i < 10; ++i) market.move(btc); // nobody sees these
    ASSERT_TRUE(eventually([&] { return screen.text("watcher", "trust") == "stale"; }, market, behind, screen));
    EXPECT_EQ(screen.text("watcher", "book"), "stale");
    EXPECT_FALSE(strategies.is_ready());
    node.start();
    ASSERT_TRUE(eventually(are_newest, market, behind, screen)) << node.err() << strategies.err();
    for (int i = 0; i < 10; ++i) market.move(btc);
    ASSERT_TRUE(eventually(are_newest, market, behind, screen)) << node.err() << strategies.err();
  }
  EXPECT_EQ(screen.shown["watcher"].restarts, 0U);
  EXPECT_THAT(strategies.err(), HasSubstr("upstream lost"));
}

} // namespace
