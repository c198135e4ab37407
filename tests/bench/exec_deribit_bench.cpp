// An order of Deribit to the text that is sent; asked: at most 5 us. And the answer that comes back.
#include "deribit/message.hpp"
#include "deribit/order.hpp"

#include <benchmark/benchmark.h>

using namespace strike;

namespace {

order_request some_order() {
  return {.side = side::buy, .limit = {60'000'500'000'000}, .size = {10'000'000'000}, .post_only = true};
}

void order_to_text(benchmark::State& state) {
  const auto order = some_order();
  std::uint64_t id = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(deribit::place(++id, "BTC-PERPETUAL", "gamma-k3j4h5-1", order, 1'700'000'005'000));
}
BENCHMARK(order_to_text);

void edit_to_text(benchmark::State& state) {
  const auto order = some_order();
  std::uint64_t id = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(deribit::edit(++id, {.venue_id = "55501234567"}, order, false, 1'700'000'005'000));
}
BENCHMARK(edit_to_text);

void answer_to_order(benchmark::State& state) {
  std::string text =
      R"({"jsonrpc":"2.0","id":3,"result":{"order":{"label":"gamma-k3j4h5-1","price":60000.5,"user_id":96103,"amount":10.0,)"
      R"("direction":"buy","time_in_force":"good_til_cancelled","instrument_name":"BTC-PERPETUAL","web":false,"api":true,)"
      R"("order_id":"55501234567","creation_timestamp":1767978363493,"replaced":false,"filled_amount":0.0,)"
      R"("last_update_timestamp":1767978363493,"post_only":true,"reduce_only":false,"average_price":0.0,"mmp":false,)"
      R"("contracts":1.0,"order_state":"open","order_type":"limit"},"trades":[]},"usIn":1767978363485278,)"
      R"("usOut":1767978363495053,"usDiff":9775,"testnet":false})";
  deribit::pad(text);
  deribit::message_reader read;
  deribit::order_answer answer;
  for (auto _ : state) {
    if (!read.open(text) || !read.placed(answer)) state.SkipWithError("the answer was not understood");
    benchmark::DoNotOptimize(answer);
  }
}
BENCHMARK(answer_to_order);

} // namespace
