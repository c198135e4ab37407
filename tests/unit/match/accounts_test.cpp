#include "match/ledger.hpp"

#include <gtest/gtest.h>

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

struct accounts : testing::Test {
  instrument_registry registry;
  instrument_rules rules{registry, {}};
  ledger books{rules};
  instrument_id option = *registry.intern(venue::deribit, "BTC-27NOV26-90000-C");
  instrument_id perpetual = *registry.intern(venue::deribit, "BTC-PERPETUAL");
  instrument_id linear = *registry.intern(venue::derive, "ETH-PERP");

  void trade(instrument_id id, side of, price at, quantity size, money fee = {}, owner_id owner = 0) {
    books.book(owner, {.instrument = id, .side = of, .at = at, .size = size, .fee = fee});
  }
  std::string cash(std::size_t row = 0) { return to_string(books.balances().at(row).cash); }
  double equity(double mark) {
    return books.equity([mark](instrument_id) { return optional_double{mark}; }).at(0).equity;
  }
};

TEST_F(accounts, a_premium_is_paid_at_the_trade) {
  trade(option, side::buy, 0.05_px, 2_qty, {600'000});
  EXPECT_EQ(cash(), "-0.1006");
  EXPECT_DOUBLE_EQ(equity(0.06), 0.12 - 0.1006);
}

TEST_F(accounts, a_future_moves_only_its_fee_until_it_is_closed) {
  trade(linear, side::buy, 3000_px, 2_qty, {1'000'000'000});
  EXPECT_EQ(cash(), "-1");
  EXPECT_DOUBLE_EQ(equity(3100), 199);
  trade(linear, side::sell, 3100_px, 1_qty);
  EXPECT_EQ(cash(), "99");
  EXPECT_EQ(to_string(books.of(0, linear).realized), "100");
}

TEST_F(accounts, a_coin_future_profits_in_coin) {
  trade(perpetual, side::buy, 50000_px, 100000_qty);
  EXPECT_NEAR(equity(80000), 0.75, 1e-9);
  trade(perpetual, side::sell, 80000_px, 100000_qty);
  EXPECT_EQ(cash(), "0.75");
}

TEST_F(accounts, a_trade_through_zero_closes_then_opens) {
  trade(linear, side::buy, 100_px, 2_qty);
  trade(linear, side::sell, 110_px, 5_qty);
  const auto& h = books.of(0, linear);
  EXPECT_EQ(cash(), "20");
  EXPECT_EQ(h.size, -(3_qty));
  EXPECT_DOUBLE_EQ(h.average_price(rules.of(linear)), 110);
  EXPECT_EQ(h.bought, 2_qty);
  EXPECT_EQ(h.sold, 5_qty);
}

TEST_F(accounts, the_average_price_of_a_coin_future_is_harmonic) {
  trade(perpetual, side::buy, 40000_px, 40000_qty);
  trade(perpetual, side::buy, 60000_px, 60000_qty);
  EXPECT_DOUBLE_EQ(books.of(0, perpetual).average_price(rules.of(perpetual)), 50000);
}

TEST_F(accounts, without_a_mark_the_cost_counts) {
  trade(option, side::buy, 0.05_px, 2_qty);
  trade(linear, side::buy, 3000_px, 2_qty);
  for (const auto& row : books.equity([](instrument_id) { return optional_double{}; })) EXPECT_DOUBLE_EQ(row.equity, 0);
}

TEST_F(accounts, owners_venues_and_currencies_are_kept_apart) {
  trade(option, side::buy, 0.05_px, 2_qty);
  trade(linear, side::buy, 3000_px, 2_qty, {5});
  trade(option, side::sell, 0.05_px, 2_qty, {}, 1);
  const auto all = books.balances();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(to_string(all[0].cash), "-0.1");
  EXPECT_EQ(all[1].at, venue::derive);
  EXPECT_EQ(to_string(all[2].cash), "0.1");
}

TEST_F(accounts, a_rebate_raises_cash) {
  trade(linear, side::buy, 3000_px, 2_qty, {-7});
  EXPECT_EQ(cash(), "0.000000007");
}

TEST_F(accounts, pro_rata_cost_leaves_nothing_when_flat) {
  trade(linear, side::buy, 100.01_px, 3_qty);
  trade(linear, side::buy, 100.03_px, 4_qty);
  for (int i = 0; i < 7; ++i) trade(linear, side::sell, 100_px, 1_qty);
  EXPECT_EQ(books.of(0, linear).cost, money{});
  EXPECT_EQ(cash(), "-0.15");
}

TEST_F(accounts, an_unknown_holding_is_empty) { EXPECT_EQ(books.of(9, option).size, 0_qty); }

TEST_F(accounts, each_visits_by_owner_then_instrument) {
  trade(linear, side::buy, 1_px, 1_qty, {}, 1);
  trade(option, side::buy, 1_px, 1_qty, {}, 1);
  trade(linear, side::buy, 1_px, 1_qty, {}, 0);
  std::vector<std::pair<owner_id, instrument_id>> seen;
  books.each([&](owner_id owner, instrument_id id, const holding&) { seen.emplace_back(owner, id); });
  EXPECT_EQ(seen, (std::vector<std::pair<owner_id, instrument_id>>{{0, linear}, {1, option}, {1, linear}}));
}

} // namespace
