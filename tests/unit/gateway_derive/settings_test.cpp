#include "gateway-derive/settings.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::gateway_derive;
using testing::HasSubstr;

namespace {

struct reading {
  config::document document;
  settings got;
  result<void> verdict;
  explicit reading(std::string_view toml)
      : document{*config::document::from_text(toml, "strike.toml")}, got{read_settings(document.root())},
        verdict{document.finish()} {}
};

} // namespace

TEST(gateway_derive_settings, take_the_first_ticker_rule_that_matches) {
  const reading x{"[gateway.derive]\nticker_interval = 1000\n"
                  "ticker = [{ symbol = 'ETH-PERP', interval = 100 }, { symbol = 'ETH-*', interval = 1000 },\n"
                  "          { symbol = '*', interval = 100 }]"};
  ASSERT_TRUE(x.verdict) << x.verdict.error().text;
  EXPECT_EQ(x.got.interval_of("ETH-PERP"), 100);
  EXPECT_EQ(x.got.interval_of("ETH-USDC"), 1000);
  EXPECT_EQ(x.got.interval_of("BTC-PERP"), 100);
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
