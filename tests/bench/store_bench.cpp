// What the order store costs: an intent must be safe from the death of the process before its order leaves.
#include "exec/order_store.hpp"
#include "kit/temp_folder.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

using namespace strike;
using namespace strike::exec;

namespace {

struct bench_store {
  temp_folder folder;
  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  account_name account{venue::deribit, "bench"};
  std::unique_ptr<order_store> store = *order_store::open(folder / "exec.db", instruments);
  std::uint64_t last = 0;

  bench_store() { (void)store->owner_of("gamma"); }
  bool add() {
    const auto n = ++last;
    return store
        ->add({.what = {.id = {n},
                        .label = fmt::format("gamma-k3j4h5-{}", n),
                        .request = {.instrument = perpetual, .limit = {60'000'000'000'000}, .size = {10'000'000'000}}},
               .of_strategy = {n},
               .account = account,
               .placed_ns = static_cast<std::int64_t>(n)})
        .has_value();
  }
};

/// items_per_second: intents.
void intent(benchmark::State& state) {
  bench_store on;
  for (auto _ : state)
    if (!on.add()) return state.SkipWithError("an intent was not kept");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(intent)->Unit(benchmark::kMicrosecond);

/// A whole life: intent, key, acknowledgement, one fill.
void order_with_fill(benchmark::State& state) {
  bench_store on;
  for (auto _ : state) {
    if (!on.add()) return state.SkipWithError("an intent was not kept");
    const order_id id{on.last};
    order_life::standing now{.state = order_state::open, .size = {10'000'000'000}};
    (void)on.store->keep(id, "1782000000000000000");
    (void)on.store->save(id, now);
    now.state = order_state::filled;
    (void)on.store->book(on.account, fmt::format("T-{}", on.last),
                         {.order = id, .instrument = on.perpetual, .at = {1}, .size = now.size}, id, 0, now, 1);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(order_with_fill)->Unit(benchmark::kMicrosecond);

} // namespace
