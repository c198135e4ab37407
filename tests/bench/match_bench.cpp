#include "match/exchange.hpp"

#include <benchmark/benchmark.h>

using namespace strike;
using namespace strike::match;

namespace {

struct silent : exchange_listener {
  void on_update(owner_id, const order_update& x) override { benchmark::DoNotOptimize(x.filled); }
  void on_settlement(const settlement&) override {}
  void on_warning(warning, instrument_id, std::string_view) override {}
};

struct rig {
  instrument_registry registry;
  instrument_rules rules{registry, {}};
  silent listener;
  exchange venue{
      {.fees_for = [](const instrument&) { return fee_schedule{.rule = fee_rule::notional, .taker_rate = {500'000}}; }},
      registry,
      rules,
      listener};
  instrument_id id = *registry.intern(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  market_event event;
  std::int64_t now = 1;
  std::uint64_t next = 0;

  rig() {
    event.instrument = id;
    ticker t;
    t.best_bid = price{100 * nanos_per_unit}, t.best_ask = price{101 * nanos_per_unit};
    t.best_bid_size = t.best_ask_size = quantity{5 * nanos_per_unit};
    t.mark = 100.5, t.index = 90'000;
    event.body = t;
    venue.on_market(event, now);
  }
  ticker& top() { return std::get<ticker>(event.body); }
  order_request limit(std::int64_t at) const {
    return {.instrument = id, .limit = {at * nanos_per_unit}, .size = {nanos_per_unit}};
  }
};

/// A ticker of an instrument without own orders.
void ticker_unwatched(benchmark::State& state) {
  rig x;
  for (auto _ : state) {
    x.top().best_bid_size = quantity{++x.now};
    x.venue.on_market(x.event, x.now);
  }
}
BENCHMARK(ticker_unwatched);

/// The same with one order resting behind the touch.
void ticker_with_an_order(benchmark::State& state) {
  rig x;
  x.venue.place(0, {1}, x.limit(99), x.now);
  for (auto _ : state) {
    x.top().best_bid_size = quantity{++x.now};
    x.venue.on_market(x.event, x.now);
  }
}
BENCHMARK(ticker_with_an_order);

/// A taker order that fills at once.
void place_and_fill(benchmark::State& state) {
  rig x;
  auto order = x.limit(101);
  for (auto _ : state) {
    order.side = (++x.next & 1) == 0 ? side::buy : side::sell;
    order.limit = order.side == side::buy ? price{102 * nanos_per_unit} : price{99 * nanos_per_unit};
    x.venue.place(0, {x.next}, order, ++x.now);
    x.top().best_bid_size = x.top().best_ask_size = quantity{5 * nanos_per_unit + x.now};
    x.venue.on_market(x.event, x.now);
  }
}
BENCHMARK(place_and_fill);
BENCHMARK(place_and_fill)->Name("place_and_fill_a_million")->Iterations(1'000'000);

/// A maker order that rests, and is filled by a trade.
void rest_and_fill(benchmark::State& state) {
  rig x;
  market_event print = x.event;
  print.body = trade{.at = {99 * nanos_per_unit}, .size = {nanos_per_unit}, .aggressor = side::sell, .id = {}};
  for (auto _ : state) {
    x.venue.place(0, {++x.next}, x.limit(100), ++x.now);
    x.venue.on_market(print, x.now);
  }
}
BENCHMARK(rest_and_fill);

/// Place and cancel with `range` other orders resting.
void place_and_cancel(benchmark::State& state) {
  rig x;
  for (std::int64_t i = 0; i < state.range(0); ++i) x.venue.place(0, {++x.next}, x.limit(50 + i % 40), ++x.now);
  for (auto _ : state) {
    x.venue.place(0, {++x.next}, x.limit(99), ++x.now);
    x.venue.cancel(0, {x.next}, x.now);
  }
}
BENCHMARK(place_and_cancel)->Arg(0)->Arg(10'000);

} // namespace
