#include "deribit_kit.hpp"

#include "book/order_book.hpp"

#include <fstream>
#include <map>
#include <random>

using namespace strike;
using namespace strike::gateway_deribit::test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct deribit_events : session_kit {
  const std::string book_channel = "book.BTC-PERPETUAL.100ms";

  void join(channel what) {
    open_ready();
    tested->want({slot_of(btc, what)}, now);
    settle();
  }
  const book_change& change(std::size_t i) const { return std::get<book_change>(port.events.at(i).body); }
};

TEST_F(deribit_events, a_ticker_carries_both_times) {
  join(channel::ticker);
  notify("ticker.BTC-PERPETUAL.100ms", R"({"timestamp":1700000000123,"best_bid_price":1.5,"best_bid_amount":2})");
  ASSERT_THAT(port.events, SizeIs(1));
  const auto& x = port.events[0];
  EXPECT_EQ(x.venue_ns, 1'700'000'000'123 * ns_per_ms);
  EXPECT_EQ(x.recv_ns, now.wall_ns);
  EXPECT_EQ(x.instrument, btc);
  EXPECT_EQ(x.state, trust::live);
  EXPECT_EQ(std::get<ticker>(x.body).best_bid, 1.5_px);
}

TEST_F(deribit_events, a_book_follows_its_chain) {
  join(channel::book);
  notify(book_channel, book("snapshot", 700, 0, R"([["new",10,5]])", R"([["new",11,5]])"));
  notify(book_channel, book("change", 743, 700, R"([["change",10,7]])"));
  notify(book_channel, book("change", 743, 700, R"([["change",10,9]])")); // came before
  ASSERT_THAT(port.events, SizeIs(2));
  EXPECT_EQ(std::get<book_snapshot>(port.events[0].body).sequence, 700U);
  EXPECT_EQ(change(1), (book_change{743, 700, {{10_px, 7_qty}}, {}}));
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::duplicate, "book")));
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(deribit_events, a_gap_is_told_at_once_and_mended_by_leaving_and_joining) {
  join(channel::book);
  notify(book_channel, book("snapshot", 700, 0, R"([["new",10,5]])"));
  notify(book_channel, book("change", 900, 800, R"([["new",9,1]])"));
  ASSERT_THAT(port.events, SizeIs(2));
  EXPECT_EQ(port.events[1].state, trust::resyncing);
  EXPECT_EQ(change(1), book_change{});
  const auto leave = take("public/unsubscribe");
  EXPECT_THAT(leave.channels(), ElementsAre(book_channel));
  notify(book_channel, book("change", 950, 900, R"([["new",8,1]])")); // no storm
  EXPECT_THAT(port.events, SizeIs(2));
  EXPECT_THAT(take(), IsEmpty());
  accept(leave);
  const auto again = take("public/subscribe");
  EXPECT_THAT(again.channels(), ElementsAre(book_channel));
  notify(book_channel, book("snapshot", 1'000, 0, R"([["new",10,5]])")); // it may come before the answer
  accept(again);
  notify(book_channel, book("change", 1'001, 1'000, R"([["new",9,1]])"));
  ASSERT_THAT(port.events, SizeIs(4));
  EXPECT_EQ(port.events[2].state, trust::live);
  EXPECT_EQ(port.events[3].state, trust::live);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::gap, "prev_change_id")));
  EXPECT_TRUE(tested->is_settled());
}

TEST_F(deribit_events, a_change_that_names_no_predecessor_and_one_before_any_snapshot_are_gaps) {
  join(channel::book);
  notify(book_channel, book("change", 5, 4, "[]"));
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::gap, "no snapshot")));
  EXPECT_EQ(port.events.at(0).state, trust::resyncing);
}

TEST_F(deribit_events, a_crossed_book_is_resynced_once_and_then_only_not_trusted) {
  join(channel::book);
  notify(book_channel, book("snapshot", 1, 0, R"([["new",10,5]])", R"([["new",11,5]])"));
  notify(book_channel, book("change", 2, 1, R"([["new",12,5]])"));
  EXPECT_EQ(port.events.back().state, trust::resyncing);
  settle(); // left and joined
  notify(book_channel, book("snapshot", 3, 0, R"([["new",12,5]])", R"([["new",11,5]])"));
  EXPECT_EQ(port.events.back().state, trust::resyncing);
  EXPECT_THAT(take(), IsEmpty());
  notify(book_channel, book("change", 4, 3, R"([["delete",12,0]])"));
  EXPECT_EQ(port.events.back().state, trust::live);
}

TEST_F(deribit_events, many_gaps_at_once_cost_the_socket) {
  how.many_gaps = 3;
  open_ready();
  std::vector<feed::slot> topics;
  for (int i = 0; i < 3; ++i)
    topics.push_back(
        slot_of(*names.intern(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i)), channel::book));
  tested->want(topics, now);
  settle();
  for (int i = 0; i < 3 && port.ends.empty(); ++i)
    notify(fmt::format("book.BTC-27NOV26-{}-C.100ms", 10'000 + i), book("change", 5, 4, "[]"));
  EXPECT_THAT(port.ends, ElementsAre("3 books lost data"));
}

TEST_F(deribit_events, trades_come_once_and_gaps_are_noted) {
  join(channel::trades);
  for (const auto x : {7U, 8U, 8U, 10U}) receive(trade_frame(x));
  std::vector<std::string> ids;
  for (const auto& x : port.events) ids.push_back(std::get<trade>(x.body).id);
  EXPECT_THAT(ids, ElementsAre("t7", "t8", "t10"));
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::duplicate, "trade"), noted(oddity::gap, "trade_seq")));
  EXPECT_THAT(heard, ElementsAre("BTC-PERPETUAL missed 9 to 9"));
  fake_session_port second_port; // what one socket had, another does not bring again
  gateway_deribit::session second{*shared, second_port};
  second.opened(now);
  second.want({slot_of(btc, channel::trades)}, now);
  second.received(trade_frame(10), now);
  EXPECT_THAT(second_port.events, IsEmpty());
}

TEST_F(deribit_events, trades_that_nobody_wanted_are_not_missed) {
  join(channel::trades);
  receive(trade_frame(7));
  tested->unwant({slot_of(btc, channel::trades)}, now);
  tested->want({slot_of(btc, channel::trades)}, now);
  settle();
  receive(trade_frame(5'000));
  EXPECT_THAT(heard, IsEmpty());
  EXPECT_EQ(port.events.size(), 2U);
}

TEST_F(deribit_events, a_malformed_book_message_is_a_gap_and_a_malformed_ticker_only_lost) {
  join(channel::book);
  notify(book_channel, book("snapshot", 1, 0, R"([["new",10,5]])"));
  notify(book_channel, book("change", 2, 1, R"([["new","x"]])"));
  EXPECT_EQ(port.events.back().state, trust::resyncing);
  EXPECT_THAT(port.notes, ElementsAre(noted(oddity::malformed, "book"), noted(oddity::gap, "malformed")));
}

/// Against a model that keeps every message and replays the chain from the last snapshot.
TEST_F(deribit_events, published_books_equal_a_slow_model_on_random_chains) {
  join(channel::book);
  std::mt19937_64 random{5};
  std::uint64_t id = 10;
  std::map<int, int> truth; // bids
  order_book seen;
  const auto apply_new = [&] {
    for (; !port.events.empty(); port.events.erase(port.events.begin())) {
      const auto& x = port.events.front();
      if (const auto* whole = std::get_if<book_snapshot>(&x.body)) seen.apply(*whole);
      if (const auto* part = std::get_if<book_change>(&x.body)) {
        if (x.state == trust::live)
          EXPECT_EQ(seen.apply(*part), book_result::applied);
        else
          seen.distrust(x.state);
      }
    }
  };
  const auto whole = [&] {
    std::string levels;
    for (const auto& [at, size] : truth)
      levels += fmt::format(R"({}["new",{},{}])", levels.empty() ? "" : ",", at, size);
    notify(book_channel, book("snapshot", id, 0, "[" + levels + "]"));
  };
  whole();
  for (int step = 0; step < 3'000; ++step) {
    const int at = static_cast<int>(random() % 20) + 1, size = static_cast<int>(random() % 5);
    const auto previous = id;
    id += 1 + random() % 1'000;
    if (size == 0)
      truth.erase(at);
    else
      truth[at] = size;
    const bool is_lost = random() % 20 == 0;
    if (!is_lost) notify(book_channel, book("change", id, previous, fmt::format(R"([["change",{},{}]])", at, size)));
    for (const auto& x : take()) {
      accept(x);
      if (x.method == "public/subscribe") whole();
    }
    pass(1s);
    for (const auto& x : take()) {
      accept(x);
      if (x.method == "public/subscribe") whole();
    }
    apply_new();
    if (is_lost || seen.state() != trust::live) continue;
    if (seen.sequence() != id) continue; // a lost change that nothing has followed yet
    ASSERT_EQ(seen.bids().size(), truth.size()) << step;
    auto level = seen.bids().begin();
    for (const auto& [price_now, size_now] : truth) {
      ASSERT_EQ(level->at, price{price_now * nanos_per_unit});
      ASSERT_EQ(level->size, quantity{size_now * nanos_per_unit});
      ++level;
    }
  }
  EXPECT_GT(seen.epoch(), 20U);
}

TEST_F(deribit_events, a_changed_recording_never_stops_the_session) {
  open_ready();
  std::vector<std::string> lines;
  std::ifstream in{std::string{STRIKE_TEST_DATA} + "/deribit/ws_session_2021_btc_options.jsonl"};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_FALSE(lines.empty());
  how.rules = {{"BTC", true, "raw"}};
  std::mt19937_64 random{3};
  for (int round = 0; round < 20'000; ++round) {
    auto x = lines[random() % lines.size()];
    if (random() % 3 != 0) x[random() % x.size()] = static_cast<char>(random() % 128);
    deribit::pad(x);
    tested->received(x, now);
  }
  EXPECT_THAT(port.ends, IsEmpty());
}

} // namespace
