#include "exec/deribit_live.hpp"
#include "exec/deribit_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

using namespace strike;
using namespace strike::exec;
using testing::HasSubstr;
using testing::Not;

namespace {

/// The key of the environment, which others of this process may have set.
struct deribit_settings_test : testing::Test {
  deribit_settings_test() { clear(); }
  ~deribit_settings_test() override { clear(); }
  static void clear() {
    for (const auto* name : {"DERIBIT_CLIENT_ID", "DERIBIT_CLIENT_SECRET"}) unsetenv(name);
  }
  static std::string mistakes(const std::string& toml) {
    auto file = config::document::from_text(toml, "x");
    EXPECT_TRUE(file);
    read_deribit_settings(file->root());
    const auto ok = file->finish();
    return ok ? "" : ok.error().text;
  }
};

TEST_F(deribit_settings_test, testnet_has_its_own_address) {
  auto file = config::document::from_text("[exec.deribit]\ntestnet = true\n", "x");
  EXPECT_EQ(read_deribit_settings(file->root()).url, "wss://test.deribit.com/ws/api/v2");
}

TEST_F(deribit_settings_test, name_what_is_wrong) {
  for (const auto* bad : {"heartbeat = \"5s\"", "valid_for = \"0s\"", "silence = \"9s\"", "limit_share = 2",
                          "currencies = []", "queue = 0", "quue = 1"})
    EXPECT_THAT(mistakes("[exec.deribit]\n" + std::string{bad}),
                HasSubstr(std::string{bad}.substr(0, std::string{bad}.find(' '))))
        << bad;
}

TEST_F(deribit_settings_test, half_a_key_is_a_mistake_that_does_not_show_it) {
  setenv("DERIBIT_CLIENT_SECRET", "s3cret", 1);
  const auto text = mistakes("[exec.deribit]\ntestnet = true\n");
  EXPECT_THAT(text, HasSubstr("DERIBIT_CLIENT_ID"));
  EXPECT_THAT(text, Not(HasSubstr("s3cret")));
}

TEST_F(deribit_settings_test, a_live_venue_shows_the_network_and_no_secret) {
  setenv("DERIBIT_CLIENT_ID", "abcdef", 1);
  setenv("DERIBIT_CLIENT_SECRET", "s3cret", 1);
  auto file = config::document::from_text("[exec.deribit]\ntestnet = true\n", "x");
  const auto made = read_live_deribit(file->root());
  EXPECT_EQ(made.account, "testnet abcdef");
  EXPECT_EQ(made.shown, "key abc..., testnet");
}

TEST_F(deribit_settings_test, the_example_configuration_shows_the_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // real orders are commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto begin = toml.find("\n[exec.deribit]");
  ASSERT_NE(begin, std::string::npos);
  const auto shown = config::document::from_text(toml.substr(begin, toml.find("\n[", begin + 1) - begin), "example");
  ASSERT_TRUE(shown) << shown.error().text;
  EXPECT_EQ(read_deribit_settings(shown->root()), deribit_settings{});
  EXPECT_TRUE(shown->finish()) << shown->finish().error().text;
}

} // namespace
