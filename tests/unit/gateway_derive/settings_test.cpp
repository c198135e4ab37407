#include "gateway-derive/settings.hpp"
#include "gateway-derive/start.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

using namespace strike;
using namespace strike::gateway_derive;
using testing::HasSubstr;

namespace {

struct both {
  gateway::settings shell;
  settings own;
};
struct reading {
  config::document document;
  both got;
  result<void> verdict;
  explicit reading(std::string_view toml)
      : document{*config::document::from_text(toml, "strike.toml")},
        got{gateway::read_settings(document.root(), venue::derive, default_publish), read_settings(document.root())},
        verdict{document.finish()} {}
};

} // namespace

TEST(gateway_derive_settings, take_the_first_ticker_rule_that_matches) {
  const reading x{"[gateway.derive]\nticker_interval = 1000\n"
                  "ticker = [{ symbol = 'ETH-PERP', interval = 100 }, { symbol = 'ETH-*', interval = 1000 },\n"
                  "          { symbol = '*', interval = 100 }]"};
  ASSERT_TRUE(x.verdict) << x.verdict.error().text;
  EXPECT_EQ(x.got.own.interval_of("ETH-PERP"), 100);
  EXPECT_EQ(x.got.own.interval_of("ETH-USDC"), 1000);
  EXPECT_EQ(x.got.own.interval_of("BTC-PERP"), 100);
}

TEST(gateway_derive_settings, name_every_mistake) {
  const reading x{"[gateway.derive]\nticker_interval = 500\nbook_depth = 50\nbook_group = 2\nsilence = '0s'\n"
                  "profile = 'v1'\nlogin = true\nticker = [{ symbol = '*-PERP', interval = 100 }]"};
  ASSERT_FALSE(x.verdict);
  for (const auto* part : {"ticker_interval: must be one of 100, 1000", "book_depth: must be one of 1, 10, 20, 100",
                           "book_group: must be one of 1, 10, 100", "silence: must be above 0", "unknown profile 'v1'",
                           "login", "has its star at the end only"})
    EXPECT_THAT(x.verdict.error().text, HasSubstr(part));
}

TEST(gateway_derive_settings, are_shown_by_the_example_configuration_with_their_defaults) {
  std::ifstream in{STRIKE_DEPLOY "/strike.example.toml"};
  std::string toml;
  for (std::string line; std::getline(in, line);) // its [gateway.derive] is commented out
    toml += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto at = toml.find("\n[gateway.derive]");
  ASSERT_NE(at, std::string::npos);
  const reading shown{toml.substr(at, toml.find("\n[", at + 1) - at)}, built_in{""};
  ASSERT_TRUE(shown.verdict) << shown.verdict.error().text;
  EXPECT_EQ(shown.got.shell.publish.endpoint, built_in.got.shell.publish.endpoint);
  EXPECT_EQ(shown.got.shell.grace, built_in.got.shell.grace);
  EXPECT_EQ(shown.got.own, built_in.got.own);
}
