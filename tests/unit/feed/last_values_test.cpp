#include "feed/last_values.hpp"

#include "feed_kit.hpp"

using namespace feed_kit;

namespace {

struct last_values_of : names {
  last_values values;
};

TEST_F(last_values_of, keep_the_last_ticker_and_status) {
  values.apply(tick(btc, 100));
  values.apply(tick(btc, 200, 7));
  values.apply(status(btc, instrument_state::halted));
  EXPECT_EQ(best_bid(*values.snapshot(slot_of(btc, channel::ticker))), 200);
  EXPECT_EQ(values.snapshot(slot_of(btc, channel::ticker))->venue_ns, 7);
  EXPECT_EQ(std::get<instrument_status>(values.snapshot(slot_of(btc, channel::status))->body).state,
            instrument_state::halted);
  EXPECT_FALSE(values.snapshot(slot_of(eth, channel::ticker)));
}

TEST_F(last_values_of, keep_no_trades) {
  values.apply(print(btc, 100));
  EXPECT_FALSE(values.has(slot_of(btc, channel::trades)));
  EXPECT_FALSE(values.snapshot(slot_of(btc, channel::trades)));
}

TEST_F(last_values_of, a_book_is_its_snapshot_and_the_changes_since) {
  values.apply(whole_book(btc, 100));
  values.apply(bid_change(btc, 100, 5, 9));
  const auto got = *values.snapshot(slot_of(btc, channel::book));
  const auto& book = std::get<book_snapshot>(got.body);
  EXPECT_EQ(book.bids.at(0).size, lots(5));
  EXPECT_EQ(book.asks.at(0).at, units(101));
  EXPECT_EQ(got.venue_ns, 9);
}

TEST_F(last_values_of, a_book_that_is_not_live_gives_no_snapshot_until_a_new_one_came) {
  const auto which = slot_of(btc, channel::book);
  values.apply(bid_change(btc, 100, 5));
  EXPECT_FALSE(values.snapshot(which)) << "changes alone are no book";
  values.apply(whole_book(btc, 100));
  auto marked = bid_change(btc, 100, 7);
  marked.state = trust::resyncing;
  values.apply(marked);
  EXPECT_FALSE(values.snapshot(which));
  EXPECT_FALSE(values.is_live(which));
  values.apply(whole_book(btc, 300));
  EXPECT_EQ(best_bid(*values.snapshot(which)), 300);
  values.distrust(which, trust::stale);
  EXPECT_FALSE(values.snapshot(which));
}

TEST_F(last_values_of, a_distrusted_ticker_says_so) {
  const auto which = slot_of(btc, channel::ticker);
  values.distrust(which, trust::stale);
  values.apply(tick(btc, 100));
  EXPECT_TRUE(values.is_live(which));
  values.distrust(which, trust::stale);
  EXPECT_EQ(values.snapshot(which)->state, trust::stale);
  values.apply(tick(btc, 101));
  EXPECT_EQ(values.snapshot(which)->state, trust::live);
}

} // namespace
