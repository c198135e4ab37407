#include "exec_kit.hpp"

#include "exec/paper_venue.hpp"

#include <gmock/gmock.h>

#include <random>

using namespace strike;
using namespace strike::literals;
using exec::order_desk;
using exec::test::exec_kit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// A desk on a paper venue whose way takes 5 ms there and 3 ms back.
struct on_paper : exec_kit {
  static constexpr std::int64_t dollars = ns_per_s;

  std::unique_ptr<exec::paper_venue> simulated;

  on_paper() { start(); }
  void start() {
    simulated = std::make_unique<exec::paper_venue>(
        venue::deribit, simulation,
        exec::paper_venue::tools{
            .instruments = instruments, .rules = rules, .warn = [](match::warning, instrument_id, std::string_view) {}},
        *desk);
    desk->attach(home, *simulated, true);
    ASSERT_TRUE(desk->restore([this](const exec::booking& x) {
      if (const auto* made = std::get_if<fill>(&x.what)) simulated->hold(*x.owner, *made, now());
      if (const auto* made = std::get_if<match::settlement>(&x.what)) simulated->hold(*made);
    }));
    pass(0); // up, and compared
  }
  /// Exec dies, and another takes its place.
  void restart() {
    desk.reset();
    simulated.reset();
    store.reset();
    store = *exec::order_store::open(folder / "exec.db", instruments);
    desk = make_desk();
    sequence = 0;
    start();
  }

  void on_market(const market_event& event) {
    simulated->on_market(event, now());
    desk->on_market(event, now());
  }
  void quote(instrument_id what, std::int64_t bid_nanos, std::int64_t ask_nanos, quantity size = {1'000 * ns_per_s}) {
    on_market({.venue_ns = now_ns,
               .recv_ns = now_ns,
               .instrument = what,
               .body = ticker{.best_bid = price{bid_nanos},
                              .best_ask = price{ask_nanos},
                              .best_bid_size = size,
                              .best_ask_size = size}});
  }
  std::int64_t round() {
    const auto next_ns = desk->round(now());
    return std::min(next_ns, simulated->round(now()));
  }
  /// Time passes, and what becomes known is told when it does.
  void pass(std::int64_t ns) {
    const auto end_ns = now_ns + ns;
    for (int i = 0; i < 3; ++i) round(); // each may have something to do for the other
    for (auto next_ns = round(); next_ns <= end_ns; next_ns = round()) now_ns = std::max(now_ns, next_ns);
    now_ns = end_ns;
  }

  wire::place_order buy(const std::string& client_id, price limit, quantity size) const {
    return {client_id, {1}, {.instrument = perpetual, .side = side::buy, .limit = limit, .size = size}};
  }
  wire::place_order market(const std::string& client_id, side by, quantity size, instrument_id what) const {
    return {client_id,
            {1},
            {.instrument = what, .side = by, .type = order_type::market, .size = size, .tif = time_in_force::ioc}};
  }
  wire::account_snapshot ask(std::vector<std::string> client_ids, const std::string& strategy = "s",
                             std::uint64_t epoch = 1) {
    request(wire::ask_account{std::move(client_ids)}, strategy, epoch);
    auto account = std::get<wire::account_snapshot>(sent.back().message.body);
    sent.pop_back();
    return account;
  }
};

TEST_F(on_paper, an_order_takes_its_way_there_and_back) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual));
  pass(7 * ms);
  EXPECT_THAT(take_changes(), IsEmpty());
  pass(1 * ms); // 5 there and 3 back
  EXPECT_THAT(take_changes(), ElementsAre("c1 filled 10/0"));
}

TEST_F(on_paper, an_order_meets_what_is_displayed_when_it_arrives) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual));
  pass(4 * ms);
  quote(perpetual, 60'100 * dollars, 60'101 * dollars);
  pass(10 * ms);
  ASSERT_EQ(sent.size(), 1U);
  const auto& change = std::get<wire::order_change>(sent[0].message.body);
  EXPECT_EQ(change.update.execution->at, 60'101_px);
}

TEST_F(on_paper, asks_for_the_market_data_of_an_order_once) {
  request(buy("c1", 50'000_px, 10_qty));
  request(buy("c2", 50'000_px, 10_qty));
  EXPECT_THAT(wanted, ElementsAre(perpetual));
}

TEST_F(on_paper, an_order_waits_for_market_data_but_not_for_ever) {
  request(buy("c1", 50'000_px, 10_qty));
  pass(1'000 * ms);
  EXPECT_THAT(take_changes(), IsEmpty());
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  pass(10 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("c1 open 0/10"));

  request({wire::place_order{"c2", {2}, {.instrument = option, .limit = 0.01_px, .size = 1_qty}}});
  pass(3'000 * ms);
  ASSERT_EQ(sent.size(), 1U);
  const auto& change = std::get<wire::order_change>(sent[0].message.body);
  EXPECT_EQ(change.update.state, order_state::rejected);
  EXPECT_THAT(change.update.reason, HasSubstr("no market data of deribit:BTC-27NOV26-90000-C"));
}

TEST_F(on_paper, amends_and_cancels) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(buy("c1", 50'000_px, 10_qty));
  pass(10 * ms);
  request(wire::amend_order{"c1", 50'001_px, 20_qty});
  pass(10 * ms);
  request(wire::cancel_order{"c1"});
  pass(10 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("c1 open 0/10", "c1 open 0/20", "c1 cancelled 0/0"));
  request(wire::cancel_order{"c1"}); // final already: nothing to tell
  pass(10 * ms);
  EXPECT_THAT(take_changes(), IsEmpty());
}

TEST_F(on_paper, cancels_all_of_one_strategy_and_of_no_other) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(buy("a1", 50'000_px, 10_qty), "a");
  request(buy("a2", 50'000_px, 10_qty), "a");
  request(buy("b1", 50'000_px, 10_qty), "b");
  pass(10 * ms);
  take_changes();
  request(wire::cancel_strategy_orders{}, "a");
  request(wire::cancel_order{"b1"}, "a"); // not its own
  pass(10 * ms);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].peer, "peer of a");
  EXPECT_THAT(take_changes(), ElementsAre("a1 cancelled 0/0", "a2 cancelled 0/0"));
  EXPECT_THAT(ask({}, "b").orders.size(), 1U);
}

TEST_F(on_paper, an_order_that_comes_twice_is_placed_once) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual));
  request(market("c1", side::buy, 10_qty, perpetual));
  pass(10 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("c1 pending 0/10", "c1 filled 10/0"));
  EXPECT_EQ(ask({}).positions.size(), 1U);
  EXPECT_EQ(ask({}).positions[0].size, 10_qty);
}

TEST_F(on_paper, says_how_the_account_stands) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual));
  request(buy("c2", 50'000_px, 10_qty));
  pass(10 * ms);
  take_changes();
  const auto account = ask({"c1", "c9"});
  std::vector<std::string> orders;
  for (const auto& x : account.orders) orders.push_back(text_of(x));
  EXPECT_THAT(orders, ElementsAre("c2 open 0/10", "c1 filled 10/0", "c9 cancelled 0/0"));
  EXPECT_FALSE(account.orders[0].update.execution) << "a fill is told once";
  EXPECT_FALSE(account.orders[2].update.instrument.is_valid());
  ASSERT_EQ(account.positions.size(), 1U);
  EXPECT_EQ(account.positions[0].instrument, perpetual);
  EXPECT_EQ(account.positions[0].size, 10_qty);
  EXPECT_NEAR(account.positions[0].average_price, 60'001, 0.1); // its cost is kept in whole 1e-9 coins
}

TEST_F(on_paper, a_strategy_that_starts_anew_finds_its_position_and_no_orders) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::sell, 10_qty, perpetual));
  request(buy("c2", 50'000_px, 10_qty));
  pass(10 * ms);
  take_changes();
  sequence = 0;
  const auto account = ask({}, "s", 2);
  EXPECT_EQ(account.positions[0].size, -10_qty);
  pass(10 * ms);
  EXPECT_THAT(take_changes(), ElementsAre("c2 cancelled 0/0"));
}

TEST_F(on_paper, publishes_what_it_tells_under_the_strategys_topic) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual), "gamma");
  pass(10 * ms);
  EXPECT_THAT(topics, ElementsAre("ord/gamma/"));
}

TEST_F(on_paper, tells_who_comes_late_how_a_strategy_stands) {
  quote(perpetual, 60'000 * dollars, 60'001 * dollars);
  request(market("c1", side::buy, 10_qty, perpetual), "gamma");
  request(buy("c2", 50'000_px, 10_qty), "gamma");
  pass(10 * ms);
  request(wire::amend_order{"c2", 50'001_px, 10_qty}, "gamma");
  pass(10 * ms);
  const auto last = published.back().header;
  topics.clear();
  desk->publish_accounts("ord/other/");
  EXPECT_THAT(topics, IsEmpty());
  desk->publish_accounts("ord/");
  EXPECT_THAT(topics, ElementsAre("ord/gamma/"));
  EXPECT_EQ(published.back().header, last) << "it counts as nothing";
  const auto& account = std::get<wire::account_snapshot>(published.back().body);
  ASSERT_EQ(account.orders.size(), 1U);
  EXPECT_EQ(account.orders[0].terms, (wire::order_terms{side::buy, order_type::limit, 50'001_px}));
  ASSERT_EQ(account.positions.size(), 1U);
  EXPECT_EQ(account.positions[0].size, 10_qty);
}

TEST_F(on_paper, tells_of_an_expired_position) {
  const auto expiry_ns = instruments.at(option).info.expiry_ns;
  now_ns = expiry_ns - 10 * ns_per_s;
  const auto index = [&](double usd) {
    on_market(
        {.venue_ns = now_ns,
         .recv_ns = now_ns,
         .instrument = option,
         .body = ticker{
             .best_bid = 0.1_px, .best_ask = 0.101_px, .best_bid_size = 5_qty, .best_ask_size = 5_qty, .index = usd}});
  };
  index(100'000);
  request(market("c1", side::buy, 1_qty, option));
  pass(1'000 * ms);
  take_changes();
  pass(20 * ns_per_s);
  ASSERT_EQ(sent.size(), 1U);
  const auto& settled = std::get<wire::position_settled>(sent[0].message.body);
  EXPECT_EQ(settled.size, 1_qty);
  EXPECT_NEAR(settled.delivery, 100'000, 1e-6);
  EXPECT_NEAR(to_double(settled.payoff), 0.1, 1e-9); // 1 - 90000 / 100000
  EXPECT_THAT(ask({}).positions, IsEmpty());
}

TEST_F(on_paper, survives_bytes_that_are_no_request) {
  desk->take("peer", "garbage", now());
  EXPECT_EQ(metrics.malformed.value(), 1U);
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(on_paper, positions_are_the_sum_of_the_fills_told) {
  std::mt19937_64 random{4};
  const auto below = [&](std::uint64_t n) { return random() % n; };
  quantity held;
  int orders = 0;
  for (int step = 0; step < 3'000; ++step) {
    const auto middle = static_cast<std::int64_t>(60'000 + below(40));
    quote(perpetual, middle * dollars, (middle + 1) * dollars,
          {static_cast<std::int64_t>(10 * (1 + below(5))) * dollars});
    const auto id = "c" + std::to_string(orders);
    if (below(3) == 0) {
      const auto by = below(2) == 0 ? side::buy : side::sell;
      const price limit{static_cast<std::int64_t>(59'995 + below(50)) * dollars};
      ++orders;
      request({wire::place_order{"c" + std::to_string(orders),
                                 {static_cast<std::uint64_t>(orders)},
                                 {.instrument = perpetual,
                                  .side = by,
                                  .limit = limit,
                                  .size = {static_cast<std::int64_t>(10 * (1 + below(4))) * dollars}}}});
    } else if (below(3) == 0 && orders > 0) {
      request(wire::cancel_order{id});
    }
    pass(static_cast<std::int64_t>(below(6)) * ms);
    for (const auto& x : sent)
      if (const auto* change = std::get_if<wire::order_change>(&x.message.body); change && change->update.execution)
        held += change->update.execution->side == side::buy ? change->update.execution->size
                                                            : -change->update.execution->size;
    sent.clear();
    const auto positions = ask({}).positions;
    ASSERT_EQ(positions.empty() ? quantity{} : positions[0].size, held) << "step " << step;
  }
  EXPECT_GT(metrics.fills.value(), 100U);
}

} // namespace
