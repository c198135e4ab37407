#include "simulator/simulation_config.hpp"
#include "strategies/register_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;

namespace {

TEST(example_config, has_no_mistake_and_makes_both_strategies) {
  auto document = config::document::from_file(std::filesystem::path{STRIKE_DEPLOY} / "strike.example.toml");
  ASSERT_TRUE(document) << document.error().text;
  strategy_registry types;
  register_all_strategies(types);
  std::vector<std::string> made;
  for (const auto& x : types.make_all(document->root())) made.push_back(x.name + ":" + x.type);
  const auto simulation = simulator::read_simulation(document->root());
  const auto done = document->finish();
  EXPECT_TRUE(done) << done.error().text;
  EXPECT_THAT(made, testing::ElementsAre("gamma:gamma_scalp", "momentum:momentum"));
  EXPECT_EQ(simulation.cash.size(), 2U);
}

/// The example claims to show the defaults: with its strategies, cash, instrument and queue cut away, nothing changes.
TEST(example_config, shows_the_default_latencies_and_delays) {
  auto example = config::document::from_file(std::filesystem::path{STRIKE_DEPLOY} / "strike.example.toml");
  ASSERT_TRUE(example) << example.error().text;
  auto empty = config::document::from_text("", "empty.toml");
  const auto shown = simulator::read_simulation(example->root()), built_in = simulator::read_simulation(empty->root());
  EXPECT_EQ(shown.equity_step_ns, built_in.equity_step_ns);
  EXPECT_EQ(shown.feed_delay_ns, built_in.feed_delay_ns);
  EXPECT_EQ(shown.exchange.consume, built_in.exchange.consume);
  EXPECT_EQ(shown.exchange.assumed_touch_lots, built_in.exchange.assumed_touch_lots);
  EXPECT_EQ(shown.exchange.post_only_reprices, built_in.exchange.post_only_reprices);
  EXPECT_EQ(shown.exchange.settlement_window_ns, built_in.exchange.settlement_window_ns);
  for (std::size_t v = 0; v < venue_count; ++v)
    for (std::size_t a = 0; a < 3; ++a) {
      EXPECT_EQ(shown.latency[v].entry[a].median_ns, built_in.latency[v].entry[a].median_ns);
      EXPECT_EQ(shown.latency[v].response[a].median_ns, built_in.latency[v].response[a].median_ns);
    }
}

} // namespace
