// The desk with a venue whose part the test plays: unknown orders, restarts, comparisons, a store that fails.
#include "exec_kit.hpp"
#include "fake_venue.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <limits>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using exec::test::exec_kit;
using exec::test::fake_venue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct at_a_venue : exec_kit {
  std::unique_ptr<fake_venue> deribit = std::make_unique<fake_venue>();

  at_a_venue() {
    home = {venue::deribit, "testnet"};
    begin();
  }
  /// Up, compared, and with data of the perpetual.
  void begin(const account_fact& found = {}) {
    connect();
    answer(found);
    see_data();
  }
  void connect() {
    desk->attach(home, *deribit, false);
    ASSERT_TRUE(desk->restore([](const booking&) {}));
    desk->on_session(venue::deribit, session_state::up, "logged in");
  }
  void answer(account_fact found = {}) {
    desk->round(now());
    const auto asked = std::ranges::find(deribit->calls, "ask account");
    ASSERT_NE(asked, deribit->calls.end());
    deribit->calls.erase(asked);
    found.asked_ns = deribit->asked_ns;
    now_ns += ms;
    desk->on_account(std::move(found));
  }
  void see_data() {
    desk->on_market({.venue_ns = now_ns,
                     .recv_ns = now_ns,
                     .instrument = perpetual,
                     .body = ticker{.mark = 60'000.0, .index = 60'000.0}},
                    now());
  }
  /// Kill -9, and another exec.
  void restart() {
    desk.reset();
    store.reset();
    deribit = std::make_unique<fake_venue>();
    store = *order_store::open(folder / "exec.db", instruments);
    risk = make_risk();
    desk = make_desk();
  }
  order_id place(const std::string& client_id, quantity size = 10_qty, bool is_reduce_only = false) {
    request(wire::place_order{
        client_id,
        {1},
        {.instrument = perpetual, .side = side::buy, .limit = 60'000_px, .size = size, .reduce_only = is_reduce_only}});
    return deribit->last;
  }
  order_id placed(const std::string& client_id, quantity size = 10_qty) {
    const auto id = place(client_id, size);
    EXPECT_THAT(deribit->take(), ElementsAre("place " + client_id));
    return id;
  }
  void fact(order_id id, order_state state, quantity filled = {}, const std::string& reason = {}) {
    desk->on_order(
        {.venue_ns = now_ns, .order = id, .state = state, .filled = filled, .venue_id = "v1", .reason = reason});
  }
  fill_fact bought(const std::string& trade_id, order_id id, quantity size) {
    return {.trade_id = trade_id,
            .order = id,
            .what = {.venue_ns = now_ns, .instrument = perpetual, .side = side::buy, .at = 60'000_px, .size = size}};
  }
  account_fact holding(quantity size) { return {.at = venue::deribit, .positions = {{perpetual, size}}}; }
  /// What the only message says that was sent since the last call.
  std::string reason() {
    EXPECT_EQ(sent.size(), 1U);
    const auto text = sent.empty() ? std::string{} : std::get<wire::order_change>(sent[0].message.body).update.reason;
    sent.clear();
    return text;
  }
};

TEST_F(at_a_venue, an_order_lives_from_intent_to_fill) {
  const auto id = placed("c1");
  EXPECT_EQ(store->read().find("c1").value()->last.state, order_state::pending) << "kept before it left";
  fact(id, order_state::open);
  desk->on_fill(bought("t1", id, 10_qty));
  desk->on_fill(bought("t1", id, 10_qty)); // told twice
  fact(id, order_state::filled, 10_qty);
  EXPECT_THAT(take_changes(), ElementsAre("c1 open 0/10", "c1 filled 10/0"));
  const auto kept = store->read().find("c1").value();
  EXPECT_EQ(kept->last.state, order_state::filled);
  EXPECT_EQ(kept->last.venue_id, "v1");
  EXPECT_EQ(kept->fills.size(), 1U);
}

TEST_F(at_a_venue, no_answer_is_unknown_and_is_asked_for_until_the_venue_says_more) {
  const auto id = placed("c1");
  desk->on_no_answer(id, "timeout");
  EXPECT_THAT(take_changes(), ElementsAre("c1 unknown 0/10"));
  desk->round(now());
  EXPECT_THAT(deribit->take(), ElementsAre("ask 1"));
  desk->on_no_answer(id, "timeout");
  const auto before_ns = now_ns;
  desk->round(now());
  EXPECT_THAT(deribit->take(), IsEmpty()) << "not yet again";
  for (int i = 0; i < 10 && deribit->calls.empty(); ++i) now_ns = desk->round(now());
  EXPECT_GT(now_ns, before_ns);
  EXPECT_THAT(deribit->take(), ElementsAre("ask 1"));
  desk->on_absent(id, "no such label");
  EXPECT_THAT(take_changes(), ElementsAre("c1 rejected 0/0"));
}

TEST_F(at_a_venue, what_is_unknown_waits_for_the_session) {
  const auto id = placed("c1");
  desk->on_session(venue::deribit, session_state::down, "closed");
  desk->on_no_answer(id, "closed");
  desk->round(now());
  EXPECT_THAT(deribit->take(), IsEmpty());
  desk->on_session(venue::deribit, session_state::up, "logged in");
  desk->round(now());
  EXPECT_THAT(deribit->take(), ElementsAre("ask 1", "ask account"));
}

TEST_F(at_a_venue, refuses_client_ids_that_no_venue_would_take) {
  place("a b");
  EXPECT_THAT(reason(), HasSubstr("A-Z a-z 0-9 . _ -"));
  place(std::string(37, 'x'));
  EXPECT_THAT(reason(), HasSubstr("37 characters; venues take 36"));
}

TEST_F(at_a_venue, a_client_id_of_an_earlier_run_is_not_placed_again) {
  const auto id = placed("c1");
  fact(id, order_state::cancelled);
  take_changes();
  restart();
  begin();
  sequence = 0;
  place("c1");
  EXPECT_THAT(take_changes(), ElementsAre("c1 cancelled 0/0"));
}

TEST_F(at_a_venue, amends_and_says_why_not) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  request(wire::amend_order{"c1", 61'000_px, 20_qty});
  EXPECT_THAT(deribit->take(), ElementsAre("amend 1 61000 20"));
  fact(id, order_state::open, {}, "price out of range");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(std::get<wire::order_change>(sent[1].message.body).update.reason, "price out of range");
}

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

TEST_F(at_a_venue, the_way_of_an_order_is_measured_once) {
  request(wire::place_order{
      "c1", {1}, {.instrument = perpetual, .limit = 60'000_px, .size = 10_qty}, now().wall_ns - 30'000});
  EXPECT_THAT(deribit->take(), ElementsAre("place c1"));
  const auto count = [&](const char* name) {
    const auto text = registry.to_text();
    const auto at = text.find(fmt::format("{}_count{{venue=\"deribit\"}} ", name));
    return at == std::string::npos ? "none" : text.substr(text.find("} ", at) + 2, 1);
  };
  for (int i = 0; i < 2; ++i) desk->on_leaving({1}); // it was repeated
  EXPECT_EQ(count("strike_exec_signal_to_wire_seconds"), "1");
  EXPECT_EQ(count("strike_exec_wire_to_ack_seconds"), "0");
  for (int i = 0; i < 2; ++i) fact({1}, order_state::open);
  EXPECT_EQ(count("strike_exec_wire_to_ack_seconds"), "1");
}

TEST_F(at_a_venue, a_fill_taken_back_leaves_no_position) {
  const auto id = placed("c1");
  desk->on_fill(bought("t1", id, 10_qty));
  desk->on_fill_undone(venue::deribit, "t1", "FAILED");
  desk->on_fill_undone(venue::deribit, "t1", "FAILED");
  EXPECT_THAT(take_changes(), ElementsAre("c1 filled 10/0", "c1 filled 0/0"));
  restart();
  begin();
  sequence = 0;
  request(wire::ask_account{});
  EXPECT_THAT(std::get<wire::account_snapshot>(sent.back().message.body).positions, IsEmpty());
}

TEST_F(at_a_venue, a_fill_that_was_taken_back_before_it_came_is_no_position_either) {
  const auto id = placed("c1");
  desk->on_fill_undone(venue::deribit, "t1", "FAILED");
  desk->on_fill(bought("t1", id, 10_qty));
  request(wire::ask_account{});
  EXPECT_THAT(std::get<wire::account_snapshot>(sent.back().message.body).positions, IsEmpty());
}

TEST_F(at_a_venue, a_settlement_is_divided_among_those_who_hold) {
  const auto id = placed("c1");
  desk->on_fill(bought("t1", id, 6_qty));
  fact(id, order_state::cancelled, 6_qty);
  desk->on_fill(bought("x1", {}, 2_qty));
  sent.clear();
  const match::settlement all{.instrument = perpetual, .size = 8_qty, .payoff = {800}, .fee = {8}};
  desk->on_settlement(all);
  desk->on_settlement(all); // told twice: nothing is left to settle
  ASSERT_EQ(sent.size(), 1U);
  const auto& news = std::get<wire::position_settled>(sent[0].message.body);
  EXPECT_EQ(news.size, 6_qty);
  EXPECT_EQ(news.payoff, money{600});
  now_ns += 61 * ns_per_s;
  answer();
  EXPECT_EQ(metrics.differences.value(), 0U);
}

TEST_F(at_a_venue, while_the_store_fails_no_order_leaves_and_no_fill_is_lost) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  take_changes();
  {
    SQLite::Database other{(folder / "exec.db").string(), SQLite::OPEN_READWRITE};
    other.exec("BEGIN IMMEDIATE");
    place("c2");
    EXPECT_THAT(reason(), HasSubstr("could not be kept"));
    desk->on_fill(bought("t1", id, 10_qty));
    EXPECT_THAT(take_changes(), ElementsAre("c1 filled 10/0"));
    other.exec("COMMIT");
  }
  place("c3");
  EXPECT_THAT(reason(), HasSubstr("its store failed"));
  EXPECT_THAT(deribit->take(), IsEmpty());
  now_ns += order_desk::save_again_ns;
  desk->round(now());
  EXPECT_EQ(store->read().find("c1").value()->fills.size(), 1U) << "kept as soon as it could be";
  placed("c4");
}

TEST_F(at_a_venue, a_stop_cancels_what_is_open_and_takes_nothing_new) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  take_changes();
  desk->refuse("exec is stopping");
  desk->cancel_all(now());
  EXPECT_THAT(deribit->take(), ElementsAre("cancel 1"));
  place("c2");
  EXPECT_EQ(reason(), "exec is stopping");
  EXPECT_THAT(desk->open_names(), ElementsAre("c1 (deribit:BTC-PERPETUAL, open)"));
}

} // namespace
