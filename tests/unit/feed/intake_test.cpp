#include "feed/intake.hpp"

#include "feed_kit.hpp"

using namespace feed_kit;
using bus::continuity;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr std::int64_t second = 1'000'000'000;

struct intake_of : names {
  std::optional<arrival> read(instrument_id id, channel what, wire::market_header header,
                              std::vector<market_event> sent) {
    std::string bytes;
    encoder.encode(bytes, header, sent);
    events.clear();
    return reader.read(topic(id, what), bytes, endpoint, now, events);
  }
  std::optional<arrival> read(market_event x, std::uint64_t sequence) {
    return read(x.instrument, channel_of(x), {.epoch = 1, .sequence = sequence}, {x});
  }
  std::optional<arrival> read_snapshot(market_event x, std::uint64_t sequence, std::uint64_t epoch = 1) {
    return read(x.instrument, channel_of(x), {.epoch = epoch, .sequence = sequence, .is_snapshot = true}, {x});
  }
  intake reader{instruments};
  wire::market_encoder encoder;
  std::vector<market_event> events;
  std::int64_t now = 0;
  std::size_t endpoint = 0;
  std::string book_topic = topic(btc, channel::book);
};

TEST_F(intake_of, gives_instruments_their_ids_and_events_in_order) {
  const auto got = read(eth, channel::ticker, {.epoch = 1, .sequence = 1}, {tick(eth, 5), tick(eth, 6)});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->what, slot_of(eth, channel::ticker));
  EXPECT_EQ(got->order.kind, continuity::first);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].instrument, eth);
  EXPECT_EQ(best_bid(events[1]), 6);
  EXPECT_EQ(reader.counts().events, 2u);
}

TEST_F(intake_of, drops_what_it_saw_and_what_is_no_market_data) {
  read(tick(btc, 1), 1);
  EXPECT_FALSE(read(tick(btc, 1), 1));
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(reader.counts().duplicates, 1u);
  EXPECT_FALSE(reader.read("dash/momentum/", "x", 0, 0, events));
  EXPECT_EQ(reader.counts().malformed, 0u);
}

TEST_F(intake_of, counts_malformed_messages_and_says_what_is_wrong) {
  EXPECT_FALSE(reader.read("md/deribit/BTC/soup/", "", 0, 0, events));
  EXPECT_THAT(reader.complaint(), testing::HasSubstr("soup"));
  EXPECT_FALSE(reader.read("md/deribit/BTC-PERPETUAL/ticker/", "\xff\xff", 0, 0, events));
  EXPECT_THAT(reader.complaint(), testing::HasSubstr("md/deribit/BTC-PERPETUAL/ticker/"));
  EXPECT_FALSE(reader.read("md/deribit/not a symbol/ticker/", "", 0, 0, events));
  EXPECT_EQ(reader.counts().malformed, 3u);
  EXPECT_TRUE(read(tick(btc, 1), 1)) << "and goes on";
}

TEST_F(intake_of, a_gap_leaves_a_ticker_whole_and_is_counted) {
  read(tick(btc, 1), 1);
  const auto got = read(tick(btc, 5), 5);
  EXPECT_EQ(got->order.lost, 3u);
  EXPECT_TRUE(got->is_synced);
  EXPECT_EQ(events.at(0).state, trust::live);
  EXPECT_EQ(reader.counts().gaps, 1u);
  EXPECT_EQ(reader.counts().lost, 3u);
  EXPECT_EQ(reader.next_due_ns(), INT64_MAX);
}

TEST_F(intake_of, a_gap_in_a_book_is_asked_for_at_once_and_marks_changes_until_a_snapshot_comes) {
  read_snapshot(whole_book(btc, 100), 0);
  EXPECT_TRUE(read(bid_change(btc, 100, 2), 1)->is_synced);
  now = 7 * second;
  EXPECT_FALSE(read(bid_change(btc, 100, 4), 3)->is_synced);
  EXPECT_EQ(events.at(0).state, trust::resyncing);
  EXPECT_THAT(reader.due(now), ElementsAre(book_topic));
  EXPECT_FALSE(read(bid_change(btc, 100, 5), 4)->is_synced);
  EXPECT_TRUE(read_snapshot(whole_book(btc, 100), 4)->is_synced);
  EXPECT_EQ(reader.next_due_ns(), INT64_MAX);
  EXPECT_TRUE(read(bid_change(btc, 100, 6), 5)->is_synced);
  EXPECT_EQ(events.at(0).state, trust::live);
}

TEST_F(intake_of, an_unanswered_question_is_repeated_ever_later) {
  read(bid_change(btc, 100, 4), 1); // a late joiner's snapshot comes by itself
  EXPECT_THAT(reader.due(now), IsEmpty());
  EXPECT_EQ(reader.next_due_ns(), second / 2);
  std::vector<std::int64_t> asked;
  for (now = 0; now <= 70 * second; now += second / 4)
    if (!reader.due(now).empty()) asked.push_back(now * 4 / second);
  EXPECT_THAT(asked, ElementsAre(2, 4, 8, 16, 32, 64, 128, 248)); // quarters of a second; the wait ends at 30 s
}

TEST_F(intake_of, a_books_own_snapshot_in_the_stream_mends_it_too) {
  read(bid_change(btc, 100, 4), 1);
  EXPECT_TRUE(read(whole_book(btc, 100), 2)->is_synced);
  EXPECT_EQ(events.at(0).state, trust::live);
}

TEST_F(intake_of, a_snapshot_for_another_late_joiner_is_ignored) {
  read_snapshot(whole_book(btc, 100), 0);
  read(bid_change(btc, 100, 2), 1);
  EXPECT_FALSE(read_snapshot(whole_book(btc, 100), 1));
  EXPECT_EQ(reader.counts().duplicates, 1u);
}

TEST_F(intake_of, a_snapshot_ahead_of_what_was_seen_is_a_gap_that_it_mends) {
  read_snapshot(whole_book(btc, 100), 0);
  const auto got = read_snapshot(whole_book(btc, 105), 4);
  EXPECT_EQ(got->order.lost, 4u);
  EXPECT_TRUE(got->is_synced);
  EXPECT_EQ(best_bid(events.at(0)), 105);
}

TEST_F(intake_of, a_new_epoch_needs_a_new_snapshot) {
  read_snapshot(whole_book(btc, 100), 9);
  const auto got = read(btc, channel::book, {.epoch = 2, .sequence = 1}, {bid_change(btc, 100, 3)});
  EXPECT_EQ(got->order.kind, continuity::new_epoch);
  EXPECT_FALSE(got->is_synced);
  EXPECT_TRUE(read_snapshot(whole_book(btc, 100), 1, 2)->is_synced);
  EXPECT_EQ(reader.counts().new_epochs, 1u);
}

TEST_F(intake_of, a_lost_status_is_asked_for) {
  read(status(btc, instrument_state::listed), 1);
  EXPECT_FALSE(read(status(btc, instrument_state::resumed), 3)->is_synced);
  EXPECT_THAT(reader.due(now), ElementsAre(topic(btc, channel::status)));
  EXPECT_TRUE(read_snapshot(status(btc, instrument_state::resumed), 3)->is_synced);
}

TEST_F(intake_of, a_connection_that_ended_takes_its_topics_along) {
  read_snapshot(whole_book(btc, 100), 0);
  endpoint = 1;
  read(tick(eth, 1), 1);
  EXPECT_THAT(reader.disconnected(1), ElementsAre(slot_of(eth, channel::ticker)));
  EXPECT_TRUE(reader.is_synced(slot_of(btc, channel::book)));
  EXPECT_FALSE(reader.is_synced(slot_of(eth, channel::ticker)));
  EXPECT_TRUE(read_snapshot(tick(eth, 2), 1)) << "no longer meant for others";
  EXPECT_TRUE(reader.is_synced(slot_of(eth, channel::ticker)));
}

TEST_F(intake_of, of_a_message_seen_in_part_only_the_rest_is_new) {
  read(btc, channel::trades, {.epoch = 1, .sequence = 1}, {print(btc, 1), print(btc, 2)});
  read(btc, channel::trades, {.epoch = 1, .sequence = 2}, {print(btc, 2), print(btc, 3)});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(std::get<trade>(events[0].body).at, units(3));
}

TEST_F(intake_of, a_definition_of_another_instrument_is_refused) {
  auto foreign = status(btc, instrument_state::listed);
  std::get<instrument_status>(foreign.body).definition =
      std::make_shared<instrument>(instrument{.symbol = "ETH-PERPETUAL", .info = instruments.at(eth).info});
  read(foreign, 1);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(reader.counts().malformed, 1u);
}

TEST_F(intake_of, a_forgotten_topic_is_new_again) {
  read_snapshot(whole_book(btc, 100), 5);
  reader.forget(slot_of(btc, channel::book));
  EXPECT_EQ(read_snapshot(whole_book(btc, 100), 5)->order.kind, continuity::first);
}

TEST_F(intake_of, a_snapshot_that_is_sent_on_carries_the_position) {
  read_snapshot(whole_book(btc, 100), 5, 3);
  read(btc, channel::book, {.epoch = 3, .sequence = 6}, {bid_change(btc, 1, 1), bid_change(btc, 1, 2)});
  EXPECT_EQ(reader.snapshot_header(slot_of(btc, channel::book)),
            (wire::market_header{.epoch = 3, .sequence = 7, .is_snapshot = true}));
}

} // namespace
