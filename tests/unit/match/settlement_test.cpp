#include "venue_fixture.hpp"

#include "base/time.hpp"

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

constexpr std::int64_t minute = 60 * ns_per_s;

struct settles : venue_fixture {
  std::int64_t expiry = 0;

  void use(venue at, std::string_view symbol, price tick = 0.0001_px, quantity lot = 0.1_qty) {
    main = define(at, symbol, tick, lot);
    expiry = rules.of(main).info.expiry_ns;
    now = expiry - 2 * 60 * minute;
  }
  void buy(quantity size, price at) {
    send(main, touch({}, {}, at, 1'000'000_qty));
    ASSERT_EQ(state(place(limit(side::buy, at, size, time_in_force::ioc))), order_state::filled);
  }
  void sell(quantity size, price at) {
    send(main, touch(at, 1'000'000_qty, {}, {}));
    ASSERT_EQ(state(place(limit(side::sell, at, size, time_in_force::ioc))), order_state::filled);
  }
  void index(std::int64_t at, double value) { index(at, main, value); }
  void index(std::int64_t at, instrument_id id, double value) {
    now = at;
    ticker t;
    t.index = value;
    send(id, t);
  }
  void expire() {
    now = expiry;
    sim().advance(expiry);
    sane();
  }
  const settlement& only() const {
    static const settlement none;
    EXPECT_EQ(told.settlements.size(), 1U);
    return told.settlements.size() == 1 ? told.settlements[0] : none;
  }
  double cash() { return to_double(sim().accounts().balances().at(0).cash); }
};

TEST_F(settles, s1_an_inverse_call_pays_in_coin) {
  use(venue::deribit, "BTC-27NOV26-100000-C");
  buy(2_qty, 0.05_px);
  index(expiry - 30 * minute, 110'000);
  expire();
  EXPECT_NEAR(to_double(only().payoff), 0.181818, 5e-7);
  EXPECT_NEAR(cash(), 0.081818, 5e-7);
  EXPECT_EQ(sim().accounts().balances()[0].currency, "BTC");
}

TEST_F(settles, s2_the_delivery_price_is_the_average_over_the_window) {
  use(venue::deribit, "BTC_USDC-27NOV26-99500-C");
  buy(1_qty, 100_px);
  index(expiry - 60 * minute, 55'000); // before the window: does not count
  index(expiry - 30 * minute, 99'000);
  index(expiry - 15 * minute, 101'000);
  expire();
  EXPECT_DOUBLE_EQ(only().delivery, 100'000);
  EXPECT_EQ(to_string(only().payoff), "500");
}

struct s3 : settles {
  void SetUp() override {
    use(venue::polymarket, "123", 0.01_px, 1_qty);
    now = 1000;
    buy(100_qty, 0.40_px);
  }
  void resolve(double outcome) {
    send(main, instrument_status{.state = instrument_state::settled, .settlement = outcome});
  }
};
TEST_F(s3, yes_pays_one) {
  resolve(1);
  EXPECT_DOUBLE_EQ(cash(), 60);
}
TEST_F(s3, no_pays_nothing) {
  resolve(0);
  EXPECT_DOUBLE_EQ(cash(), -40);
}
TEST_F(s3, a_split_pays_half) {
  resolve(0.5);
  EXPECT_DOUBLE_EQ(cash(), 10);
}
TEST_F(s3, a_second_resolution_pays_nothing_more) {
  resolve(1);
  resolve(1);
  EXPECT_DOUBLE_EQ(cash(), 60);
}
TEST_F(s3, a_resolved_market_takes_no_orders) {
  resolve(1);
  EXPECT_EQ(last(place(limit(side::buy, 0.40_px, 1_qty))).reason, "polymarket:123 has expired");
}

TEST_F(settles, an_inverse_put_pays_in_coin) {
  use(venue::deribit, "BTC-27NOV26-100000-P");
  buy(2_qty, 0.05_px);
  index(expiry - minute, 80'000);
  expire();
  EXPECT_NEAR(to_double(only().payoff), 0.5, 1e-9);
}

TEST_F(settles, a_short_option_pays_its_buyer) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-P");
  sell(2_qty, 100_px);
  index(expiry - minute, 89'000);
  expire();
  EXPECT_EQ(to_string(only().payoff), "-2000");
  EXPECT_DOUBLE_EQ(cash(), -1800);
}

TEST_F(settles, the_value_before_the_window_holds_until_the_first_inside) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  index(expiry - 40 * minute, 98'000);
  index(expiry - 10 * minute, 101'000);
  expire();
  EXPECT_DOUBLE_EQ(only().delivery, 99'000);
  EXPECT_FALSE(warned(warning::old_index));
}

TEST_F(settles, an_index_older_than_the_window_is_used_with_a_warning) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  index(expiry - 31 * minute, 98'000);
  expire();
  EXPECT_DOUBLE_EQ(only().delivery, 98'000);
  EXPECT_TRUE(warned(warning::old_index));
}

TEST_F(settles, without_any_index_the_position_stays_and_it_warns) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  expire();
  EXPECT_TRUE(told.settlements.empty());
  EXPECT_TRUE(warned(warning::no_delivery_price));
  EXPECT_EQ(sim().accounts().of(0, main).size, 1_qty);
}

TEST_F(settles, another_instrument_of_the_coin_and_family_tells_the_index) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  const auto perpetual = define(venue::deribit, "BTC_USDC-PERPETUAL"),
             inverse = define(venue::deribit, "BTC-PERPETUAL");
  buy(1_qty, 100_px);
  index(expiry - 20 * minute, perpetual, 91'000);
  index(expiry - 10 * minute, inverse, 500'000);
  expire();
  EXPECT_DOUBLE_EQ(only().delivery, 91'000);
}

TEST_F(settles, open_orders_are_cancelled_first) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  const auto id = place(limit(side::buy, 50_px, 1_qty));
  index(expiry - minute, 91'000);
  expire();
  EXPECT_EQ(state(id), order_state::expired);
  EXPECT_EQ(last(id).reason, "instrument expired");
  EXPECT_EQ(sim().open_orders(), 0U);
}

TEST_F(settles, the_first_event_after_expiry_settles_too) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  index(expiry - minute, 91'000);
  index(expiry + minute, 200'000);
  EXPECT_DOUBLE_EQ(only().delivery, 91'000);
  EXPECT_EQ(only().venue_ns, expiry);
}

TEST_F(settles, the_venues_own_price_wins) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(1_qty, 100_px);
  index(expiry - minute, 91'000);
  now = expiry;
  send(main, instrument_status{.state = instrument_state::settled, .settlement = 92'500.0});
  expire();
  EXPECT_DOUBLE_EQ(only().delivery, 92'500);
}

TEST_F(settles, an_expired_instrument_takes_no_orders) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  now = expiry;
  EXPECT_EQ(last(place(limit(side::buy, 50_px, 1_qty))).reason, "deribit:BTC_USDC-27NOV26-90000-C has expired");
}

TEST_F(settles, a_delivery_fee_is_charged) {
  config.fees_for = [](const instrument&) {
    return fee_schedule{.rule = fee_rule::capped_premium, .delivery_rate = 0.00015_qty};
  };
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  buy(2_qty, 100_px);
  index(expiry - minute, 100'000);
  expire();
  EXPECT_EQ(to_string(only().fee), "30");
}

TEST_F(settles, an_inverse_future_closes_at_the_delivery_price) {
  use(venue::deribit, "BTC-27NOV26", 0.5_px, 10_qty);
  buy(100000_qty, 50000_px);
  index(expiry - minute, 80'000);
  expire();
  EXPECT_EQ(to_string(only().payoff), "0.75"); // 100000 / 50000 - 100000 / 80000
  EXPECT_DOUBLE_EQ(cash(), 0.75);
}

TEST_F(settles, every_owner_is_settled_in_order) {
  use(venue::deribit, "BTC_USDC-27NOV26-90000-C");
  send(main, touch({}, {}, 100_px, 100_qty));
  place(market(side::buy, 1_qty), 2);
  place(market(side::buy, 2_qty), 1);
  index(expiry - minute, 91'000);
  expire();
  ASSERT_EQ(told.settlements.size(), 2U);
  EXPECT_EQ(told.settlements[0].owner, 1U);
  EXPECT_EQ(told.settlements[1].owner, 2U);
}

struct funds : settles {
  void quote(double mark, double rate, double hours) {
    now += static_cast<std::int64_t>(hours * 3600e9);
    auto t = touch(10_px, 1000_qty, 10_px, 1000_qty);
    t.mark = mark, t.funding = rate;
    send(main, t);
  }
  double funding() { return to_double(sim().accounts().of(0, main).funding); }
};

TEST_F(funds, a_long_linear_perpetual_pays_a_positive_rate_on_its_value) {
  main = define(venue::derive, "ETH-PERP");
  quote(3000, 0.0001, 0);
  place(market(side::buy, 2_qty));
  quote(4000, 0.0005, 4);
  EXPECT_NEAR(funding(), -0.3, 1e-9); // 2 x 3000 x 0.0001 x 4/8: the old mark and rate
  quote(4000, 0.0005, 8);
  EXPECT_NEAR(funding(), -0.3 - 4, 1e-9);
}

TEST_F(funds, a_short_inverse_perpetual_receives_coin) {
  main = define(venue::deribit, "BTC-PERPETUAL");
  quote(50000, 0.001, 0);
  place(market(side::sell, 500_qty));
  quote(50000, 0.001, 8);
  EXPECT_NEAR(funding(), 500.0 / 50000 * 0.001, 1e-9);
}

TEST_F(funds, many_short_steps_sum_up_to_one_long) {
  main = define(venue::deribit, "BTC-PERPETUAL");
  quote(50000, 0.0001, 0);
  place(market(side::buy, 10_qty));
  for (int i = 0; i < 8000; ++i) quote(50000, 0.0001, 0.001);
  EXPECT_NEAR(funding(), -10.0 / 50000 * 0.0001, 2e-9);
}

TEST_F(funds, what_is_closed_stops_to_accrue_at_the_trade) {
  main = define(venue::derive, "ETH-PERP");
  quote(3000, 0.0001, 0);
  place(market(side::buy, 2_qty));
  now += 4 * 3600 * ns_per_s;
  place(market(side::sell, 2_qty));
  EXPECT_NEAR(funding(), -0.3, 1e-9);
  quote(3000, 0.0001, 4);
  EXPECT_NEAR(funding(), -0.3, 1e-9);
}

struct merges : settles {
  instrument_id yes = define(venue::polymarket, "123"), no = define(venue::polymarket, "456");
  void SetUp() override {
    auto what = rules.of(yes);
    what.complement = "456";
    redefine(yes, what);
    main = yes;
    buy(100_qty, 0.40_px);
    main = no;
    buy(60_qty, 0.55_px);
  }
};

TEST_F(merges, a_pair_gives_one) {
  ASSERT_TRUE(sim().merge(0, yes, no, 50_qty, now));
  told.merged(0, yes, no, 50_qty);
  sane();
  EXPECT_DOUBLE_EQ(cash(), -40 - 33 + 50);
  EXPECT_EQ(sim().accounts().of(0, yes).size, 50_qty);
  EXPECT_EQ(sim().accounts().of(0, no).size, 10_qty);
}
TEST_F(merges, needs_enough_of_both) {
  const auto done = sim().merge(0, yes, no, 61_qty, now);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "merge: 61 of each outcome asked for, 60 held");
}
TEST_F(merges, needs_two_outcomes_of_one_market) {
  const auto other = define(venue::polymarket, "789");
  const auto done = sim().merge(0, yes, other, 1_qty, now);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ec::invalid_order);
}

} // namespace
