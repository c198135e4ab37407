#include "wire/market.hpp"

#include <benchmark/benchmark.h>

using namespace strike;

namespace {

/// What a venue sends of an option: ten fields and both times.
market_event option_ticker() {
  return {.venue_ns = 1'700'000'000'123'000'000,
          .recv_ns = 1'700'000'000'125'412'345,
          .instrument = {7},
          .body = ticker{.best_bid = price{42'500'000},
                         .best_ask = price{43'000'000},
                         .best_bid_size = quantity{12'500'000'000},
                         .best_ask_size = quantity{8'100'000'000},
                         .mark = 0.0427,
                         .underlying = 60123.45,
                         .mark_iv = 0.65,
                         .delta = 0.5213,
                         .gamma = 0.00002,
                         .vega = 45.5}};
}

market_event two_level_change() {
  return {.venue_ns = 1'700'000'000'123'000'000,
          .recv_ns = 1'700'000'000'125'412'345,
          .instrument = {7},
          .body = book_change{.sequence = 81'234'567,
                              .previous = 81'234'566,
                              .bids = {{{60'000'000'000'000}, {10'000'000'000}}},
                              .asks = {{{60'000'500'000'000}, {0}}}}};
}

market_event whole_book() {
  book_snapshot book{.sequence = 81'234'567};
  for (std::int64_t i = 0; i < 400; ++i) {
    book.bids.push_back({{60'000'000'000'000 - i * 500'000'000}, {10'000'000'000 * (i + 1)}});
    book.asks.push_back({{60'000'500'000'000 + i * 500'000'000}, {10'000'000'000 * (i + 1)}});
  }
  return {.venue_ns = 1'700'000'000'123'000'000, .instrument = {7}, .body = book};
}

const wire::market_header header{.epoch = 1'700'000'000'000'000'000, .sequence = 123'456};

void encode(benchmark::State& state, const market_event& event) {
  const std::vector<market_event> events(static_cast<std::size_t>(state.range(0)), event);
  wire::market_encoder encoder;
  std::string out;
  for (auto _ : state) {
    encoder.encode(out, header, events);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] = static_cast<double>(out.size());
}

void decode(benchmark::State& state, const market_event& event) {
  const std::vector<market_event> events(static_cast<std::size_t>(state.range(0)), event);
  std::string bytes;
  wire::market_encoder{}.encode(bytes, header, events);
  wire::market_decoder decoder;
  std::vector<market_event> out;
  for (auto _ : state) {
    out.clear();
    auto message = decoder.decode(bytes, {7}, out);
    benchmark::DoNotOptimize(message);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_CAPTURE(encode, ticker, option_ticker())->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(decode, ticker, option_ticker())->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(encode, book_change, two_level_change())->Arg(1);
BENCHMARK_CAPTURE(decode, book_change, two_level_change())->Arg(1);
BENCHMARK_CAPTURE(encode, whole_book, whole_book())->Arg(1);
BENCHMARK_CAPTURE(decode, whole_book, whole_book())->Arg(1);

} // namespace
