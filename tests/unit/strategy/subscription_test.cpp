#include "strategy/subscription.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using testing::HasSubstr;

namespace {

TEST(subscription, reads_an_exact_symbol) {
  auto x = parse_subscription("deribit:BTC-PERPETUAL", channel::trades);
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(*x, (subscription{venue::deribit, "BTC-PERPETUAL", false, channel::trades}));
}

TEST(subscription, infers_the_venue_of_an_exact_symbol) {
  auto x = parse_subscription("ETH-20261127-3000-C");
  ASSERT_TRUE(x) << x.error().text;
  EXPECT_EQ(*x, (subscription{venue::derive, "ETH-20261127-3000-C", false, channel::ticker}));
}

TEST(subscription, reads_prefixes_down_to_a_whole_venue) {
  EXPECT_EQ(*parse_subscription("deribit:BTC-27NOV26-*"),
            (subscription{venue::deribit, "BTC-27NOV26-", true, channel::ticker}));
  EXPECT_EQ(*parse_subscription("polymarket:*"), (subscription{venue::polymarket, "", true, channel::ticker}));
}

TEST(subscription, matches_by_prefix_or_exactly) {
  const auto prefix = *parse_subscription("deribit:BTC-27NOV26-*");
  EXPECT_TRUE(prefix.matches(venue::deribit, "BTC-27NOV26-90000-C"));
  EXPECT_FALSE(prefix.matches(venue::derive, "BTC-27NOV26-90000-C"));
  EXPECT_FALSE(prefix.matches(venue::deribit, "BTC-28NOV26-90000-C"));
  const auto exact = *parse_subscription("deribit:BTC-PERPETUAL");
  EXPECT_TRUE(exact.matches(venue::deribit, "BTC-PERPETUAL"));
  EXPECT_FALSE(exact.matches(venue::deribit, "BTC-PERPETUAL2"));
}

TEST(subscription, says_what_was_expected) {
  EXPECT_THAT(parse_subscription("derive:*-PERP").error().text, HasSubstr("the star stands at the end only"));
  EXPECT_THAT(parse_subscription("BTC-*").error().text, HasSubstr("needs its venue"));
  EXPECT_THAT(parse_subscription("binance:BTC-*").error().text, HasSubstr("known: deribit, derive, polymarket"));
  EXPECT_THAT(parse_subscription("deribit:nonsense").error().text, HasSubstr("nonsense"));
  EXPECT_EQ(parse_subscription("").error().code, ec::malformed);
}

} // namespace
