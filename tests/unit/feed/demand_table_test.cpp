#include "feed/demand_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace strike;
using namespace strike::feed;
using namespace std::chrono_literals;
using testing::ElementsAre;

namespace {

constexpr std::int64_t second = 1'000'000'000;

struct demand_of : testing::Test {
  bool wants(std::string_view symbol, channel what, venue at = venue::deribit) { return table.wants(at, symbol, what); }
  demand_table table{10s};
};

TEST_F(demand_of, a_topic_asks_for_one_channel_of_one_instrument) {
  EXPECT_TRUE(table.add("md/deribit/BTC-PERPETUAL/book/"));
  EXPECT_TRUE(wants("BTC-PERPETUAL", channel::book));
  EXPECT_FALSE(wants("BTC-PERPETUAL", channel::ticker));
  EXPECT_FALSE(wants("BTC-PERPETUAL", channel::book, venue::derive));
  EXPECT_FALSE(wants("BTC-PERPETUA", channel::book));
}

TEST_F(demand_of, an_instrument_asks_for_all_its_channels) {
  table.add("md/deribit/BTC-PERPETUAL/");
  for (const auto& row : enum_names<channel>::table) EXPECT_TRUE(wants("BTC-PERPETUAL", row.value)) << row.text;
}

TEST_F(demand_of, a_wildcard_asks_for_tickers_and_statuses_only) {
  table.add("md/deribit/BTC-27NOV26-");
  EXPECT_TRUE(wants("BTC-27NOV26-90000-C", channel::ticker));
  EXPECT_TRUE(wants("BTC-27NOV26-90000-C", channel::status));
  EXPECT_FALSE(wants("BTC-27NOV26-90000-C", channel::book));
  EXPECT_FALSE(wants("BTC-27NOV26-90000-C", channel::trades));
  EXPECT_FALSE(wants("BTC-28NOV26-90000-C", channel::ticker));
  table.add("md/polymarket/");
  EXPECT_TRUE(wants("123", channel::ticker, venue::polymarket));
}

TEST_F(demand_of, a_tap_asks_for_nothing) {
  for (const auto* tap :
       {"", "m", "md", "md/", "md/der", "dash/", "ord/momentum/", "md/deribit/BTC-PERPETUAL/ti", "\x01"}) {
    table.add(tap);
    EXPECT_EQ(demand_table::kind_of(tap), demand_table::kind::tap) << tap;
  }
  EXPECT_TRUE(table.is_empty());
  EXPECT_FALSE(wants("BTC-PERPETUAL", channel::ticker));
}

TEST_F(demand_of, the_last_one_leaving_ends_it_after_the_time_of_grace) {
  constexpr auto* prefix = "md/deribit/BTC-PERPETUAL/book/";
  EXPECT_TRUE(table.add(prefix));
  EXPECT_FALSE(table.add(prefix));
  table.remove(prefix, 0);
  EXPECT_EQ(table.next_expiry_ns(), INT64_MAX);
  table.remove(prefix, 5 * second);
  EXPECT_EQ(table.next_expiry_ns(), 15 * second);
  EXPECT_THAT(table.expire(15 * second - 1), ElementsAre());
  EXPECT_TRUE(wants("BTC-PERPETUAL", channel::book));
  EXPECT_THAT(table.expire(15 * second), ElementsAre(prefix));
  EXPECT_FALSE(wants("BTC-PERPETUAL", channel::book));
  EXPECT_TRUE(table.is_empty());
  EXPECT_EQ(table.next_expiry_ns(), INT64_MAX);
}

TEST_F(demand_of, who_returns_in_the_time_of_grace_finds_it_still_there) {
  table.add("md/deribit/");
  table.remove("md/deribit/", 0);
  EXPECT_FALSE(table.add("md/deribit/"));
  EXPECT_THAT(table.expire(100 * second), ElementsAre());
  EXPECT_TRUE(wants("ETH-PERPETUAL", channel::ticker));
}

TEST_F(demand_of, leaving_more_often_than_joining_changes_nothing) {
  table.remove("md/deribit/", 0);
  table.add("md/deribit/");
  table.remove("md/deribit/", 0);
  table.remove("md/deribit/", 5 * second);
  EXPECT_EQ(table.next_expiry_ns(), 10 * second);
}

TEST_F(demand_of, the_version_changes_with_the_answer) {
  const auto before = table.version();
  table.add("md/");
  EXPECT_EQ(table.version(), before);
  table.add("md/deribit/");
  const auto after = table.version();
  EXPECT_NE(after, before);
  table.add("md/deribit/");
  EXPECT_EQ(table.version(), after);
  table.remove("md/deribit/", 0);
  table.remove("md/deribit/", 0);
  table.expire(100 * second);
  EXPECT_NE(table.version(), after);
}

} // namespace
