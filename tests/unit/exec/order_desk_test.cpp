// The desk with a venue whose part the test plays: requests, unknown orders, fills, a store that fails.
#include "desk_kit.hpp"
#include "kit/file_limit.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using exec::test::at_a_venue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  place(std::string(63, 'x') + "\u00e9"); // cut within a character
  EXPECT_THAT(reason(), HasSubstr("65 characters"));
  ASSERT_TRUE(store->file_intents());
  EXPECT_EQ(store->read().refusals({})->back().what.label, std::string(63, 'x') + "?");
}

TEST_F(at_a_venue, what_is_refused_before_it_leaves_can_be_looked_up_later) {
  place("c1", 5_qty); // no multiple of the lot
  const auto why = reason();
  desk->refuse("exec is stopping");
  place("c2");
  const auto all = store->read().refusals({.strategy = "s"}).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].what.label, "c1");
  EXPECT_EQ(all[0].account, home);
  EXPECT_EQ(all[0].last.state, order_state::rejected);
  EXPECT_EQ(all[0].last.reason, why);
  EXPECT_EQ(all[1].last.reason, "exec is stopping");
  EXPECT_TRUE(store->read().orders({})->empty());
}

TEST_F(at_a_venue, a_strategy_that_is_refused_without_end_does_not_fill_the_store) {
  now_ns = 600 * ns_per_s;
  for (int i = 0; i < 1'000; ++i) place(fmt::format("c{}", i), 5_qty);
  request(wire::place_order{"d1", {1}, {.instrument = perpetual, .limit = 1_px, .size = 5_qty}}, "other");
  const auto kept = [&](const std::string& strategy) { return store->read().refusals({.strategy = strategy}).value(); };
  EXPECT_EQ(kept("s").size(), order_desk::refusals_a_minute);
  EXPECT_EQ(kept("other").size(), 1U);
  now_ns += 60 * ns_per_s;
  place("e1", 5_qty);
  EXPECT_THAT(kept("s").back().last.reason, HasSubstr("(980 orders that were refused before this one are not kept)"));
}

TEST_F(at_a_venue, an_order_waits_for_a_mark_price_not_for_just_any_data) {
  const auto place_option = [&](const std::string& id) {
    request(wire::place_order{id, {1}, {.instrument = option, .limit = 0.01_px, .size = 1_qty}});
  };
  place_option("c1");
  const auto see = [&](const auto& body) {
    desk->on_market({.venue_ns = now_ns, .recv_ns = now_ns, .instrument = option, .body = body}, now());
  };
  see(trade{.at = 0.01_px, .size = 1_qty});
  EXPECT_THAT(take_changes(), IsEmpty());
  see(ticker{.mark = 0.01, .index = 60'000.0, .underlying = 60'000.0});
  EXPECT_THAT(deribit->take(), ElementsAre("place c1"));
  place_option("c2");
  EXPECT_THAT(deribit->take(), ElementsAre("place c2"));
}

TEST_F(at_a_venue, an_order_without_a_mark_price_is_refused_for_that_in_the_end) {
  request(wire::place_order{"c1", {1}, {.instrument = option, .limit = 0.01_px, .size = 1_qty}});
  desk->on_market({.venue_ns = now_ns, .recv_ns = now_ns, .instrument = option, .body = trade{.at = 0.01_px}}, now());
  now_ns += order_desk::data_wait_ns;
  desk->round(now());
  EXPECT_THAT(reason(), HasSubstr("no mark price is known"));
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

TEST_F(at_a_venue, without_room_for_its_intent_no_order_leaves) {
  placed("c0");
  take_changes();
  {
    const file_limit full{0};
    place("c1");
    EXPECT_THAT(reason(), HasSubstr("could not be kept"));
    EXPECT_THAT(deribit->take(), IsEmpty());
  }
  now_ns += order_desk::save_again_ns;
  desk->round(now());
  placed("c2");
}

TEST_F(at_a_venue, while_the_store_fails_no_order_leaves_and_no_fill_is_lost) {
  const auto id = placed("c1");
  fact(id, order_state::open);
  take_changes();
  {
    SQLite::Database other{(folder / "exec.db").string(), SQLite::OPEN_READWRITE};
    other.exec("BEGIN IMMEDIATE");
    placed("c2"); // its intent is in the log
    EXPECT_TRUE(desk->has_unfiled());
    desk->file_intents();
    EXPECT_FALSE(desk->has_unfiled()) << "not again at once";
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
  EXPECT_TRUE(store->read().find("c2").value());
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
