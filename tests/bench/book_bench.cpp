#include "book/order_book.hpp"

#include <benchmark/benchmark.h>

using namespace strike;

namespace {

book_snapshot deep_book(std::int64_t levels) {
  book_snapshot made{.sequence = 1};
  for (std::int64_t i = 0; i < levels; ++i) {
    made.bids.push_back({{(10'000 - i) * 1'000'000}, {nanos_per_unit}});
    made.asks.push_back({{(10'001 + i) * 1'000'000}, {nanos_per_unit}});
  }
  return made;
}

/// One change of one level, `depth` levels behind the touch, in a book of 400 levels a side.
void change_one_level(benchmark::State& state) {
  order_book book;
  book.apply(deep_book(400));
  book_change change{.sequence = 0, .bids = {{{(10'000 - state.range(0)) * 1'000'000}, {1}}}, .asks = {}};
  for (auto _ : state) {
    change.bids[0].size.nanos ^= 2;
    benchmark::DoNotOptimize(book.apply(change));
  }
}
BENCHMARK(change_one_level)->Arg(0)->Arg(20)->Arg(399);

/// The best level goes and comes back.
void move_the_touch(benchmark::State& state) {
  order_book book;
  book.apply(deep_book(400));
  book_change change{.sequence = 0, .bids = {{{10'000'000'000}, {0}}}, .asks = {}};
  for (auto _ : state) {
    change.bids[0].size.nanos ^= 8;
    benchmark::DoNotOptimize(book.apply(change));
  }
}
BENCHMARK(move_the_touch);

void walk_ten_levels(benchmark::State& state) {
  order_book book;
  book.apply(deep_book(400));
  for (auto _ : state) benchmark::DoNotOptimize(book.walk(side::buy, {10 * nanos_per_unit}));
}
BENCHMARK(walk_ten_levels);

} // namespace
