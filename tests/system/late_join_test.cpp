// Who joins, who shares and who leaves, behind a router that is a process.
#include "bus/sequence.hpp"
#include "kit/bus_kit.hpp"
#include "wire/market.hpp"

using namespace bus_kit;
using testing::ElementsAre;

namespace {

struct late_join_test : bus_test {};

TEST_F(late_join_test, who_joins_through_a_router_gets_ticker_and_book_at_once_and_goes_on_without_a_gap) {
  gateway market{where, instruments, upstream};
  auto node = router();
  reader first{where, instruments, routed, {"md/deribit/BTC-PERPETUAL/"}};
  market.moving = {btc};
  ASSERT_TRUE(eventually([&] { return first.bid(btc) > 50; }, market, first)) << node.err();
  reader in_flow{where, instruments, routed, {"md/deribit/BTC-PERPETUAL/"}};
  ASSERT_TRUE(eventually([&] { return in_flow.events.size() > 50; }, market, first, in_flow));
  market.moving = {};
  const auto n = market.moves[btc.index];
  ASSERT_TRUE(eventually([&] { return first.bid(btc) == n && in_flow.bid(btc) == n; }, market, first, in_flow));

  // nothing moves: what comes now comes because somebody joined
  reader in_silence{where, instruments, routed, {"md/deribit/BTC-PERPETUAL/"}};
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("late"))};
  dashboard screen{where, strategies};
  const auto is_known = [&] { return in_silence.bid(btc) == n && in_silence.book(btc) == market.book(btc); };
  const auto is_shown = [&] {
    return screen.number("late", "bid") == n && screen.text("late", "book") == market.book(btc);
  };
  ASSERT_TRUE(eventually([&] { return is_known() && is_shown(); }, market, in_silence, screen)) << strategies.err();
  EXPECT_EQ(in_silence.events.size(), 2U);
  EXPECT_EQ(screen.host("late", "events"), 2);

  market.moving = {btc};
  ASSERT_TRUE(eventually([&] { return market.moves[btc.index] > n + 50; }, market, first, in_flow, in_silence, screen));
  market.moving = {};
  const auto last = market.moves[btc.index];
  ASSERT_TRUE(eventually(
      [&] {
        return first.bid(btc) == last && in_flow.bid(btc) == last && in_silence.bid(btc) == last &&
               in_silence.book(btc) == market.book(btc) && screen.number("late", "bid") == last &&
               screen.text("late", "book") == market.book(btc);
      },
      market, first, in_flow, in_silence, screen));
  for (const auto* x : {&first, &in_flow, &in_silence}) {
    EXPECT_TRUE(x->is_gapless(btc));
    EXPECT_EQ(x->intake.counts().gaps, 0U);
    EXPECT_EQ(x->book(btc), market.book(btc));
  }
  EXPECT_EQ(screen.number("late", "tickers"), 1 + last - n);
  EXPECT_EQ(screen.number("late", "untrusted"), 0);
  EXPECT_EQ(strategies.metric("strike_router_gaps_total"), 0);
}

/// A publisher that tells of every subscriber, which `market_publisher` sums up.
struct counting_gateway {
  counting_gateway(const bus::context& where, const std::string& endpoint)
      : out{*bus::publisher::bind(where, {.endpoint = endpoint})} {}
  void pump() {
    out.poll_demand([this](const bus::demand& x) { demands.push_back(x); });
    const auto event = tick({0}, static_cast<std::int64_t>(sequence.last(0)) + 1);
    const auto stamp = sequence.next(0);
    encoder.encode(bytes, {.epoch = stamp.epoch, .sequence = stamp.first}, {&event, 1});
    out.publish("md/deribit/BTC-PERPETUAL/ticker/", bytes);
    usleep(5'000);
  }
  bus::publisher out;
  bus::sequencer sequence{1};
  wire::market_encoder encoder;
  std::string bytes;
  std::vector<bus::demand> demands;
};

TEST_F(late_join_test, strategies_on_one_instrument_are_one_subscription_upstream_that_ends_after_the_last_one) {
  counting_gateway market{where, upstream};
  auto node = router("grace = \"300ms\"");
  const auto two =
      watcher("one", "deribit:BTC-PERPETUAL", R"("ticker")") + watcher("two", "deribit:BTC-PERPETUAL", R"("ticker")");
  service a{folder, "a", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, two)};
  service b{folder, "b", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, two)};
  dashboard of_a{where, a}, of_b{where, b};
  ASSERT_TRUE(eventually(
      [&] {
        return of_a.number("one", "tickers") > 0 && of_a.number("two", "tickers") > 0 &&
               of_b.number("one", "tickers") > 0 && of_b.number("two", "tickers") > 0;
      },
      market, of_a, of_b))
      << node.err() << a.err();
  const bus::demand begin{true, "md/deribit/BTC-PERPETUAL/ticker/"}, end{false, begin.prefix};
  EXPECT_THAT(market.demands, ElementsAre(begin));

  EXPECT_EQ(a.stop().exit_code, 0);
  const auto left_at = steady_ns();
  const auto seen = of_b.number("two", "tickers");
  ASSERT_TRUE(eventually([&] { return of_b.number("two", "tickers") > seen && steady_ns() > left_at + ns_per_s; },
                         market, of_b));
  EXPECT_THAT(market.demands, ElementsAre(begin)) << "b is still there, long after the grace";
  const auto last_left_at = steady_ns();
  EXPECT_EQ(b.stop().exit_code, 0);
  ASSERT_TRUE(eventually([&] { return market.demands.size() > 1; }, market));
  EXPECT_GE(steady_ns() - last_left_at, 300 * ns_per_ms);
  EXPECT_THAT(market.demands, ElementsAre(begin, end));
}

} // namespace
