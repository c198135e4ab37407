#include "topic_table.hpp"

#include "unit/feed/feed_kit.hpp"

using namespace feed_kit;
using namespace strike::gateway;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

struct topic_table_of : names {
  topic_table table{venue::deribit, instruments, [this](slot x) { return x != without; }};
  slot without = UINT32_MAX;
  const slot btc_ticker = slot_of(btc, channel::ticker), btc_book = slot_of(btc, channel::book),
             btc_trades = slot_of(btc, channel::trades), eth_ticker = slot_of(eth, channel::ticker),
             option_ticker = slot_of(option, channel::ticker);
};

TEST_F(topic_table_of, a_named_topic_is_wanted_once_it_is_listed) {
  table.want("md/deribit/BTC-PERPETUAL/book/");
  EXPECT_THAT(table.take().added, IsEmpty());
  table.define(btc);
  EXPECT_THAT(table.take().added, ElementsAre(btc_book));
  EXPECT_TRUE(table.is_wanted(btc_book));
  EXPECT_FALSE(table.is_wanted(btc_ticker));
}

TEST_F(topic_table_of, an_instrument_is_all_its_channels_but_status) {
  without = btc_trades;
  table.define(btc);
  table.want("md/deribit/BTC-PERPETUAL/");
  table.want("md/deribit/BTC-PERPETUAL/status/");
  EXPECT_THAT(table.take().added, ElementsAre(btc_ticker, btc_book));
}

TEST_F(topic_table_of, a_wildcard_is_the_tickers_of_all_that_match_and_of_later_ones) {
  table.define(btc);
  table.define(eth);
  table.want("md/deribit/BTC-");
  EXPECT_THAT(table.take().added, ElementsAre(btc_ticker));
  table.define(option);
  EXPECT_THAT(table.take().added, ElementsAre(option_ticker));
  table.want("md/deribit/");
  EXPECT_THAT(table.take().added, ElementsAre(eth_ticker)) << "the others are wanted already";
  table.unwant("md/deribit/BTC-");
  EXPECT_THAT(table.take().dropped, IsEmpty());
  table.unwant("md/deribit/");
  EXPECT_EQ(table.take().dropped.size(), 3u);
  EXPECT_EQ(table.wanted(), 0u);
}

TEST_F(topic_table_of, what_several_prefixes_ask_for_ends_with_the_last) {
  table.define(btc);
  table.want("md/deribit/BTC-");
  table.want("md/deribit/BTC-PERPETUAL/ticker/");
  table.want("md/deribit/BTC-PERPETUAL/");
  EXPECT_EQ(table.take().added.size(), 3u);
  table.unwant("md/deribit/BTC-PERPETUAL/");
  EXPECT_THAT(table.take().dropped, ElementsAre(btc_book, btc_trades));
  table.unwant("md/deribit/BTC-");
  EXPECT_THAT(table.take().dropped, IsEmpty());
  table.unwant("md/deribit/BTC-PERPETUAL/ticker/");
  EXPECT_THAT(table.take().dropped, ElementsAre(btc_ticker));
}

TEST_F(topic_table_of, what_comes_and_goes_between_two_looks_is_no_change) {
  table.define(btc);
  table.take();
  table.want("md/deribit/BTC-PERPETUAL/ticker/");
  table.unwant("md/deribit/BTC-PERPETUAL/ticker/");
  EXPECT_TRUE(table.has_changes());
  const auto got = table.take();
  EXPECT_THAT(got.added, IsEmpty());
  EXPECT_THAT(got.dropped, IsEmpty());
}

TEST_F(topic_table_of, taps_and_other_venues_ask_for_nothing) {
  table.define(btc);
  table.take();
  for (const auto* x : {"", "md/", "md/der", "md/derive/", "md/polymarket/BTC-PERPETUAL/",
                        "md/deribit/BTC-PERPETUAL/bo", "ops/", "rubbish/"})
    table.want(x);
  EXPECT_FALSE(table.has_changes());
  EXPECT_THAT(table.take_unknown(), IsEmpty());
}

TEST_F(topic_table_of, an_expired_instrument_is_wanted_no_more_whoever_asks) {
  table.define(btc);
  table.want("md/deribit/BTC-PERPETUAL/ticker/");
  table.take();
  table.retire(btc);
  EXPECT_THAT(table.take().dropped, ElementsAre(btc_ticker));
  table.want("md/deribit/BTC-");
  table.define(btc);
  EXPECT_THAT(table.take().added, IsEmpty());
  EXPECT_EQ(table.defined(), 0u);
  table.want("md/deribit/BTC-PERPETUAL/");
  EXPECT_THAT(table.take_unknown(), IsEmpty()) << "it is known, to be no more";
}

TEST_F(topic_table_of, named_symbols_that_are_not_listed_are_told_once) {
  table.want("md/deribit/SOL-PERPETUAL/ticker/");
  table.want("md/deribit/SOL-PERPETUAL/book/");
  table.want("md/deribit/BTC-PERPETUAL/");
  table.want("md/deribit/XRP-PERPETUAL/");
  table.unwant("md/deribit/XRP-PERPETUAL/");
  table.want("md/deribit/DOGE-");
  table.define(btc);
  EXPECT_TRUE(table.has_unknown());
  EXPECT_THAT(table.take_unknown(), ElementsAre("SOL-PERPETUAL"));
  EXPECT_FALSE(table.has_unknown());
}

} // namespace
