#include "routing_kit.hpp"

using namespace routing_kit;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct routing_loss : routing_test {
  consumer_ptr a = make_consumer("a");
  std::string book_topic = topic(btc, channel::book);
};

TEST_F(routing_loss, a_gap_is_counted_asked_for_and_marked_until_the_snapshot_comes) {
  core.want(a, {btc_book});
  arrives(whole_book(btc, 5));
  asked();
  ++sequence[slot_of(btc, channel::book)];
  arrives(bid_change(btc, 5, 2));
  core.poll(now);
  EXPECT_THAT(asked(), ElementsAre("?" + book_topic));
  EXPECT_EQ(core.counts().gaps, 1u);
  take_message(snapshot(whole_book(btc, 6)));
  arrives(bid_change(btc, 6, 3));
  const auto events = got("a");
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[1].state, trust::resyncing);
  EXPECT_EQ(best_bid(events[2]), 6);
  EXPECT_EQ(events[3].state, trust::live);
}

TEST_F(routing_loss, a_late_joiner_is_not_given_a_book_that_is_out_of_sync) {
  core.want(a, {btc_book});
  arrives(whole_book(btc, 5));
  ++sequence[slot_of(btc, channel::book)];
  arrives(bid_change(btc, 5, 2));
  const auto late = make_consumer("late");
  core.want(late, {btc_book});
  EXPECT_THAT(got("late"), IsEmpty());
  take_message(snapshot(whole_book(btc, 6)));
  EXPECT_THAT(bids("late"), ElementsAre(6));
}

TEST_F(routing_loss, a_publisher_that_is_gone_leaves_stale_values_and_heals_them_when_it_returns) {
  core.want(a, {btc_ticker, btc_book});
  take({tick(btc, 1), whole_book(btc, 5)}, 1);
  take({tick(eth, 3)}, 0);
  got("a");
  core.disconnected(1);
  const auto marks = got("a");
  ASSERT_THAT(marks, SizeIs(2));
  EXPECT_EQ(marks[0].state, trust::stale);
  EXPECT_EQ(best_bid(marks[0]), 1);
  EXPECT_EQ(marks[1].state, trust::stale);
  const auto late = make_consumer("late");
  core.want(late, {btc_ticker, eth_ticker});
  EXPECT_EQ(got("late").at(0).state, trust::stale);
  take_message(snapshot(tick(btc, 2), 1));
  take_message(snapshot(whole_book(btc, 6), 1));
  const auto healed = got("a");
  ASSERT_THAT(healed, SizeIs(2));
  EXPECT_EQ(healed[0].state, trust::live);
  EXPECT_EQ(healed[1].state, trust::live);
}

TEST_F(routing_loss, messages_go_downstream_as_they_came) {
  take({tick(btc, 1)});
  ASSERT_THAT(sent_on, SizeIs(1));
  EXPECT_EQ(sent_on[0].first, topic(btc, channel::ticker));
  EXPECT_EQ(sent_on[0].second, message_of(tick(btc, 1), {.epoch = 1, .sequence = 1}).bytes());
  take_message(text_message("ops/gateway-deribit/", "beat"));
  take_message(text_message("md/deribit/BTC-PERPETUAL/ticker/", "\xff"));
  ASSERT_THAT(sent_on, SizeIs(2)) << "a heartbeat passes, a broken message does not";
  EXPECT_EQ(sent_on[1].second, "beat");
}

TEST_F(routing_loss, a_late_joiner_downstream_gets_snapshots_with_the_publishers_numbers) {
  take({tick(btc, 1), tick(btc, 2), whole_book(btc, 5)});
  sent_on.clear();
  core.want_downstream({true, "md/deribit/BTC-PERPETUAL/"}, now);
  core.poll(now);
  ASSERT_THAT(sent_on, SizeIs(2));
  feed::intake reader{instruments};
  std::vector<market_event> events;
  const auto got_ticker = reader.read(sent_on[0].first, sent_on[0].second, 0, 0, events);
  EXPECT_EQ(got_ticker->header, (wire::market_header{.epoch = 1, .sequence = 2, .is_snapshot = true}));
  const auto later = next(tick(btc, 3));
  EXPECT_EQ(reader.read(later.topic(), later.bytes(), 0, 0, events)->order.kind, bus::continuity::in_order);
}

TEST_F(routing_loss, staleness_goes_downstream_even_to_those_who_are_up_to_date) {
  take({tick(btc, 1), whole_book(btc, 5)});
  feed::intake reader{instruments};
  std::vector<market_event> events;
  for (const auto& [t, bytes] : sent_on) reader.read(t, bytes, 0, 0, events);
  sent_on.clear();
  events.clear();
  core.disconnected(0);
  for (const auto& [t, bytes] : sent_on) reader.read(t, bytes, 0, 0, events);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].state, trust::stale);
  EXPECT_EQ(events[1].state, trust::stale);
  EXPECT_FALSE(reader.is_synced(slot_of(btc, channel::book)));
  sent_on.clear();
  take_message(snapshot(whole_book(btc, 6)));
  EXPECT_TRUE(reader.read(sent_on.at(0).first, sent_on.at(0).second, 0, 0, events)->is_synced);
}

} // namespace
