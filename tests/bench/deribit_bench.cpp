// Frames of Deribit to events, through the session: what a gateway does between socket and bus.
#include "deribit/message.hpp"
#include "gateway-deribit/session.hpp"

#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <vector>

using namespace strike;

namespace {

struct sink final : gateway::session_port {
  void send(std::string_view) override {}
  void publish(market_event&& x) override { last = std::move(x), ++events; }
  void give_up(std::string_view) override {}
  void hold_off(std::chrono::nanoseconds) override {}
  void note(gateway::oddity, std::string_view, std::string_view) override { ++notes; }
  market_event last;
  std::uint64_t events = 0, notes = 0;
};

std::string padded(std::string x) {
  deribit::pad(x);
  return x;
}

std::vector<std::string> recorded(std::string_view what) {
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/ws_session_2021_btc_options.jsonl"};
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);)
    if (line.find("\"channel\":\"" + std::string{what} + ".") != std::string::npos) all.push_back(padded(line));
  return all;
}

struct fixture {
  fixture() {
    how.interval = "raw";
    shared = std::make_unique<gateway_deribit::common>(how, names);
    tested = std::make_unique<gateway_deribit::session>(*shared, port);
    tested->opened(now);
    for (const auto* symbol : {"BTC-31DEC21-34000-P", "BTC-31DEC21-300000-C", "BTC-24SEP21-34000-P",
                               "BTC-30JUL21-24000-P", "BTC-25MAR22-30000-C", "BTC-24JUN22-15000-C"})
      for (const auto what : {channel::ticker, channel::book})
        tested->want({feed::slot_of(*names.intern(venue::deribit, symbol), what)}, now);
  }
  /// As recorded: raw intervals, though nobody has logged in here.
  static void rename(std::vector<std::string>& frames) {
    for (auto& x : frames) x = padded(x.replace(x.find(".raw\""), 5, ".100ms\""));
  }
  instrument_registry names;
  gateway_deribit::settings how;
  std::unique_ptr<gateway_deribit::common> shared;
  sink port;
  std::unique_ptr<gateway_deribit::session> tested;
  gateway::moment now{1'000, 2'000};
};

void ticker_frame(benchmark::State& state) {
  fixture x;
  auto frames = recorded("ticker");
  fixture::rename(frames);
  std::size_t i = 0;
  for (auto _ : state) {
    x.tested->received(frames[i], x.now);
    if (++i == frames.size()) i = 0;
  }
  if (x.port.events != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("not every frame was an event");
}
BENCHMARK(ticker_frame);

/// A change of one level on each side, chained without end.
void book_change_frame(benchmark::State& state) {
  fixture x;
  const auto frame = [](std::uint64_t id, std::uint64_t previous, bool is_up) {
    return padded(
        R"({"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-31DEC21-34000-P.100ms","data":{"type":")" +
        std::string{previous == 0 ? "snapshot" : "change"} + R"(","timestamp":1626993722933,"prev_change_id":)" +
        std::to_string(previous) + R"(,"instrument_name":"BTC-31DEC21-34000-P","change_id":)" + std::to_string(id) +
        R"(,"bids":[["change",0.2325,)" + (is_up ? "1.5" : "2.5") + R"(]],"asks":[["change",0.236,8.4]]}}})");
  };
  constexpr std::uint64_t first = 33'195'000'000, count = 10'000;
  std::vector<std::string> frames;
  for (std::uint64_t i = 0; i < count; ++i) frames.push_back(frame(first + i, i == 0 ? 0 : first + i - 1, i % 2 == 0));
  std::size_t i = 0;
  for (auto _ : state) {
    x.tested->received(frames[i], x.now);
    if (++i == frames.size()) i = 0;
  }
  if (x.port.events != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("not every frame was an event");
}
BENCHMARK(book_change_frame);

} // namespace

BENCHMARK_MAIN();
