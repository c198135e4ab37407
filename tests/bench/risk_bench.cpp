#include "exec/risk_gate.hpp"
#include "rules/patterns.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

// What risk costs an order and a ticker, with orders open in many options and every limit set.
namespace {

using namespace strike;
using namespace strike::exec;
using namespace strike::literals;

struct many_orders {
  instrument_registry instruments;
  config::document nothing = *config::document::from_text("", "strike.toml");
  instrument_rules rules{instruments, rules::read_rules(nothing.root())};
  process::metric_registry registry;
  risk_metrics metrics{registry};
  moment now{.steady_ns = ns_per_s, .wall_ns = 1'800'000'000 * ns_per_s};
  risk_gate gate{limits(),
                 {.instruments = instruments,
                  .rules = rules,
                  .metrics = metrics,
                  .on_state = [](const risk_state_change&) { std::abort(); },
                  .on_kill = [](const risk_scope&, std::string_view) { std::abort(); }}};
  std::vector<instrument_id> options;
  std::uint64_t last = 0;

  static risk_settings limits() {
    risk_settings how;
    how.all.order_size = how.all.position_size = 1'000'000_qty;
    how.all.order_notional = how.all.position_notional = how.all.portfolio_notional = {int128{1} << 100};
    how.all.open_orders = 1'000'000;
    how.all.orders_per_second = how.all.order_burst = 1e9;
    how.all.delta = how.all.gamma = how.all.vega = {{"BTC", 1e9}};
    how.venues.fill(how.all);
    how.strategies["gamma"] = how.all;
    return how;
  }
  ticker quote() const {
    return {.mark = 0.05, .index = 60'000.0, .underlying = 60'000.0, .delta = 0.5, .gamma = 2e-5, .vega = 80.0};
  }
  market_event event(std::size_t at) const {
    return {.venue_ns = now.wall_ns, .recv_ns = now.wall_ns, .instrument = options[at], .body = quote()};
  }
  venue_order order(std::size_t at) {
    return {{++last},
            0,
            fmt::format("gamma-{}", last),
            {.instrument = options[at % options.size()], .limit = 0.05_px, .size = 0.1_qty}};
  }
  explicit many_orders(std::int64_t open) {
    gate.name_owner(0, "gamma");
    for (int strike = 0; strike < 50; ++strike)
      options.push_back(*instruments.intern(venue::deribit, fmt::format("BTC-26MAR27-{}-C", 50'000 + strike * 1'000)));
    for (std::size_t i = 0; i < options.size(); ++i) gate.on_market(event(i), now);
    for (std::int64_t i = 0; i < open; ++i)
      if (!gate.check(order(static_cast<std::size_t>(i)), now)) std::abort();
  }
};

/// One order in, and out again.
void checks_an_order(benchmark::State& state) {
  many_orders x{state.range(0)};
  std::size_t at = 0;
  for (auto _ : state) {
    auto order = x.order(++at);
    const auto id = order.id;
    auto passed = x.gate.check(std::move(order), x.now);
    if (!passed) std::abort();
    benchmark::DoNotOptimize(passed);
    x.gate.on_order(id, {.state = order_state::cancelled}, x.now);
  }
}
BENCHMARK(checks_an_order)->Arg(0)->Arg(1'000)->Arg(10'000);

/// A ticker with new greeks of an instrument with orders.
void takes_a_ticker(benchmark::State& state) {
  many_orders x{1'000};
  auto event = x.event(7);
  double delta = 0.5;
  for (auto _ : state) {
    delta = delta > 0.6 ? 0.4 : delta + 0.001;
    std::get<ticker>(event.body).delta = delta;
    x.gate.on_market(event, x.now);
  }
}
BENCHMARK(takes_a_ticker);

} // namespace
