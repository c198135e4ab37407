#include "recorder/tape.hpp"

#include "book/order_book.hpp"
#include "folder_kit.hpp"

using namespace feed_kit;
using namespace std::chrono_literals;
using recorder::tape;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

struct tape_test : recordings {
  recorder::tape_settings how{.folder = folder / "", .min_free_bytes = 1'000};
  std::int64_t now = noon;

  tape make() { return {how, disk, instruments}; }
  /// The best bid of every book and ticker, in order.
  static std::vector<std::int64_t> bids(const std::vector<market_event>& events) {
    std::vector<std::int64_t> out;
    for (const auto& x : events)
      if (!std::holds_alternative<book_change>(x.body)) out.push_back(best_bid(x));
    return out;
  }
};

TEST_F(tape_test, a_name_tells_start_and_number_and_sorts_by_time) {
  EXPECT_EQ(recorder::recording_name("md", noon + 888'123'456'789, 7, true), "md-20261122T121448Z-000007.jsonl.zst");
  EXPECT_EQ(recorder::recording_name("md", noon, 1, false), "md-20261122T120000Z-000001.jsonl");
}

TEST_F(tape_test, what_was_flushed_can_be_read_while_it_records) {
  auto to = make();
  ASSERT_TRUE(to.start(now));
  to.write(tick(btc, 100, now));
  to.flush(now);
  to.write(tick(btc, 101, now));
  EXPECT_THAT(bids(read(files())), ElementsAre(100));
  EXPECT_THAT(listed(), SizeIs(0));
}

TEST_F(tape_test, the_end_of_a_file_is_listed_with_what_it_holds) {
  auto to = make();
  to.start(now);
  to.write(tick(btc, 100, now));
  to.write(print(btc, 100, now + 5));
  to.write({.strategy = "s", .client_id = "c", .update = {.instrument = btc}});
  to.count_gap(3);
  to.stop();
  ASSERT_THAT(listed(), SizeIs(1));
  const auto x = listed()[0];
  EXPECT_EQ(x.file, "md-20261122T120000Z-000001.jsonl.zst");
  EXPECT_TRUE(x.complete);
  EXPECT_EQ(x.counts, (journal::recording_counts{
                          .first_ns = now, .last_ns = now + 5, .events = 2, .channels = {1, 0, 1, 0}, .orders = 1}));
  EXPECT_EQ(x.gaps, 1U);
  EXPECT_EQ(x.lost, 3U);
  EXPECT_EQ(x.bytes, std::filesystem::file_size(files()[0]));
  EXPECT_EQ((*journal::recover(files()[0]))->hash, x.hash);
}

TEST_F(tape_test, files_are_made_durable_as_often_as_asked_for) {
  using recorder::sync_policy;
  // the manifest once, for the file listed; the file: never; at its end; at its begin, with each flush and at its end
  for (const auto& [policy, syncs] :
       {std::pair{sync_policy::never, 1}, std::pair{sync_policy::rotate, 2}, std::pair{sync_policy::interval, 5}}) {
    how.fsync = policy;
    disk.syncs = 0;
    auto to = make();
    to.start(now);
    for (int i = 0; i < 2; ++i) {
      to.write(tick(btc, 100, now));
      to.flush(now);
    }
    to.stop();
    EXPECT_EQ(disk.syncs, syncs) << to_text(policy);
  }
}

TEST_F(tape_test, a_new_hour_begins_a_file_with_all_that_is_known) {
  auto to = make();
  now += std::chrono::nanoseconds{59min}.count();
  to.start(now);
  to.write(whole_book(btc, 100, now));
  to.write(bid_change(btc, 99, 7, now));
  to.write(tick(eth, 50, now - 5));
  to.write(status(option, instrument_state::halted));
  to.flush(noon + std::chrono::nanoseconds{1h}.count() - 1);
  ASSERT_THAT(files(), SizeIs(1));
  to.flush(noon + std::chrono::nanoseconds{1h}.count());
  ASSERT_THAT(files(), SizeIs(2));
  EXPECT_THAT(files()[1].string(), HasSubstr("md-20261122T130000Z-000002"));

  const auto head = read({files()[1]});
  ASSERT_THAT(head, SizeIs(3));
  const auto& book = std::get<book_snapshot>(head[0].body);
  EXPECT_EQ(head[0].instrument, btc);
  EXPECT_THAT(book.bids, ElementsAre(book_level{units(99), lots(7)}, book_level{units(100), lots(1)}));
  EXPECT_EQ(best_bid(head[1]), 50);
  EXPECT_EQ(std::get<instrument_status>(head[2].body).state, instrument_state::halted);
  for (const auto& x : head) EXPECT_EQ(x.venue_ns, now); // not before what led to it
}

TEST_F(tape_test, files_that_are_read_together_give_the_same_books_in_the_same_order) {
  how.rotate_bytes = 1; // every flush begins a file
  auto to = make();
  to.start(now);
  std::vector<market_event> sent{whole_book(btc, 100, now), whole_book(eth, 50, now + 2)};
  for (std::int64_t i = 0; i < 20; ++i) sent.push_back(bid_change(i % 3 == 0 ? eth : btc, 40 - i, i + 1, now + 3 * i));
  for (const auto& x : sent) {
    to.write(x);
    to.flush(now);
  }
  to.stop();
  ASSERT_GT(files().size(), 20U);

  std::map<instrument_id, order_book> expected, got;
  for (const auto& x : sent)
    if (const auto* all = std::get_if<book_snapshot>(&x.body))
      expected[x.instrument].apply(*all);
    else
      expected[x.instrument].apply(std::get<book_change>(x.body));
  std::size_t changes = 0;
  for (const auto& x : read(files())) {
    if (const auto* all = std::get_if<book_snapshot>(&x.body)) {
      got[x.instrument].apply(*all);
      continue;
    }
    const auto& next = sent[2 + changes++];
    EXPECT_EQ(x.venue_ns, next.venue_ns);
    EXPECT_EQ(std::get<book_change>(x.body), std::get<book_change>(next.body));
    got[x.instrument].apply(std::get<book_change>(x.body));
  }
  EXPECT_EQ(changes, 20U);
  for (const auto id : {btc, eth}) EXPECT_TRUE(std::ranges::equal(got[id].bids(), expected[id].bids()));
}

TEST_F(tape_test, a_full_disk_stops_it_and_with_room_it_goes_on_with_what_it_knows) {
  auto to = make();
  to.start(now);
  to.write(whole_book(btc, 100, now));
  to.flush(now);
  disk.room = 3;
  to.write(bid_change(btc, 99, 7, now + 1));
  to.flush(now);
  EXPECT_FALSE(to.is_recording());
  ASSERT_TRUE(to.fault());
  EXPECT_THAT(to.fault()->text, HasSubstr("No space left"));
  EXPECT_EQ(to.counts().dropped, 1U); // it was in memory
  to.write(bid_change(btc, 98, 8, now + 2));
  EXPECT_FALSE(to.start(now));
  EXPECT_EQ(to.counts().dropped, 2U);

  disk.room = UINT64_MAX;
  ASSERT_TRUE(to.start(now + ns_per_s));
  EXPECT_FALSE(to.fault());
  to.stop();
  ASSERT_THAT(files(), SizeIs(2));
  EXPECT_THAT(
      std::get<book_snapshot>(read({files()[1]}).at(0).body).bids,
      ElementsAre(book_level{units(98), lots(8)}, book_level{units(99), lots(7)}, book_level{units(100), lots(1)}));
  ASSERT_THAT(listed(), SizeIs(2));
  EXPECT_EQ(listed()[0].counts.events, 1U);
  EXPECT_EQ(listed()[0].gaps, 0U);
  EXPECT_TRUE(listed()[0].complete);
  EXPECT_EQ(listed()[1].gaps, 1U); // one outage, however often it was tried
  EXPECT_EQ(listed()[1].lost, 2U);
}

TEST_F(tape_test, a_tail_that_could_not_be_cut_is_cut_when_the_disk_is_back) {
  auto to = make();
  to.start(now);
  to.write(tick(btc, 100, now));
  to.flush(now);
  const auto whole = std::filesystem::file_size(files()[0]);
  disk.can_truncate = false;
  disk.room = 20;
  to.write(tick(btc, 101, now));
  to.flush(now);
  EXPECT_GT(std::filesystem::file_size(files()[0]), whole);
  EXPECT_THAT(listed(), SizeIs(0));
  disk.can_truncate = true;
  disk.room = UINT64_MAX;
  ASSERT_TRUE(to.start(now));
  ASSERT_THAT(listed(), SizeIs(1));
  EXPECT_EQ(listed()[0].bytes, whole);
  EXPECT_EQ(std::filesystem::file_size(files()[0]), whole);
  EXPECT_EQ(listed()[0].counts.events, 1U);
}

TEST_F(tape_test, it_stops_before_the_disk_is_full_and_resumes_with_a_little_more_room) {
  auto to = make();
  to.start(now);
  to.write(tick(btc, 100, now));
  disk.free = 999;
  to.flush(now);
  EXPECT_FALSE(to.is_recording());
  EXPECT_THAT(to.fault()->text, HasSubstr("min_free_mb"));
  EXPECT_THAT(listed(), SizeIs(1));
  EXPECT_EQ(to.counts().dropped, 0U);
  disk.free = 1'000;
  EXPECT_FALSE(to.start(now)); // or it would go on and off
  disk.free = 1'125;
  EXPECT_TRUE(to.start(now));
}

TEST_F(tape_test, what_a_dead_process_left_is_mended_listed_and_not_written_to) {
  {
    auto dead = make();
    dead.start(now);
    dead.write(tick(btc, 100, now));
    dead.flush(now);
    dead.write(tick(btc, 101, now));
  } // neither flushed nor stopped
  std::ofstream{files()[0], std::ios::app} << "\x28\xB5\x2F\xFD torn";
  auto to = make();
  ASSERT_TRUE(to.start(now)) << to.fault()->text;
  const auto found = to.take_recovered();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found[0].complete);
  EXPECT_EQ(found[0].counts.events, 1U);
  EXPECT_EQ(found[0].gaps, std::nullopt);
  EXPECT_EQ(listed(), found);
  to.write(tick(btc, 102, now));
  to.stop();
  ASSERT_THAT(files(), SizeIs(2));
  EXPECT_THAT(files()[1].string(), HasSubstr("-000002."));
  EXPECT_THAT(bids(read({files()[0]})), ElementsAre(100));
  EXPECT_THAT(bids(read({files()[1]})), ElementsAre(102));
}

TEST_F(tape_test, another_process_in_the_folder_is_a_fault_and_not_a_mess) {
  auto first = make(), second = make();
  ASSERT_TRUE(first.start(now));
  first.write(tick(btc, 100, now));
  first.flush(now);
  EXPECT_FALSE(second.start(now));
  EXPECT_THAT(second.fault()->text, HasSubstr("another process"));
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(tape_test, a_file_in_which_nothing_was_recorded_does_not_stay) {
  auto to = make();
  to.start(now);
  to.flush(now);
  to.stop();
  EXPECT_THAT(files(), SizeIs(0));
  EXPECT_THAT(listed(), SizeIs(0));
}

TEST_F(tape_test, a_busy_second_is_written_in_pieces) {
  auto to = make();
  to.start(now);
  for (std::int64_t i = 0; i < 60'000; ++i) to.write(tick(btc, i, now));
  EXPECT_GT(to.counts().events, 20'000U); // without a flush
  to.stop();
  EXPECT_EQ(read(files()).size(), 60'000U);
}

} // namespace
