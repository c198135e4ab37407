// A strategy that holds still hurts nobody but itself, and finds the newest state when it goes on.
#include "kit/bus_kit.hpp"

using namespace bus_kit;

namespace {

struct slow_strategy_test : bus_test {};

TEST_F(slow_strategy_test, a_strategy_that_blocks_delays_no_other_and_then_gets_the_newest_state) {
  constexpr std::int64_t moves = 3'000, ahead = 200; // 2 events a move, 1,000 may wait
  const auto hold = folder.write("hold", "").string();
  gateway market{where, instruments, upstream};
  service strategies{
      folder, "strategies", EXAMPLE_STRATEGIES_BINARY,
      strategies_config(upstream,
                        watcher("fast") + watcher("slow", "deribit:BTC-PERPETUAL", R"(["ticker", "book"])",
                                                  fmt::format("hold = \"{}\"", hold)),
                        "queue = 1000")};
  dashboard screen{where, strategies};
  market.move(btc);
  ASSERT_TRUE(eventually([&] { return screen.number("fast", "bid") == 1; }, market, screen)) << strategies.err();
  // the market waits for the fast one, so that only the other one can be behind
  ASSERT_TRUE(eventually(
      [&] {
        const auto seen = screen.number("fast", "bid");
        for (auto n = market.moves[btc.index]; n < std::min(seen + ahead, moves); ++n) market.move(btc);
        return seen == moves;
      },
      market, screen))
      << screen.number("fast", "bid");
  EXPECT_EQ(screen.number("fast", "tickers"), moves);
  EXPECT_EQ(screen.text("fast", "book"), market.book(btc));
  EXPECT_EQ(screen.host("slow", "events"), 0) << "it has not come back from its first event";

  std::filesystem::remove(hold);
  ASSERT_TRUE(eventually(
      [&] { return screen.number("slow", "bid") == moves && screen.text("slow", "book") == market.book(btc); }, market,
      screen))
      << strategies.err();
  EXPECT_LT(screen.host("slow", "events"), 2 * moves);
  EXPECT_GT(screen.host("slow", "conflated"), 0);
  EXPECT_GT(screen.host("slow", "resynced"), 0);
  const auto of = [&](const char* name, const char* who) {
    return strategies.metric(name, fmt::format("consumer=\"{}\"", who));
  };
  ASSERT_TRUE(eventually([&] { return of("strike_router_conflated_total", "slow") > 0; }, market, screen));
  EXPECT_GT(of("strike_router_resynced_total", "slow"), 0);
  EXPECT_EQ(of("strike_router_conflated_total", "fast"), 0);
  EXPECT_EQ(of("strike_router_resynced_total", "fast"), 0);

  // and it keeps up from there
  for (int i = 0; i < 20; ++i) market.move(btc);
  ASSERT_TRUE(eventually(
      [&] { return screen.number("slow", "bid") == moves + 20 && screen.text("slow", "book") == market.book(btc); },
      market, screen));
}

} // namespace
