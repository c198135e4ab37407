#include "feed/market_publisher.hpp"

#include "bus/subscriber.hpp"
#include "feed/intake.hpp"
#include "feed_kit.hpp"

#include <fmt/format.h>

using namespace feed_kit;
using namespace std::chrono_literals;
using testing::ElementsAre;

namespace {

/// One thread drives both ends.
struct feed_to : names {
  struct listener {
    listener(feed_to& owner, std::string_view prefix)
        : test{owner}, reader{owner.instruments}, socket{*bus::polled_subscriber::open(
                                                      owner.shared, {.endpoints = {{owner.out.endpoint()}}})} {
      socket.subscribe(prefix);
    }
    /// Runs both until so many events have come, and a little longer to see none more.
    const std::vector<market_event>& wait_for(std::size_t count) {
      const auto limit = std::chrono::steady_clock::now() + 10s;
      for (int quiet = 0; quiet < 5 && std::chrono::steady_clock::now() < limit;) {
        test.step();
        auto& got = socket.receive(1ms);
        for (const auto& x : got)
          if (const auto what = reader.read(x.topic(), x.bytes(), 0, test.now, events)) arrivals.push_back(*what);
        quiet = events.size() >= count && got.empty() ? quiet + 1 : 0;
      }
      return events;
    }
    feed_to& test;
    intake reader;
    bus::polled_subscriber socket;
    std::vector<market_event> events;
    std::vector<arrival> arrivals;
  };

  void step() {
    now += 1'000'000;
    out.poll(now);
  }
  void publish(std::vector<market_event> events) { out.publish(events); }

  bus::context shared;
  std::vector<std::string> wishes;
  std::int64_t now = 0;
  market_publisher out = *market_publisher::bind(
      shared,
      {.bind = {"inproc://feed"},
       .epoch = 7,
       .grace = 10ms,
       .on_demand = [this](const bus::demand& x) { wishes.push_back((x.is_wanted ? "+" : "-") + x.prefix); }},
      instruments);
};

TEST_F(feed_to, sends_what_is_wanted_and_nothing_else) {
  listener one{*this, topic(btc, channel::ticker)};
  one.wait_for(0);
  publish({tick(btc, 1), tick(eth, 2), tick(btc, 3), whole_book(btc, 4)});
  EXPECT_EQ(one.wait_for(2).size(), 2u);
  EXPECT_EQ(out.counts().sent, 2u);
  EXPECT_EQ(one.reader.counts().gaps, 0u);
}

TEST_F(feed_to, neighbours_of_one_topic_share_a_message) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({print(btc, 1), print(btc, 2), tick(btc, 3), print(btc, 4)});
  EXPECT_EQ(one.wait_for(4).size(), 4u);
  EXPECT_EQ(out.counts().sent, 3u);
  EXPECT_EQ(best_bid(one.events[2]), 3) << "the order is kept";
}

TEST_F(feed_to, a_late_joiner_gets_the_last_ticker_status_and_book_at_once) {
  publish(
      {tick(btc, 1), tick(btc, 2), status(btc, instrument_state::listed), whole_book(btc, 5), bid_change(btc, 5, 9)});
  listener late{*this, "md/deribit/BTC-PERPETUAL/"};
  late.wait_for(3);
  ASSERT_EQ(late.events.size(), 3u);
  EXPECT_EQ(best_bid(late.events[0]), 2);
  EXPECT_EQ(std::get<book_snapshot>(late.events[1].body).bids.at(0).size, lots(9));
  publish({bid_change(btc, 5, 3)});
  late.wait_for(4);
  EXPECT_EQ(late.events.at(3).state, trust::live);
  EXPECT_EQ(late.reader.counts().gaps, 0u);
}

TEST_F(feed_to, a_second_late_joiner_disturbs_nobody) {
  listener early{*this, topic(btc, channel::book)};
  early.wait_for(0);
  publish({whole_book(btc, 5), bid_change(btc, 5, 2)});
  early.wait_for(2);
  listener late{*this, topic(btc, channel::book)};
  EXPECT_EQ(late.wait_for(1).size(), 1u);
  EXPECT_EQ(early.wait_for(2).size(), 2u);
  EXPECT_EQ(early.reader.counts().duplicates, 1u);
}

TEST_F(feed_to, who_asks_again_gets_the_book_again) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({whole_book(btc, 5)});
  one.wait_for(1);
  one.reader.disconnected(0);
  one.socket.ask_again(topic(btc, channel::book));
  EXPECT_EQ(one.wait_for(2).size(), 2u);
  one.reader.disconnected(0);
  one.socket.subscribe(topic(btc, channel::book));
  one.wait_for(3);
  one.reader.disconnected(0);
  one.socket.ask_again(topic(btc, channel::book));
  EXPECT_EQ(one.wait_for(4).size(), 4u);
}

TEST_F(feed_to, demand_is_told_once_and_its_end_after_the_time_of_grace) {
  {
    listener one{*this, "md/deribit/BTC-"};
    listener two{*this, "md/deribit/BTC-"};
    listener tap{*this, "md/"};
    two.wait_for(0);
    EXPECT_TRUE(out.has_demand());
    EXPECT_TRUE(out.is_wanted(btc, channel::ticker));
    EXPECT_FALSE(out.is_wanted(eth, channel::ticker));
  }
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (out.has_demand() && std::chrono::steady_clock::now() < limit) step();
  EXPECT_THAT(wishes, ElementsAre("+md/deribit/BTC-", "-md/deribit/BTC-"));
  EXPECT_FALSE(out.is_wanted(btc, channel::ticker));
}

TEST_F(feed_to, a_tap_sees_a_whole_book_after_a_time_in_which_nobody_wanted_it) {
  listener tap{*this, "md/"};
  tap.wait_for(0);
  {
    listener one{*this, topic(btc, channel::book)};
    one.wait_for(0);
    publish({whole_book(btc, 5)});
    one.wait_for(1);
  }
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (out.has_demand() && std::chrono::steady_clock::now() < limit) step();
  publish({bid_change(btc, 5, 0), bid_change(btc, 4, 1)}); // for nobody
  listener two{*this, topic(btc, channel::book)};
  two.wait_for(1);
  publish({bid_change(btc, 4, 2)});
  two.wait_for(2);
  tap.wait_for(3);
  ASSERT_EQ(tap.events.size(), 3u);
  EXPECT_EQ(best_bid(tap.events[1]), 4);
  EXPECT_EQ(tap.reader.counts().gaps, 0u);
}

TEST_F(feed_to, a_wildcard_over_ten_thousand_instruments_loses_none) {
  std::vector<market_event> all;
  for (int i = 0; i < 10'000; ++i)
    all.push_back(tick(*instruments.intern(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i)), i + 1));
  publish(all);
  listener late{*this, "md/deribit/BTC-27NOV26-"};
  EXPECT_EQ(late.wait_for(10'000).size(), 10'000u);
}

TEST_F(feed_to, a_silent_venue_is_told_to_all) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({tick(btc, 1), whole_book(btc, 5), print(btc, 5), tick(eth, 1)});
  one.wait_for(3);
  out.distrust(venue::deribit, trust::stale);
  one.wait_for(5);
  ASSERT_EQ(one.events.size(), 5u);
  EXPECT_EQ(one.events[3].state, trust::stale);
  EXPECT_EQ(best_bid(one.events[3]), 1);
  EXPECT_EQ(one.events[4].state, trust::stale);
  EXPECT_EQ(one.events[4].body.index(), 2u) << "a change without levels";
}

TEST_F(feed_to, a_topic_without_source_is_told_once_and_only_what_was_live) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({tick(btc, 1), whole_book(btc, 5)});
  one.wait_for(2);
  out.distrust(slot_of(btc, channel::book), trust::stale);
  out.distrust(slot_of(btc, channel::book), trust::stale);
  out.distrust(slot_of(btc, channel::trades), trust::stale);
  one.wait_for(3);
  ASSERT_EQ(one.events.size(), 3u);
  EXPECT_EQ(one.events[2].state, trust::stale);
  EXPECT_EQ(one.events[2].body.index(), 2u) << "a change without levels";
  publish({bid_change(btc, 5, 2), whole_book(btc, 6)});
  one.wait_for(5);
  EXPECT_EQ(one.events[3].state, trust::resyncing) << "changes alone are no book";
  EXPECT_EQ(one.events[4].state, trust::live);
}

TEST_F(feed_to, a_tap_is_told_of_a_topic_that_nobody_wants_any_more) {
  listener tap{*this, "md/"};
  {
    listener one{*this, topic(btc, channel::ticker)};
    one.wait_for(0);
    publish({tick(btc, 1)});
    one.wait_for(1);
  }
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (out.has_demand() && std::chrono::steady_clock::now() < limit) step();
  out.distrust(slot_of(btc, channel::ticker), trust::stale);
  tap.wait_for(2);
  ASSERT_EQ(tap.events.size(), 2u);
  EXPECT_EQ(tap.events[1].state, trust::stale);
  EXPECT_EQ(tap.reader.counts().gaps, 0u);
}

TEST_F(feed_to, after_a_jump_all_get_the_state_there_in_a_new_epoch) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({tick(btc, 1), whole_book(btc, 5), print(btc, 5)});
  one.wait_for(3);
  last_values there;
  there.apply(tick(btc, 7));
  there.apply(whole_book(btc, 8));
  out.restart(8, std::move(there));
  publish({bid_change(btc, 8, 3)}); // before any poll: the book must have come first
  one.wait_for(5);
  ASSERT_EQ(one.events.size(), 5u);
  EXPECT_EQ(std::get<book_snapshot>(one.events[3].body).bids.at(0).size, lots(3));
  EXPECT_EQ(best_bid(one.events[4]), 7);
  publish({print(btc, 9), bid_change(btc, 8, 4)});
  one.wait_for(7);
  EXPECT_EQ(one.arrivals.back().header.epoch, 8u);
  EXPECT_TRUE(one.arrivals.back().is_synced);
  EXPECT_EQ(one.events.back().state, trust::live);
  EXPECT_EQ(one.reader.counts().gaps, 0u);
  EXPECT_EQ(one.reader.next_due_ns(), INT64_MAX) << "nothing is left to ask for";
}

TEST_F(feed_to, a_jump_to_where_nothing_is_known_makes_the_old_stale) {
  listener one{*this, "md/deribit/BTC-PERPETUAL/"};
  one.wait_for(0);
  publish({tick(btc, 1), whole_book(btc, 5), tick(eth, 1)});
  one.wait_for(2);
  out.restart(8, {});
  one.wait_for(4);
  ASSERT_EQ(one.events.size(), 4u);
  EXPECT_EQ(one.events[2].state, trust::stale);
  EXPECT_EQ(one.events[3].state, trust::stale);
  EXPECT_EQ(one.events[3].body.index(), 2u) << "a change without levels";
  publish({whole_book(btc, 6)});
  one.wait_for(5);
  EXPECT_EQ(one.events.back().state, trust::live);
  listener late{*this, topic(btc, channel::ticker)};
  EXPECT_EQ(late.wait_for(0).size(), 0u);
}

} // namespace
