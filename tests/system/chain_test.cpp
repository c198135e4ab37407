// replay -> router -> strategies and recorder; each is killed in turn, and the chain works again.
#include "journal/line.hpp"
#include "kit/bus_kit.hpp"

#include <functional>

using namespace bus_kit;

namespace {

struct chain_test : bus_test {
  /// A quiet market: a ticker each 10 ms, bids from 1, and a change of the book with it, for an hour.
  std::string record() const {
    constexpr std::int64_t first_ns = 1'700'000'000 * ns_per_s;
    std::string lines;
    journal::append_line(lines, whole_book(btc, 100, first_ns), instruments);
    for (std::int64_t i = 1; i < 360'000; ++i) {
      const auto at_ns = first_ns + i * 10 * ns_per_ms;
      journal::append_line(lines, tick(btc, i, at_ns), instruments);
      journal::append_line(lines, bid_change(btc, 100 - i % 7, 1 + i % 5, at_ns), instruments);
    }
    return folder.write("recording.jsonl", lines);
  }
};

TEST_F(chain_test, each_process_may_be_killed_and_comes_back_into_the_chain) {
  service replay{folder, "replay", REPLAY_BINARY,
                 fmt::format("[replay]\nfiles = \"{}\"\npublish = \"{}\"\nsettle = \"10ms\"\n", record(), upstream)};
  auto node = router();
  service strategies{folder, "strategies", EXAMPLE_STRATEGIES_BINARY, strategies_config(routed, watcher("watcher"))};
  service recorder{
      folder, "recorder", RECORDER_BINARY,
      fmt::format("[recorder]\nupstream = \"{}\"\nfolder = \"out\"\nflush = \"100ms\"\nmin_free_mb = 0\n", routed)};
  std::optional<dashboard> screen{std::in_place, where, strategies};
  /// Five more tickers with a whole book at the strategy, and more events in the recording, than there are now.
  const auto goes_on = [&] {
    if (!eventually(
            [&] {
              return screen->host("watcher", "events") > 0 && recorder.metric("strike_recorder_events_total") > 0;
            },
            *screen))
      return false;
    const auto tickers = screen->number("watcher", "tickers");
    const auto recorded = recorder.metric("strike_recorder_events_total");
    const auto is_live = [&] {
      return screen->number("watcher", "tickers") > tickers + 5 && screen->text("watcher", "trust") == "live" &&
             screen->number("watcher", "live_books") == 1 && recorder.metric("strike_recorder_events_total") > recorded;
    };
    return eventually(is_live, *screen);
  };
  const auto logs = [&] { return replay.err() + node.err() + strategies.err() + recorder.err(); };
  ASSERT_TRUE(goes_on()) << logs();

  node.kill();
  ASSERT_TRUE(eventually([&] { return screen->text("watcher", "trust") == "stale"; }, *screen));
  node.start();
  EXPECT_TRUE(goes_on()) << "router" << logs();

  replay.kill();
  ASSERT_TRUE(eventually([&] { return screen->text("watcher", "trust") == "stale"; }, *screen));
  replay.start();
  EXPECT_TRUE(goes_on()) << "replay" << logs();
  EXPECT_EQ(screen->shown["watcher"].restarts, 0U);

  recorder.kill();
  recorder.start();
  EXPECT_TRUE(goes_on()) << "recorder" << logs();
  EXPECT_TRUE(recorder.wait_for_err("found a file that was not closed"));

  strategies.kill();
  strategies.start();
  screen.emplace(where, strategies);
  EXPECT_TRUE(goes_on()) << "strategies" << logs();

  for (auto* x : {&recorder, &strategies, &node, &replay}) {
    const auto end = x->stop();
    EXPECT_EQ(end.exit_code, 0) << end.err;
  }
}

} // namespace
