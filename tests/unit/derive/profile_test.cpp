#include "derive/profile.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::derive;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct reading {
  config::document document;
  profile got;
  result<void> verdict;
  explicit reading(std::string_view toml)
      : document{*config::document::from_text(toml, "strike.toml")}, got{read_profile(document.root())},
        verdict{document.finish()} {}
};

} // namespace

TEST(derive_profile, is_the_current_mainnet_unless_told_otherwise) {
  const reading x{""};
  EXPECT_TRUE(x.verdict);
  EXPECT_EQ(x.got.ws_url, "wss://api.derive.xyz/v3/ws");
  EXPECT_EQ(x.got.rest_url, "https://api.derive.xyz/v3");
  EXPECT_EQ(x.got.list, list_method::pages);
}

TEST(derive_profile, of_every_network_is_whole) {
  EXPECT_THAT(profile_names(), ElementsAre("v2-mainnet", "v2-testnet", "v3-mainnet", "v3-testnet"));
  for (const auto& name : profile_names()) {
    const reading x{"profile = '" + name + "'"};
    EXPECT_TRUE(x.verdict);
    const bool is_v2 = name.starts_with("v2");
    EXPECT_EQ(x.got.list, is_v2 ? list_method::currencies : list_method::pages) << name;
    EXPECT_THAT(x.got.ws_url, HasSubstr(is_v2 ? "lyra.finance/ws" : "api.derive.xyz/v3/ws"));
    EXPECT_THAT(x.got.rest_url, HasSubstr(is_v2 ? "lyra.finance" : "api.derive.xyz/v3"));
    for (const auto* text :
         {&x.got.user_agent, &x.got.ticker_channel, &x.got.book_channel, &x.got.trades_channel, &x.got.spot_channel})
      EXPECT_FALSE(text->empty()) << name;
  }
}

TEST(derive_profile, has_every_value_overridden) {
  const reading x{"profile = 'v2-testnet'\nws_url = 'wss://localhost:1/ws/'\nrest_url = 'https://localhost:2/'\n"
                  "user_agent = 'me'\nlist_method = 'pages'\nticker_channel = 't'\nbook_channel = 'b'\n"
                  "trades_channel = 'r'\nspot_channel = 's'"};
  EXPECT_TRUE(x.verdict);
  EXPECT_EQ(x.got.ws_url, "wss://localhost:1/ws");
  EXPECT_EQ(x.got.rest_url, "https://localhost:2");
  EXPECT_EQ(x.got.user_agent + x.got.ticker_channel + x.got.book_channel + x.got.trades_channel + x.got.spot_channel,
            "metbrs");
  EXPECT_EQ(x.got.list, list_method::pages);
}

TEST(derive_profile, that_does_not_exist_is_a_mistake_that_lists_those_that_do) {
  const reading x{"profile = 'v4'"};
  ASSERT_FALSE(x.verdict);
  EXPECT_THAT(x.verdict.error().text, HasSubstr("unknown profile 'v4'; known: v2-mainnet, v2-testnet, v3-mainnet"));
}

TEST(derive_channels, are_filled_by_name) {
  EXPECT_EQ(
      fill("orderbook.{instrument}.{group}.{depth}", {{"instrument", "ETH-PERP"}, {"group", "1"}, {"depth", "20"}}),
      "orderbook.ETH-PERP.1.20");
  EXPECT_EQ(fill("spot_feed.ALL", {{"currency", "ETH"}}), "spot_feed.ALL");
}
