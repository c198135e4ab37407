// What strategies did live, they do again from the recording of it.
#include "bus/request.hpp"
#include "kit/bus_kit.hpp"
#include "unit/journal/read_all.hpp"
#include "wire/control.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <sstream>

using namespace bus_kit;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

/// Signals of each strategy in their order, as the log tells them: strategy, instrument, side, value, reason, time.
using signal_lists = std::map<std::string, std::vector<std::string>>;

struct recorded_again_test : bus_test {
  std::string control = free_endpoint();

  static std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
  }
  service paused_replay(const std::string& name, const std::string& file) const {
    return {folder, name, REPLAY_BINARY,
            fmt::format("[replay]\nfiles = [{}]\npublish = \"{}\"\ncontrol = \"{}\"\nspeed = 200\nstart = \"paused\"\n",
                        file, upstream, control)};
  }
  service all_strategies(const std::string& name) const {
    return {folder, name, STRATEGIES_BINARY,
            strategies_config(routed, text_of(BACKTEST_CONFIG), "clock = \"feed\"\nqueue = 1000000")};
  }
  /// The recording begins to move.
  void resume() const {
    std::promise<void> done;
    bus::request_client::config config{.connect = {.endpoint = control}};
    config.on_message = [&](std::string_view bytes) {
      EXPECT_TRUE(std::holds_alternative<wire::control_done>(wire::decode_control_reply(bytes)->outcome));
      done.set_value();
    };
    const auto client = *bus::request_client::open(where, std::move(config));
    std::string bytes;
    encode(bytes, wire::control_request{.request_id = 1, .body = wire::resume_replay{}});
    ASSERT_TRUE(eventually([&] { return client->send(bytes).has_value(); }));
    ASSERT_EQ(done.get_future().wait_for(patience), std::future_status::ready);
  }
  std::vector<std::filesystem::path> recorded() const {
    std::vector<std::filesystem::path> files;
    for (const auto& x : std::filesystem::directory_iterator{folder / "recorder" / "out"})
      if (x.path().extension() == ".zst") files.push_back(x.path());
    std::ranges::sort(files);
    return files;
  }
  /// A strategy has done with the recording when it has seen the last event that concerns it.
  using ends = std::map<std::string, std::int64_t>;
  ends ends_of(const std::vector<market_event>& events) const {
    ends found;
    for (const auto& x : events) {
      if (channel_of(x) != channel::ticker && channel_of(x) != channel::status) continue;
      const auto& symbol = instruments.at(x.instrument).symbol;
      const auto raise = [&](const std::string& who) { found[who] = std::max(found[who], x.recv_ns); };
      raise("momentum_wide");
      raise(symbol.starts_with("BTC-") ? "gamma_btc" : "gamma_eth");
      if (symbol.ends_with("-PERPETUAL")) raise("momentum");
    }
    return found;
  }
  /// Plays a recording to new strategies, from its first event to its last.
  /// @param recorder if not null: waits until it has all that the router has sent
  signal_lists play(const std::string& name, const std::vector<std::filesystem::path>& files,
                    const service* recorder = nullptr) {
    const auto last = ends_of(read_all(files, instruments).events);
    std::string list;
    for (const auto& x : files) list += fmt::format("\"{}\", ", x.string());
    auto replay = paused_replay(name + "-replay", list);
    auto strategies = all_strategies(name);
    dashboard screen{where, strategies};
    // what the strategies want has come all the way up: nothing of the recording can be missed
    for (const auto* prefix : {"md/deribit/BTC-", "md/deribit/ETH-", "md/derive/", "md/polymarket/",
                               "md/deribit/BTC-PERPETUAL/status/", "md/deribit/ETH-PERPETUAL/ticker/"})
      EXPECT_TRUE(replay.wait_for_err(fmt::format("wanted prefix={}\n", prefix))) << prefix << replay.err();
    resume();
    const auto is_done = [&] {
      return std::ranges::all_of(last, [&](const auto& x) { return screen.shown[x.first].at_ns == x.second; });
    };
    EXPECT_TRUE(eventually(is_done, screen)) << replay.err() << strategies.err();
    if (recorder) {
      const auto has_all = [&] {
        return ends_of(read_all(recorded(), instruments).events)["momentum_wide"] == last.at("momentum_wide");
      };
      EXPECT_TRUE(eventually(has_all, screen)) << recorder->err();
    }
    EXPECT_EQ(strategies.metric("strike_router_gaps_total"), 0);
    EXPECT_EQ(strategies.metric("strike_router_conflated_total"), 0);
    EXPECT_EQ(replay.stop().exit_code, 0);
    return signals_in(strategies.stop().err);
  }
  static signal_lists signals_in(const std::string& log) {
    constexpr std::string_view key = " signal strategy=";
    signal_lists found;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);) {
      const auto at = line.find(key);
      if (at == std::string::npos) continue;
      const auto name = at + key.size();
      found[line.substr(name, line.find(' ', name) - name)].push_back(line.substr(name));
    }
    return found;
  }
};

TEST_F(recorded_again_test, a_recording_of_a_replay_gives_the_same_signals) {
  auto node = router();
  service recorder{folder, "recorder", RECORDER_BINARY,
                   fmt::format("[recorder]\nupstream = \"{}\"\nfolder = \"out\"\nflush = \"100ms\"\nmin_free_mb = "
                               "0\nrotate_every = \"8760h\"\n", // one file: each begins with a repetition
                               routed)};
  ASSERT_TRUE(recorder.wait_for_err("connected")) << recorder.err();
  const auto live = play("live", {MOCK_RECORDING}, &recorder);
  EXPECT_EQ(recorder.stop().exit_code, 0);
  const auto files = recorded();
  ASSERT_THAT(files, SizeIs(1));
  node.stop(); // it would remember the end of the market
  node.start();

  const auto again = play("again", files);
  EXPECT_THAT(live, SizeIs(4)) << "every strategy has seen something";
  for (const auto& [strategy, signals] : live) {
    EXPECT_GT(signals.size(), 0U) << strategy;
    EXPECT_EQ(again.contains(strategy) ? again.at(strategy) : std::vector<std::string>{}, signals);
  }
  EXPECT_EQ(again.size(), live.size());
}

} // namespace
