#include "polymarket/request.hpp"

#include <gtest/gtest.h>

#include <array>

namespace strike::polymarket {
namespace {

constexpr std::array<std::string_view, 2> both = {"11", "12"};

TEST(request, subscriptions_are_as_the_manual_writes_them) {
  EXPECT_EQ(first_subscription(both), R"({"type":"market","assets_ids":["11","12"],"custom_feature_enabled":true})");
  EXPECT_EQ(subscription(both), R"({"operation":"subscribe","assets_ids":["11","12"],"custom_feature_enabled":true})");
  EXPECT_EQ(unsubscription(std::span{both}.first(1)), R"({"operation":"unsubscribe","assets_ids":["11"]})");
}

TEST(request, books_are_asked_for_in_one_body) {
  EXPECT_EQ(books_body(both), R"([{"token_id":"11"},{"token_id":"12"}])");
}

TEST(request, markets_are_asked_for_by_token_open_or_closed) {
  EXPECT_EQ(markets_of_tokens(both, false), "/markets?limit=4&closed=false&clob_token_ids=11&clob_token_ids=12");
  EXPECT_EQ(markets_of_tokens(std::span{both}.last(1), true), "/markets?limit=2&closed=true&clob_token_ids=12");
}

TEST(request, a_cursor_is_escaped) {
  EXPECT_EQ(open_markets_page(""), "/markets/keyset?limit=100&active=true&closed=false");
  EXPECT_EQ(open_markets_page("aB+/9=="),
            "/markets/keyset?limit=100&active=true&closed=false&after_cursor=aB%2B%2F9%3D%3D");
}

} // namespace
} // namespace strike::polymarket
