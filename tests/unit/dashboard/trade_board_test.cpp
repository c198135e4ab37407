#include "dashboard/trade_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace strike::dashboard {
namespace {

using namespace strike::literals;
using testing::DoubleNear;
using testing::SizeIs;

struct trade_board_test : testing::Test {
  instrument_registry names;
  instrument_rules rules{names, {}};
  trade_board board{names, rules, {.most_strategies = 3, .most_final_orders = 4, .most_fills = 5}};
  instrument_id linear = names.intern(venue::derive, "BTC-PERP").value();
  instrument_id coin = names.intern(venue::deribit, "BTC-PERPETUAL").value();
  instrument_id call = names.intern(venue::deribit, "BTC-27NOV26-90000-C").value();
  std::uint64_t sequence = 0, epoch = 7;
  std::int64_t now_ns = 1'000;

  template <class Body> bool tell(Body body, const std::string& strategy = "gamma") {
    wire::order_update_message made;
    made.header.epoch = epoch;
    made.header.sequence = ++sequence;
    made.header.strategy = strategy;
    made.body = std::move(body);
    return board.take(made, now_ns);
  }
  static wire::order_change change(const std::string& id, instrument_id instrument, order_state state) {
    wire::order_change made;
    made.client_id = id;
    made.update.instrument = instrument;
    made.update.state = state;
    return made;
  }
  static wire::order_change filled(const std::string& id, instrument_id instrument, side at, price price_of,
                                   quantity size, money fee = {}) {
    auto made = change(id, instrument, order_state::filled);
    made.update.filled = size;
    made.update.execution = fill{.side = at, .at = price_of, .size = size, .fee = fee};
    return made;
  }
  /// What the strategy holds, by instrument.
  std::map<instrument_id, quantity> held(const std::string& strategy = "gamma") const {
    std::map<instrument_id, quantity> made;
    for (const auto& x : board.positions())
      if (*x.strategy == strategy && x.held->size != quantity{}) made[x.instrument] = x.held->size;
    return made;
  }
};

TEST_F(trade_board_test, follows_an_order_through_its_life) {
  auto open = change("g-1", linear, order_state::open);
  open.update.remaining = 2_qty;
  open.terms = wire::order_terms{side::sell, order_type::limit, 90'000_px};
  tell(open);
  const auto& row = board.orders().at({"gamma", "g-1"});
  EXPECT_EQ(row.state, order_state::open);
  EXPECT_EQ(row.terms, open.terms);
  tell(change("g-1", linear, order_state::cancelled));
  EXPECT_EQ(row.state, order_state::cancelled);
  EXPECT_EQ(row.terms, open.terms) << "a later change that does not repeat them takes nothing away";
}

TEST_F(trade_board_test, adds_fills_up_to_positions_and_profit) {
  tell(filled("1", linear, side::buy, 89'000_px, 2_qty, {5'000'000'000}));
  tell(filled("2", linear, side::sell, 90'000_px, 1_qty, {5'000'000'000}));
  EXPECT_THAT(board.fills(), SizeIs(2));
  EXPECT_EQ(held().at(linear), 1_qty);
  const auto rows = board.profits([](instrument_id) { return optional_double{91'000.0}; });
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].at, venue::derive);
  EXPECT_DOUBLE_EQ(rows[0].realized, 1'000);
  EXPECT_DOUBLE_EQ(rows[0].unrealized, 2'000);
  EXPECT_DOUBLE_EQ(rows[0].fees, 10);
  EXPECT_DOUBLE_EQ(rows[0].total, 2'990);
  EXPECT_DOUBLE_EQ(board.profits([](instrument_id) { return optional_double{}; })[0].total, 990) << "at cost";
}

TEST_F(trade_board_test, reckons_what_is_settled_in_coin_in_coin) {
  tell(filled("1", coin, side::sell, 90'000_px, 45'000_qty));
  tell(filled("2", call, side::buy, 0.04_px, 2_qty));
  for (const auto& x :
       board.profits([&](instrument_id id) { return optional_double{id == coin ? 100'000.0 : 0.05}; })) {
    EXPECT_EQ(x.currency, "BTC");
    EXPECT_THAT(x.unrealized, DoubleNear(45'000.0 / 100'000 - 0.5 + 0.02, 1e-9));
  }
}

TEST_F(trade_board_test, ignores_what_it_has_seen_and_what_an_exec_of_before_says) {
  tell(filled("1", linear, side::buy, 1_px, 1_qty));
  sequence = 0;
  tell(filled("1", linear, side::buy, 1_px, 1_qty));
  epoch = 6, sequence = 50;
  tell(filled("2", linear, side::buy, 1_px, 1_qty));
  EXPECT_EQ(held().at(linear), 1_qty);
}

TEST_F(trade_board_test, asks_for_the_account_when_something_was_missed) {
  EXPECT_FALSE(tell(filled("1", linear, side::buy, 1_px, 1_qty))) << "from the first message on nothing is missed";
  sequence += 2;
  EXPECT_TRUE(tell(filled("4", linear, side::buy, 1_px, 1_qty)));
  EXPECT_EQ(board.counts().gaps, 1U);
  EXPECT_EQ(board.counts().lost, 2U);
  EXPECT_FALSE(board.strategies().at("gamma").is_whole);
  EXPECT_FALSE(tell(change("5", linear, order_state::open))) << "it was asked just now";
  now_ns += 6'000'000'000;
  EXPECT_TRUE(tell(change("5", linear, order_state::open))) << "nobody answered";
  --sequence; // a snapshot carries the sequence of the message before it
  wire::account_snapshot account;
  account.positions = {{linear, 5_qty, 2.0}};
  EXPECT_FALSE(tell(account));
  EXPECT_TRUE(board.strategies().at("gamma").is_whole);
  EXPECT_EQ(held().at(linear), 5_qty);
}

TEST_F(trade_board_test, joins_late_with_what_an_account_holds) {
  sequence = 40;
  now_ns = 5'000;
  auto open = change("g-9", coin, order_state::open);
  open.update.remaining = 10_qty;
  wire::account_snapshot account;
  account.orders = {open};
  account.positions = {{linear, {-2 * nanos_per_unit}, 90'000.0}};
  EXPECT_FALSE(tell(account));
  EXPECT_EQ(board.strategies().at("gamma").since_ns, 5'000);
  EXPECT_EQ(held().at(linear), -2_qty);
  EXPECT_EQ(board.orders().at({"gamma", "g-9"}).state, order_state::open);
  const auto rows = board.profits([](instrument_id) { return optional_double{89'000.0}; });
  EXPECT_DOUBLE_EQ(rows[0].total, 2'000) << "from the average price that exec told";
}

TEST_F(trade_board_test, keeps_its_profit_when_a_snapshot_says_nothing_new) {
  tell(filled("1", linear, side::buy, 89'000_px, 2_qty));
  tell(filled("2", linear, side::sell, 90'000_px, 1_qty));
  --sequence;
  wire::account_snapshot account;
  account.positions = {{linear, 1_qty, 89'000.0}};
  tell(account);
  EXPECT_DOUBLE_EQ(board.profits([](instrument_id) { return optional_double{89'000.0}; })[0].realized, 1'000);
}

TEST_F(trade_board_test, closes_orders_whose_end_was_missed) {
  tell(change("lost", linear, order_state::open));
  tell(change("kept", linear, order_state::open));
  wire::account_snapshot account;
  account.orders = {change("kept", linear, order_state::open)};
  tell(account);
  EXPECT_EQ(board.orders().at({"gamma", "lost"}).state, order_state::cancelled);
  EXPECT_EQ(board.orders().at({"gamma", "kept"}).state, order_state::open);
}

TEST_F(trade_board_test, remembers_how_large_an_order_was_that_is_over) {
  auto order = change("1", linear, order_state::open);
  const auto size = [&] { return board.orders().at({"gamma", "1"}).size; };
  order.update.remaining = 5_qty;
  tell(order);
  order.update.remaining = 3_qty; // amended
  tell(order);
  EXPECT_EQ(size(), 3_qty);
  order.update.filled = 1_qty, order.update.remaining = 2_qty;
  tell(order);
  order.update.state = order_state::cancelled, order.update.remaining = {};
  tell(order);
  EXPECT_EQ(size(), 3_qty);
  tell(filled("1", linear, side::buy, 1_px, 4_qty)); // more came to light
  EXPECT_EQ(size(), 4_qty);
}

TEST_F(trade_board_test, takes_a_settlement_out_of_the_positions) {
  tell(filled("1", call, side::buy, 0.04_px, 2_qty));
  wire::position_settled done;
  done.instrument = call;
  done.size = 2_qty;
  done.payoff = {100'000'000};
  tell(done);
  EXPECT_TRUE(held().empty());
  EXPECT_THAT(board.profits([](instrument_id) { return optional_double{}; })[0].realized, DoubleNear(0.02, 1e-9));
}

TEST_F(trade_board_test, does_not_grow_without_bound) {
  for (int i = 0; i < 50; ++i) tell(filled(std::to_string(i), linear, side::buy, 1_px, 1_qty));
  EXPECT_THAT(board.fills(), SizeIs(5));
  EXPECT_EQ(board.fills().back().number, 50U);
  EXPECT_THAT(board.orders(), SizeIs(4));
  EXPECT_EQ(held().at(linear), 50_qty) << "positions forget nothing";
  for (const auto* x : {"b", "c", "d", "e"}) tell(change("1", linear, order_state::open), x);
  EXPECT_THAT(board.strategies(), SizeIs(3));
  EXPECT_EQ(board.counts().refused, 2U);
}

TEST_F(trade_board_test, agrees_with_a_plain_sum_of_fills) {
  std::mt19937 random{5};
  std::map<instrument_id, std::int64_t> sums;
  const std::array all{linear, coin, call};
  for (int i = 0; i < 2'000; ++i) {
    const auto which = all[random() % 3];
    const auto at = random() % 2 == 0 ? side::buy : side::sell;
    const quantity size{static_cast<std::int64_t>(random() % 9 + 1) * nanos_per_unit};
    tell(filled(std::to_string(i), which, at, 3_px, size));
    sums[which] += at == side::buy ? size.nanos : -size.nanos;
  }
  std::erase_if(sums, [](const auto& x) { return x.second == 0; });
  const auto mine = held();
  ASSERT_EQ(mine.size(), sums.size());
  for (const auto& [id, sum] : sums) EXPECT_EQ(mine.at(id).nanos, sum);
}

} // namespace
} // namespace strike::dashboard
