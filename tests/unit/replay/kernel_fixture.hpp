#pragma once

#include "replay/kernel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strike::replay {

/// A strategy made of lambdas.
struct scripted final : strategy {
  std::vector<subscription> wants{{.symbol = "", .is_prefix = true}}; ///< every Deribit ticker
  std::function<void(context&)> start = [](context&) {};
  std::function<void(const market_event&, context&)> event = [](const market_event&, context&) {};
  std::function<void(const order_update&, context&)> order = [](const order_update&, context&) {};
  std::function<void(timer_id, context&)> timer = [](timer_id, context&) {};

  std::vector<subscription> subscriptions() const override { return wants; }
  void on_start(context& x) override { start(x); }
  void on_event(const market_event& e, context& x) override { event(e, x); }
  void on_order(const order_update& u, context& x) override { order(u, x); }
  void on_timer(timer_id id, context& x) override { timer(id, x); }
  boost::json::object dashboard_state() const override { return {}; }
};

/// A kernel on a made-up market; times are in milliseconds of the test's own.
struct kernel_test : testing::Test {
  static constexpr std::int64_t origin_ns = 1'700'000'000 * ns_per_s;
  static std::int64_t at(double ms) { return origin_ns + static_cast<std::int64_t>(ms * 1e6); }
  static double ms(std::int64_t ns) { return static_cast<double>(ns - origin_ns) / 1e6; }

  instrument_registry instruments;
  instrument_id btc = *instruments.intern(venue::deribit, "BTC-29MAR24-60000-C");
  instrument_id eth = *instruments.intern(venue::deribit, "ETH-29MAR24-4000-C");
  simulator::simulation_config simulation = fresh_simulation();
  std::vector<strategy_registry::instance> strategies;
  std::unique_ptr<run_output> output;
  std::unique_ptr<kernel> under_test;
  std::vector<market_event> events;
  std::vector<std::filesystem::path> cache; ///< of the catalog

  /// No latency, no fees, the finest ticks and lots.
  static simulator::simulation_config fresh_simulation() {
    simulator::simulation_config made;
    made.exchange.queue_for = [](const instrument&) { return match::queue_model{}; };
    made.exchange.fees_for = [](const instrument&) { return match::fee_schedule{}; };
    return made;
  }

  scripted& add(std::string name) {
    auto made = std::make_unique<scripted>();
    auto& out = *made;
    strategies.push_back({std::move(name), "scripted", std::move(made)});
    return out;
  }
  void latency(double entry_ms, double response_ms) {
    for (auto& x : simulation.latency)
      for (std::size_t i = 0; i < 3; ++i) {
        x.entry[i].median_ns = static_cast<std::int64_t>(entry_ms * 1e6);
        x.response[i].median_ns = static_cast<std::int64_t>(response_ms * 1e6);
      }
  }
  /// @param seen_ms 0: not recorded
  void quote(double venue_ms, double seen_ms, instrument_id id, price bid, price ask) {
    using namespace strike::literals;
    events.push_back(
        {.venue_ns = at(venue_ms),
         .recv_ns = seen_ms > 0 ? at(seen_ms) : 0,
         .instrument = id,
         .body = ticker{.best_bid = bid, .best_ask = ask, .best_bid_size = 10_qty, .best_ask_size = 10_qty}});
  }
  void run(std::size_t batch_size = 2) {
    run_output::options options;
    for (const auto& x : strategies) options.strategies.push_back(x.name);
    output = std::move(*run_output::create(options, instruments));
    under_test = std::make_unique<kernel>(simulation, instruments, std::move(strategies), *output, [](auto) {});
    if (!cache.empty()) under_test->set_catalog(*catalog::history::open(cache));
    for (std::size_t i = 0; i < events.size(); i += batch_size) {
      auto batch = std::make_unique<journal::event_batch>();
      for (auto j = i; j < std::min(i + batch_size, events.size()); ++j) batch->events.push_back(events[j]);
      under_test->add(std::move(batch));
      under_test->run_until(INT64_MAX);
    }
    under_test->finish();
  }
};

} // namespace strike::replay
