// The desk with a venue whose part the test plays: restarts, and comparisons with what the venue says.
#include "desk_kit.hpp"

#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using exec::test::at_a_venue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(at_a_venue, after_a_kill_every_order_is_found_again_and_every_fill_booked_once) {
  const auto one = placed("c1"), two = placed("c2"), three = placed("c3");
  ASSERT_TRUE(store->keep(two, "nonce 7"));
  fact(one, order_state::open);
  desk->on_fill(bought("t1", one, 4_qty));
  fact(three, order_state::cancelled);
  take_changes();
  now_ns += ns_per_s;
  restart();
  connect();
  EXPECT_THAT(deribit->take(), ElementsAre("restore c1 v1", "restore c2  nonce 7"));
  desk->round(now());
  EXPECT_THAT(deribit->take(), ElementsAre("ask 1", "ask 2", "ask account"));
  EXPECT_LE(deribit->since_ns, now_ns - ns_per_s - reconciler::fill_margin_ns);
  // c1 was filled meanwhile, c2 never arrived
  account_fact found = holding(10_qty);
  found.asked_ns = now_ns;
  found.fills = {bought("t1", one, 4_qty), bought("t2", one, 6_qty)};
  now_ns += ms;
  desk->on_account(std::move(found));
  EXPECT_THAT(deribit->take(), ElementsAre("ask 2")) << "not listed as open; of c1 there is newer news";
  fact(one, order_state::filled, 10_qty);
  desk->on_absent(two, "no such label");
  EXPECT_EQ(store->read().find("c1").value()->last.state, order_state::filled);
  EXPECT_EQ(store->read().find("c1").value()->fills.size(), 2U);
  EXPECT_EQ(store->read().find("c2").value()->last.state, order_state::rejected);
  EXPECT_EQ(desk->open_orders(), 0U);
  sequence = 0;
  sent.clear();
  request(wire::ask_account{{"c1", "c2"}});
  const auto& news = std::get<wire::account_snapshot>(sent.at(0).message.body);
  EXPECT_EQ(news.orders.size(), 2U);
  ASSERT_EQ(news.positions.size(), 1U);
  EXPECT_EQ(news.positions[0].size, 10_qty);
}

TEST_F(at_a_venue, says_why_it_cannot_take_orders) {
  EXPECT_EQ(missing[venue::deribit], "");
  desk->on_session(venue::deribit, session_state::down, "connection refused");
  EXPECT_EQ(missing[venue::deribit], "its order session is down: connection refused");
  EXPECT_EQ(metrics.venue_ready[static_cast<std::size_t>(venue::deribit)]->value(), 0);
  desk->on_session(venue::deribit, session_state::up, "logged in");
  EXPECT_EQ(missing[venue::deribit], "orders and positions are compared");
  desk->on_account_failed(venue::deribit, "timeout");
  EXPECT_EQ(missing[venue::deribit], "its account could not be asked for: timeout");
  now_ns += reconciler::look_again_ns;
  answer();
  EXPECT_EQ(missing[venue::deribit], "");
  EXPECT_EQ(metrics.venue_ready[static_cast<std::size_t>(venue::deribit)]->value(), 1);
  desk->on_account_failed(venue::deribit, "timeout");
  EXPECT_EQ(missing[venue::deribit], "") << "a later comparison is asked for again";
}

TEST_F(at_a_venue, is_reduce_only_until_it_has_been_compared) {
  const auto id = placed("c0");
  desk->on_fill(bought("t0", id, 10_qty));
  fact(id, order_state::filled, 10_qty);
  restart();
  connect();
  see_data();
  sequence = 0;
  sent.clear();
  place("c1");
  EXPECT_THAT(reason(), HasSubstr("have not been compared with the venue yet"));
  request(wire::place_order{
      "c2",
      {1},
      {.instrument = perpetual, .side = side::sell, .limit = 60'000_px, .size = 10_qty, .reduce_only = true}});
  EXPECT_THAT(deribit->take(), ElementsAre("place c2"));
  answer(holding(10_qty));
  EXPECT_THAT(deribit->take(), IsEmpty());
  placed("c3");
}

TEST_F(at_a_venue, a_strategy_started_anew_after_exec_too_loses_its_older_orders) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  restart();
  connect();
  deribit->take();
  sequence = 0;
  request(wire::ask_account{}, "s", 2);
  EXPECT_THAT(deribit->take(), ElementsAre("cancel 1"));
}

TEST_F(at_a_venue, what_the_account_held_before_is_its_own) {
  restart();
  std::filesystem::remove(folder / "exec.db");
  store.reset();
  desk.reset();
  store = *order_store::open(folder / "exec.db", instruments);
  desk = make_desk();
  begin(holding(30_qty));
  placed("c1");
  deribit->take();
  EXPECT_EQ(metrics.differences.value(), 0U);
  sequence = 0;
  sent.clear();
  request(wire::ask_account{});
  EXPECT_THAT(std::get<wire::account_snapshot>(sent.at(0).message.body).positions, IsEmpty()) << "no strategy's";
}

TEST_F(at_a_venue, a_difference_that_two_quiet_comparisons_show_halts_the_instrument) {
  now_ns += 61 * ns_per_s;
  answer(holding(3_qty));
  placed("c1"); // one look is not enough
  fact({1}, order_state::cancelled);
  now_ns += 6 * ns_per_s;
  answer(holding(3_qty));
  take_changes();
  place("c2");
  EXPECT_THAT(reason(), HasSubstr("deribit:BTC-PERPETUAL is halted"));
  const auto audit = store->read().audit().value();
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].subject, "deribit:BTC-PERPETUAL");
}

TEST_F(at_a_venue, a_difference_that_a_late_fill_explains_halts_nothing) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  now_ns += 61 * ns_per_s;
  auto found = holding(3_qty);
  found.open.push_back({.order = id});
  answer(found);
  desk->on_fill(bought("t1", id, 3_qty));
  now_ns += 6 * ns_per_s;
  answer(found);
  EXPECT_EQ(metrics.differences.value(), 0U);
  placed("c2");
}

TEST_F(at_a_venue, a_difference_at_the_start_is_adopted_if_the_rule_says_so) {
  reconcile.positions = foreign_positions::adopt;
  restart();
  connect();
  answer(holding(3_qty));
  now_ns += 6 * ns_per_s;
  answer(holding(3_qty));
  see_data();
  sequence = 0;
  placed("c1");
  bool is_adopted = false;
  ASSERT_TRUE(store->read().bookings({}, [&](booking&& x) { is_adopted = std::holds_alternative<adoption>(x.what); }));
  EXPECT_TRUE(is_adopted);
}

TEST_F(at_a_venue, asks_for_the_data_of_what_others_made) {
  auto bought_option = bought("x1", {}, 1_qty);
  bought_option.what.instrument = option;
  desk->on_fill(bought_option);
  EXPECT_THAT(wanted, testing::Contains(option));
  wanted.clear();
  reconcile.positions = foreign_positions::adopt;
  restart();
  connect();
  const auto dated = *instruments.intern(venue::deribit, "BTC-25DEC26");
  for (int i = 0; i < 2; ++i) {
    now_ns += 6 * ns_per_s;
    account_fact found{.at = venue::deribit, .positions = {{option, 1_qty}, {dated, 30_qty}}};
    answer(std::move(found));
  }
  EXPECT_THAT(wanted, testing::UnorderedElementsAre(option, dated));
}

TEST_F(at_a_venue, fills_of_others_are_the_accounts_own) {
  desk->on_fill(bought("x1", {}, 5_qty));
  desk->on_fill(bought("x1", {}, 5_qty));
  EXPECT_EQ(metrics.foreign_fills.value(), 1U);
  now_ns += 61 * ns_per_s;
  answer(holding(5_qty));
  EXPECT_EQ(metrics.differences.value(), 0U);
}

TEST_F(at_a_venue, orders_of_others_are_reported_once_or_cancelled) {
  account_fact found;
  found.foreign_orders = {{.id = "web-1"}};
  for (int i = 0; i < 2; ++i) {
    now_ns += 61 * ns_per_s;
    answer(found);
  }
  EXPECT_EQ(metrics.differences.value(), 1U);
  reconcile.orders = foreign_orders::cancel;
  restart();
  connect();
  answer(found);
  EXPECT_THAT(deribit->take(), ElementsAre("cancel everything"));
}

TEST_F(at_a_venue, an_order_that_is_open_there_and_final_here_is_cancelled) {
  const auto id = placed("c1");
  fact(id, order_state::cancelled);
  now_ns += 61 * ns_per_s;
  account_fact found;
  found.open.push_back({.order = id});
  answer(found);
  EXPECT_THAT(deribit->take(), ElementsAre("cancel 1"));
  EXPECT_EQ(metrics.differences.value(), 1U);
}

TEST_F(at_a_venue, after_a_restart_fills_of_orders_that_had_ended_are_known) {
  const auto id = placed("c1");
  desk->on_fill(bought("t1", id, 10_qty));
  restart();
  connect();
  auto found = holding(10_qty);
  found.fills = {bought("t1", {}, 10_qty)};
  found.fills[0].of.label = "c1"; // the adapter is told of orders that are open
  answer(found);
  EXPECT_EQ(metrics.foreign_fills.value(), 0U);
  EXPECT_EQ(metrics.differences.value(), 0U);
  see_data();
  sequence = 0;
  placed("c2");
}

TEST_F(at_a_venue, after_a_restart_late_fills_are_the_strategys) {
  auto id = placed("c1");
  fact(id, order_state::open);
  ASSERT_TRUE(store->keep(id, "0xd1 17 more"));
  fact(id, order_state::cancelled);
  restart();
  connect();
  auto found = holding(3_qty);
  found.fills = {bought("t1", {}, 1_qty), bought("t2", {}, 1_qty), bought("t3", {}, 1_qty), bought("t4", {}, 1_qty)};
  found.fills[0].of.label = "c1";
  found.fills[1].of.id = "v1";
  found.fills[2].of.id = "0xd1";
  found.fills[3].of = {.id = "0xd", .label = "web"};
  answer(found);
  EXPECT_EQ(metrics.fills.value(), 3U);
  EXPECT_EQ(metrics.foreign_fills.value(), 1U);
  EXPECT_EQ(store->read().find("c1").value()->last.filled, 3_qty);
}

TEST_F(at_a_venue, after_a_restart_an_order_that_had_ended_and_is_open_there_is_cancelled) {
  const auto id = placed("c1");
  fact(id, order_state::cancelled);
  restart();
  connect();
  account_fact found;
  found.foreign_orders = {{.id = "v9", .label = "c1"}};
  answer(found);
  EXPECT_THAT(deribit->take(), ElementsAre("restore c1 v9", "cancel 1"));
}
