#include "routing_kit.hpp"

using namespace routing_kit;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct routing_consumers : routing_test {
  consumer_ptr a = make_consumer("a"), b = make_consumer("b");
};

TEST_F(routing_consumers, get_what_they_asked_for_in_order_and_one_parcel_a_batch) {
  core.want(a, {btc_ticker, eth_ticker});
  core.want(b, {eth_ticker});
  take({tick(btc, 1), tick(eth, 2), tick(btc, 3), print(btc, 4)});
  EXPECT_THAT(bids("a"), ElementsAre(1, 2, 3));
  EXPECT_THAT(bids("b"), ElementsAre(2));
  EXPECT_EQ(parcels["a"], 1);
  EXPECT_EQ(a->pending, 3u);
}

TEST_F(routing_consumers, a_prefix_covers_instruments_that_come_later) {
  core.want(a, {expiry});
  arrives(tick(*instruments.intern(venue::deribit, "BTC-27NOV26-95000-P"), 7));
  arrives(tick(*instruments.intern(venue::deribit, "BTC-28NOV26-95000-P"), 8));
  EXPECT_THAT(bids("a"), ElementsAre(7));
}

TEST_F(routing_consumers, a_late_joiner_gets_ticker_and_book_at_once) {
  core.want(a, {btc_ticker, btc_book});
  take({tick(btc, 1), whole_book(btc, 5), bid_change(btc, 5, 9)});
  core.want(b, {btc_ticker, btc_book});
  const auto events = got("b");
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(best_bid(events[0]), 1);
  EXPECT_EQ(std::get<book_snapshot>(events[1].body).bids.at(0).size, lots(9));
  EXPECT_THAT(got("a"), SizeIs(3)) << "and disturbs nobody";
}

TEST_F(routing_consumers, a_late_joiner_of_a_prefix_gets_all_that_is_known_of_it) {
  core.want(a, {expiry});
  arrives(tick(option, 1));
  core.want(b, {expiry});
  EXPECT_THAT(bids("b"), ElementsAre(1));
}

TEST_F(routing_consumers, one_that_is_behind_gets_the_newest_when_it_has_drained) {
  a = make_consumer("a", 2);
  core.want(a, {btc_ticker, eth_ticker});
  core.want(b, {btc_ticker});
  for (int i = 1; i <= 5; ++i) arrives(tick(btc, i));
  arrives(tick(eth, 6));
  EXPECT_THAT(bids("b"), SizeIs(5)) << "who keeps up is not slowed";
  EXPECT_THAT(bids("a"), ElementsAre(1, 2));
  EXPECT_FALSE(a->done(1));
  EXPECT_TRUE(a->done(1)) << "it has to say that it has drained";
  core.drained(a);
  EXPECT_THAT(bids("a"), ElementsAre(5, 6));
  EXPECT_EQ(a->conflated, 2u) << "3 and 4";
  EXPECT_FALSE(a->done(2));
  arrives(tick(btc, 7));
  EXPECT_THAT(bids("a"), ElementsAre(7));
}

TEST_F(routing_consumers, a_book_that_one_missed_is_sent_anew) {
  a = make_consumer("a", 1);
  core.want(a, {btc_book});
  arrives(whole_book(btc, 5));
  arrives(bid_change(btc, 5, 2));
  arrives(bid_change(btc, 5, 3));
  got("a");
  a->done(1);
  core.drained(a);
  const auto events = got("a");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(std::get<book_snapshot>(events[0].body).bids.at(0).size, lots(3));
  EXPECT_EQ(a->resynced, 1u);
}

TEST_F(routing_consumers, a_missed_book_that_is_out_of_sync_is_marked_so) {
  a = make_consumer("a", 1);
  core.want(a, {btc_book});
  arrives(whole_book(btc, 5));
  ++sequence[slot_of(btc, channel::book)]; // lost
  arrives(bid_change(btc, 5, 2));
  got("a");
  a->done(1);
  core.drained(a);
  const auto events = got("a");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].state, trust::resyncing);
}

TEST_F(routing_consumers, trades_that_find_no_room_are_counted_as_lost) {
  a = make_consumer("a", 1);
  core.want(a, {btc_trades});
  for (int i = 0; i < 4; ++i) arrives(print(btc, i));
  EXPECT_THAT(got("a"), SizeIs(1));
  EXPECT_EQ(a->lost, 3u);
}

TEST_F(routing_consumers, a_batch_above_the_bound_reaches_one_that_has_nothing_waiting) {
  a = make_consumer("a", 2);
  core.want(a, {btc_ticker});
  take({tick(btc, 1), tick(btc, 2), tick(btc, 3)});
  EXPECT_THAT(bids("a"), ElementsAre(1, 2, 3));
}

TEST_F(routing_consumers, what_has_drained_in_the_same_moment_is_not_left_waiting) {
  a = make_consumer("a", 1);
  core.want(a, {btc_ticker});
  arrives(tick(btc, 1));
  a->is_behind = true;     // as if the router had just decided so ...
  EXPECT_TRUE(a->done(1)); // ... while the consumer finished
  core.drained(a);
  core.drained(a);
  arrives(tick(btc, 2));
  EXPECT_THAT(bids("a"), ElementsAre(1, 2));
}

TEST_F(routing_consumers, who_ends_one_wish_keeps_the_others) {
  core.want(a, {btc_ticker, eth_ticker});
  core.unwant(a, {btc_ticker}, now);
  take({tick(btc, 1), tick(eth, 2)});
  EXPECT_THAT(bids("a"), ElementsAre(2));
}

} // namespace
