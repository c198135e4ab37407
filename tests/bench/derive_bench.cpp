// Derive's frames to domain events: parsing alone, and the whole way through a session.
#include "derive/message.hpp"
#include "gateway-derive/session.hpp"
#include "wire/market.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

using namespace strike;

namespace {

/// As in the recorded option of tests/data/derive, in the venue's compact form.
constexpr std::string_view option_data =
    R"({"timestamp":1779953796231,"instrument_ticker":{"t":1779953796231,"A":"13.72","a":"409.8","B":"150.62","b":"383",)"
    R"("f":null,"option_pricing":{"d":"0.95222","t":"-0.90562","g":"0.00036344","v":"0.40175","i":"0.67698",)"
    R"("r":"16.38143","f":"1992.6","m":"398.1","df":"0.999","bi":"0","ai":"0.88815"},"I":"1991.7","M":"398.1",)"
    R"("stats":{"c":"0","v":"0","pr":"0","n":0,"oi":"0","h":"0","l":"0","p":"0"},"minp":"366.1","maxp":"432.6"}})";

std::string frame(std::string_view channel, std::string_view data) {
  auto text = fmt::format(R"({{"method":"subscription","params":{{"channel":"{}","data":{}}}}})", channel, data);
  derive::pad(text);
  return text;
}

/// Twenty levels on each side; `moved` levels differ from one id to the next.
std::string book_frame(int id, int moved) {
  std::string sides[2];
  for (int i = 0; i < 20; ++i) {
    const int size = i < moved ? id % 7 + 1 : 3;
    sides[0] += fmt::format(R"({}["{}.5","{}.25"])", i == 0 ? "" : ",", 3000 - i, size);
    sides[1] += fmt::format(R"({}["{}.5","{}.25"])", i == 0 ? "" : ",", 3001 + i, size);
  }
  return frame("orderbook.ETH-PERP.1.20",
               fmt::format(R"({{"instrument_name":"ETH-PERP","publish_id":{},"timestamp":1794000000123,"bids":[{}],)"
                           R"("asks":[{}]}})",
                           id, sides[0], sides[1]));
}

struct null_port final : gateway::session_port {
  std::size_t events = 0;
  market_event last;
  void send(std::string_view) override {}
  void publish(market_event&& x) override {
    last = std::move(x);
    benchmark::DoNotOptimize(last);
    ++events;
  }
  void give_up(std::string_view) override {}
  void hold_off(std::chrono::nanoseconds) override {}
  void note(gateway::oddity, std::string_view, std::string_view) override {}
};

/// A session on which a channel is wanted.
struct bench_session {
  instrument_registry names;
  gateway_derive::common shared;
  null_port port;
  gateway_derive::session tested{shared, port};
  gateway::moment now{1, 1'794'000'000'000'000'000};

  explicit bench_session(std::string_view symbol, channel what)
      : shared{gateway_derive::read_settings(config::document::from_text("", "bench")->root()), names} {
    tested.want({feed::slot_of(*names.intern(venue::derive, symbol), what)}, now);
    tested.opened(now);
  }
  void finish(benchmark::State& state) const {
    if (port.events != static_cast<std::size_t>(state.iterations())) state.SkipWithError("an event was not published");
  }
};

} // namespace

static void parse_ticker(benchmark::State& state) {
  const auto text = frame("ticker_slim.ETH-20260612-1600-C.100", option_data);
  derive::message_reader reader;
  for (auto _ : state) {
    (void)reader.open(text);
    const auto read = reader.ticker();
    if (!read) return state.SkipWithError(read.error().text.c_str());
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_ticker);

static void ticker_to_event(benchmark::State& state) {
  const auto text = frame("ticker_slim.ETH-20260612-1600-C.100", option_data);
  bench_session x{"ETH-20260612-1600-C", channel::ticker};
  for (auto _ : state) x.tested.received(text, x.now);
  x.finish(state);
}
BENCHMARK(ticker_to_event);

static void parse_book_20(benchmark::State& state) {
  const auto text = book_frame(1, 2);
  derive::message_reader reader;
  for (auto _ : state) {
    (void)reader.open(text);
    const auto read = reader.book();
    if (!read) return state.SkipWithError(read.error().text.c_str());
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_book_20);

/// @param state range 0: how many levels of twenty move from message to message
static void book_20_to_event(benchmark::State& state) {
  std::vector<std::string> texts;
  for (int id = 1; id <= 4096; ++id) texts.push_back(book_frame(id, static_cast<int>(state.range(0))));
  std::size_t at = 0;
  auto x = std::make_unique<bench_session>("ETH-PERP", channel::book);
  for (auto _ : state) {
    if (at == texts.size()) { // ids must grow
      state.PauseTiming();
      if (x->port.events != at) state.SkipWithError("an event was not published");
      x = std::make_unique<bench_session>("ETH-PERP", channel::book);
      at = 0;
      state.ResumeTiming();
    }
    x->tested.received(texts[at++], x->now);
  }
}
BENCHMARK(book_20_to_event)->Arg(2)->Arg(20);

/// Bytes and time of the protobuf message that a book becomes. range 0: levels of twenty that moved; 20: a snapshot
static void book_20_on_the_bus(benchmark::State& state) {
  bench_session x{"ETH-PERP", channel::book};
  for (int id = 1; id <= 2; ++id) x.tested.received(book_frame(id, static_cast<int>(state.range(0))), x.now);
  wire::market_encoder encoder;
  std::string out;
  for (auto _ : state) {
    out.clear();
    encoder.encode(out, {}, {&x.port.last, 1});
    benchmark::DoNotOptimize(out);
  }
  state.counters["bytes"] = static_cast<double>(out.size());
}
BENCHMARK(book_20_on_the_bus)->Arg(0)->Arg(2)->Arg(5)->Arg(20);
