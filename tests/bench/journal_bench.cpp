// One line of a recording, by each of the two ways through it, and written back.
#include "journal/line.hpp"
#include "line_reader.hpp"
#include "parser.hpp"

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>

using namespace strike;

namespace {

constexpr std::string_view ticker_line =
    R"({"timestamp":1700000000123,"instrument":"BTC-29MAR24-60000-C","best_bid":0.0155,"best_ask":0.016,"delta":0.44054})";
constexpr std::string_view change_line =
    R"({"type":"book_change","timestamp":1700000000123,"instrument":"BTC-PERPETUAL","sequence":743,"previous":700,"bids":[[60000.5,120]],"asks":[[60001,0]]})";

struct line_under_test {
  explicit line_under_test(std::string_view line) : text{line}, size{line.size()} {
    text.append(journal::parser::padding, ' ');
  }
  std::string text;
  std::size_t size;
  journal::read_options options;
  instrument_registry instruments;
  journal::line_reader reader{options, instruments};
};

void scan_ticker(benchmark::State& state) {
  line_under_test x{ticker_line};
  for (auto _ : state) {
    market_event event;
    benchmark::DoNotOptimize(x.reader.scan(x.text.data(), x.text.data() + x.size, event));
    benchmark::DoNotOptimize(event);
  }
}
BENCHMARK(scan_ticker);

void read_with_simdjson(benchmark::State& state, std::string_view line) {
  line_under_test x{line};
  simdjson::ondemand::parser json;
  for (auto _ : state) {
    market_event event;
    auto document = json.iterate(x.text.data(), x.size, x.text.size());
    simdjson::ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS || !x.reader.read(object, event))
      state.SkipWithError("bad line");
    benchmark::DoNotOptimize(event);
  }
}
BENCHMARK_CAPTURE(read_with_simdjson, ticker, ticker_line);
BENCHMARK_CAPTURE(read_with_simdjson, book_change, change_line);

void write_ticker(benchmark::State& state) {
  line_under_test x{ticker_line};
  market_event event;
  x.reader.scan(x.text.data(), x.text.data() + x.size, event);
  std::string out;
  for (auto _ : state) {
    out.clear();
    journal::append_line(out, event, x.instruments);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_ticker);

} // namespace
