#include "exec/settings.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

using namespace strike;
using namespace strike::exec;
using testing::HasSubstr;

namespace {

struct read_result {
  settings made;
  std::string mistakes;
};

read_result read(const std::string& toml) {
  auto document = *config::document::from_text(toml, "strike.toml", "/etc/strike");
  read_result got{read_settings(document.root()), ""};
  if (const auto ok = document.finish(); !ok) got.mistakes = ok.error().text;
  return got;
}

live_venue made_up(config::section) { return {venue::deribit, "testnet abc", "key abc..., testnet", {}}; }

/// As `read_settings`, in a strike that has orders at Deribit.
read_result read_live(const std::string& toml) {
  static const live_venue_kind kinds[] = {{venue::deribit, {"STRIKE_TEST_KEY"}, made_up}};
  auto document = *config::document::from_text("[exec]\n" + toml, "strike.toml");
  auto root = document.root();
  read_result got;
  got.made.live = read_live_venues(root, root.table("exec"), kinds);
  if (const auto ok = document.finish(); !ok) got.mistakes = ok.error().text;
  return got;
}

struct live_orders : testing::Test {
  live_orders() { setenv("STRIKE_TEST_KEY", "secret", 1); }
  ~live_orders() override { unsetenv("STRIKE_TEST_KEY"); }
};

TEST_F(live_orders, need_the_switch_the_name_and_the_keys) {
  EXPECT_EQ(banner(read_live("live_orders = true\nlive = [\"deribit\"]").made),
            "deribit LIVE (key abc..., testnet), derive paper, polymarket paper");
  for (const auto* toml :
       {"", "live_orders = true", "live = [\"deribit\"]", "live_orders = false\nlive = [\"deribit\"]"}) {
    const auto got = read_live(toml);
    EXPECT_EQ(got.mistakes, "") << toml;
    EXPECT_EQ(banner(got.made), "deribit paper, derive paper, polymarket paper") << toml;
  }
}

TEST_F(live_orders, named_without_keys_are_an_error_that_says_which) {
  unsetenv("STRIKE_TEST_KEY");
  const auto got = read_live("live_orders = true\nlive = [\"deribit\"]");
  EXPECT_THAT(got.mistakes, HasSubstr("STRIKE_TEST_KEY"));
  EXPECT_TRUE(got.made.live.empty());
}

TEST_F(live_orders, named_where_there_is_no_adapter_or_no_venue_are_an_error) {
  EXPECT_THAT(read_live("live_orders = true\nlive = [\"derive\"]").mistakes, HasSubstr("no real orders at derive"));
  EXPECT_THAT(read_live("live = [\"nyse\"]").mistakes, HasSubstr("nyse"));
}

TEST(exec_settings, every_mistake_names_its_key) {
  for (const auto* bad : {"foreign_orders = \"keep\"", "foreign_positions = 1", "reconcile_every = \"1s\"",
                          "cancel_on_stop = 2", "stop_wait = \"soon\"", "stor = 1"})
    EXPECT_THAT(read("[exec]\n" + std::string{bad}).mistakes,
                HasSubstr(std::string{bad}.substr(0, std::string{bad}.find(' '))))
        << bad;
}

TEST(exec_settings, the_store_lies_beside_the_configuration) {
  EXPECT_EQ(read("").made.store, "/etc/strike/data/exec.db");
  EXPECT_EQ(read("[exec]\nstore = \"orders.db\"").made.store, "/etc/strike/orders.db");
}

TEST(exec_settings, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its exec is commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto begin = toml.find("\n[exec]");
  ASSERT_NE(begin, std::string::npos);
  const auto got = read(toml.substr(begin, toml.find("\n[", begin + 1) - begin));
  EXPECT_EQ(got.mistakes, "");
  const auto& shown = got.made;
  const auto usual = read("").made;
  EXPECT_EQ(shown.store, usual.store);
  EXPECT_EQ(shown.ca_file, "");
  EXPECT_EQ(shown.cancel_on_stop, usual.cancel_on_stop);
  EXPECT_EQ(shown.busy_poll, usual.busy_poll);
  EXPECT_EQ(shown.stop_wait_ns, usual.stop_wait_ns);
  EXPECT_EQ(shown.reconcile.every_ns, usual.reconcile.every_ns);
  EXPECT_EQ(shown.reconcile.orders, usual.reconcile.orders);
  EXPECT_EQ(shown.reconcile.positions, usual.reconcile.positions);
  EXPECT_TRUE(shown.live.empty());
}

} // namespace
