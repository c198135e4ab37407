#include "strategies/host_settings.hpp"

#include "strategies/register_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace strike;
using namespace std::chrono_literals;
using strategies::clock_mode;

namespace {

struct host_settings_test : testing::Test {
  std::string mistakes;
  strategies::settings read(std::string_view toml) {
    auto types = std::make_shared<strategy_registry>();
    register_all_strategies(*types);
    auto document = *config::document::from_text(toml, "strike.toml");
    auto made = strategies::read_settings(document.root(), types);
    const auto done = document.finish();
    mistakes = done ? "" : done.error().text;
    return made;
  }
};

TEST_F(host_settings_test, has_defaults_for_everything) {
  const auto x = read("");
  EXPECT_EQ(mistakes, "");
  ASSERT_EQ(x.router.upstream.size(), 1U);
  EXPECT_EQ(x.router.upstream[0].endpoint, "tcp://127.0.0.1:5550");
  EXPECT_FALSE(x.router.publish);
  EXPECT_EQ(x.publish.endpoint, "tcp://127.0.0.1:5560");
  EXPECT_EQ(x.control.endpoint, "tcp://127.0.0.1:5561");
  EXPECT_EQ(x.clock, clock_mode::wall);
  EXPECT_EQ(x.dashboard_every, 500ms);
  EXPECT_EQ(x.restart.first, 1s);
  EXPECT_EQ(x.restart.longest, 1min);
  EXPECT_TRUE(x.strategies.empty());
}

/// What the example shows in its commented table is what is taken without it.
TEST_F(host_settings_test, the_example_shows_the_defaults) {
  std::ifstream in{std::filesystem::path{STRIKE_DEPLOY} / "strike.example.toml"};
  std::string table, line;
  while (std::getline(in, line) && line != "#[strategies]") {
  }
  do table += line.empty() ? "" : line.substr(1) + "\n";
  while (std::getline(in, line) && line.starts_with('#') && !line.starts_with("# "));
  const auto shown = read(table);
  EXPECT_EQ(mistakes, "");
  const auto built_in = read("");
  EXPECT_THAT(table, testing::HasSubstr("restart_longest"));
  EXPECT_EQ(shown.router.upstream.at(0).endpoint, built_in.router.upstream.at(0).endpoint);
  EXPECT_EQ(shown.router.grace, built_in.router.grace);
  EXPECT_EQ(shown.publish.endpoint, built_in.publish.endpoint);
  EXPECT_EQ(shown.control.endpoint, built_in.control.endpoint);
  EXPECT_EQ(shown.clock, built_in.clock);
  EXPECT_EQ(shown.dashboard_every, built_in.dashboard_every);
  EXPECT_EQ(shown.queue, built_in.queue);
  EXPECT_EQ(shown.restart.first, built_in.restart.first);
  EXPECT_EQ(shown.restart.longest, built_in.restart.longest);
}

TEST_F(host_settings_test, reads_every_key) {
  const auto x = read(R"(
[strategies]
upstream = ["ipc:///a", "ipc:///b"]
grace = "1s"
publish = "ipc:///c"
control = "ipc:///d"
clock = "feed"
dashboard_every = "1s"
queue = 5
restart_first = "2s"
restart_longest = "3s"
[[strategy]]
type = "momentum"
instruments = "deribit:BTC-*"
)");
  EXPECT_EQ(mistakes, "");
  EXPECT_EQ(x.router.upstream.size(), 2U);
  EXPECT_EQ(x.router.grace, 1s);
  EXPECT_EQ(x.publish.endpoint, "ipc:///c");
  EXPECT_EQ(x.control.endpoint, "ipc:///d");
  EXPECT_EQ(x.clock, clock_mode::feed);
  EXPECT_EQ(x.dashboard_every, 1s);
  EXPECT_EQ(x.queue, 5U);
  EXPECT_EQ(x.restart.first, 2s);
  EXPECT_EQ(x.restart.longest, 3s);
  ASSERT_EQ(x.strategies.size(), 1U);
  EXPECT_EQ(x.strategies[0].name, "momentum");
}

TEST_F(host_settings_test, names_what_is_wrong) {
  read("[strategies]\nclock = \"sun\"\nqueue = 0\ndashboard_every = \"0s\"\nrestart_longest = \"1ms\"\nclok = 1\n");
  for (const auto* part :
       {":2: [strategies] clock: unknown clock 'sun'", ":3: [strategies] queue: 0 is not within",
        ":4: [strategies] dashboard_every: must be above 0",
        ":5: [strategies] restart_longest: must not be below restart_first", ":6: strategies.clok is not a known key"})
    EXPECT_THAT(mistakes, testing::HasSubstr(part));
}

/// A rule of the user's stands before the built-in ones, and the simulator's keys are none of our business.
TEST_F(host_settings_test, takes_the_rules_of_instruments_from_the_venues_tables) {
  const auto x = read("[venue.deribit]\nfeed_delay = \"1ms\"\n[venue.deribit.cash]\nBTC = 1\n"
                      "[[venue.deribit.rule]]\nkind = \"perpetual\"\nbase = \"BTC\"\ntick = 3\nlot = 30\n");
  EXPECT_EQ(mistakes, "");
  instrument_registry instruments;
  const instrument_rules rules{instruments, x.rules};
  EXPECT_EQ(rules.of(*instruments.intern(venue::deribit, "BTC-PERPETUAL")).lot, quantity{30 * nanos_per_unit});
  EXPECT_EQ(rules.of(*instruments.intern(venue::deribit, "ETH-PERPETUAL")).lot, quantity{nanos_per_unit});
}

} // namespace
