// Replacements, cancels, answers that never come, restarts.
#include "derive_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using namespace strike::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

struct derive_amend : derive_kit {
  asked first;
  derive_amend() {
    log_in();
    first = place_open(1, limit_order());
  }
  asked amend(price limit, quantity size) {
    venue_->amend({1}, limit, size, now);
    return take("private/replace");
  }
  static std::string replaced(const std::string& old, const std::string& placed, std::string_view fault = "null") {
    return R"({"cancelled_order":)" + old + R"(,"order":)" + placed + R"(,"trades":[],"create_order_error":)" +
           std::string{fault} + "}";
  }
};

struct derive_cancel : derive_kit {
  asked first;
  derive_cancel() {
    log_in();
    first = place_open(1, limit_order());
  }
};

struct derive_unknown : derive_kit {
  derive_unknown() { log_in(); }
  /// An order whose answer does not come; something else does, so that the connection counts as alive.
  asked place_unanswered(std::uint64_t id) {
    place(id, limit_order());
    auto sent = take("private/order");
    advance(9 * second);
    deliver("pong");
    advance(second);
    EXPECT_THAT(told.take(), ElementsAre(fmt::format("no answer {}: no answer in time", id)));
    return sent;
  }
};

} // namespace

TEST_F(derive_amend, is_a_replacement_that_keeps_the_label_and_guards_the_filled_amount) {
  notify("orders", list(row(1, "o-1", "open", first, "0.25")));
  const auto x = amend(3001_px, 2_qty);
  EXPECT_EQ(x.text("order_id_to_cancel"), "o-1");
  EXPECT_EQ(x.text("expected_filled_amount"), "0.25");
  EXPECT_EQ(x.text("amount"), "1.75"); // 2 in all
  EXPECT_EQ(x.text("limit_price"), "3001");
  EXPECT_EQ(x.text("label"), "a-1");
  told.take();
  advance(ms);
  answer(x, replaced(row(1, "o-1", "cancelled", first, "0.25"), row(1, "o-2", "open", x)));
  EXPECT_THAT(told.take(), ElementsAre("order 1 partially_filled 0.25 of 2 at 3001 as o-2"));
  advance(ms);
  notify("orders", list(row(1, "o-2", "filled", x, "1.75")));
  EXPECT_THAT(told.take(), ElementsAre("order 1 filled 2 of 2 at 3001 as o-2"));
}

TEST_F(derive_amend, told_by_events_before_its_answer_is_no_cancel) {
  const auto x = amend(3001_px, 1_qty);
  advance(ms);
  notify("orders", list(row(1, "o-1", "cancelled", first)));
  EXPECT_THAT(told.take(), IsEmpty());
  notify("orders", list(row(1, "o-2", "open", x)));
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3001 as o-2"));
  answer(x, replaced(row(1, "o-1", "cancelled", first), row(1, "o-2", "open", x)));
  EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(derive_amend, half_done_is_a_cancelled_order_that_says_why) {
  const auto x = amend(3001_px, 1_qty);
  advance(ms);
  notify("orders", list(row(1, "o-1", "cancelled", first)));
  answer(x, replaced(row(1, "o-1", "cancelled", first), "null", R"({"code":11000,"message":"funds"})"));
  EXPECT_THAT(told.take(), ElementsAre("order 1 cancelled 0 of 1 at 3000 as o-1: cancelled, but its replacement was "
                                       "refused: 11000 funds"));
}

TEST_F(derive_amend, refused_as_a_whole_leaves_the_order_as_it_stood) {
  refuse(amend(3001_px, 1_qty), 11028);
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1: 11028 m"));
}

TEST_F(derive_amend, is_signed_anew_with_the_fee_that_the_venue_names) {
  refuse(amend(3001_px, 1_qty), 11023, R"("at least 5.5")");
  EXPECT_EQ(take("private/replace").text("max_fee"), "5.775");
  EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(derive_amend, that_meets_a_fill_ends_as_filled) {
  const auto x = amend(3001_px, 1_qty);
  advance(ms);
  notify("orders", list(row(1, "o-1", "filled", first, "1")));
  refuse(x, 11004);
  EXPECT_THAT(told.take(), ElementsAre("order 1 filled 1 of 1 at 3000 as o-1"));
}

TEST_F(derive_amend, without_an_answer_is_found_by_its_label) {
  const auto x = amend(3001_px, 2_qty);
  advance(9 * second);
  notify("orders", list(row(1, "o-1", "cancelled", first, "0.5")));
  advance(second);
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: no answer in time"));
  venue_->ask_order({1}, now);
  round();
  answer_survey(row(1, "o-2", "open", x), row(1, "o-1", "cancelled", first, "0.5"), trade(1, "t-1", "o-1", "0.5"));
  EXPECT_THAT(told.take(),
              ElementsAre("fill t-1/o-1 of 1: buy 0.5 at 3000", "order 1 partially_filled 0.5 of 2.5 at 3001 as o-2"));
}

TEST_F(derive_amend, waits_for_the_answer_to_the_order) {
  place(2, limit_order());
  const auto sent = take("private/order");
  venue_->amend({2}, 3002_px, 1_qty, now);
  EXPECT_TRUE(is_quiet());
  answer(sent, placed(row(2, "o-2", "open", sent)));
  EXPECT_EQ(take("private/replace").text("order_id_to_cancel"), "o-2");
}

TEST_F(derive_amend, below_what_is_filled_is_refused_here) {
  notify("orders", list(row(1, "o-1", "open", first, "0.5")));
  told.take();
  venue_->amend({1}, 3001_px, 0.5_qty, now);
  round();
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("as much is filled already")));
}

TEST_F(derive_cancel, is_told_once) {
  venue_->cancel({1}, now);
  venue_->cancel({1}, now);
  const auto x = take("private/cancel");
  advance(ms);
  notify("orders", list(row(1, "o-1", "cancelled", first)));
  answer(x, row(1, "o-1", "cancelled", first));
  EXPECT_THAT(told.take(), ElementsAre("order 1 cancelled 0 of 1 at 3000 as o-1"));
}

TEST_F(derive_cancel, of_a_filled_order_ends_as_filled) {
  venue_->cancel({1}, now);
  refuse(take("private/cancel"), 11004);
  EXPECT_THAT(told.take(), IsEmpty());
  answer_survey("", row(1, "o-1", "filled", first, "1"), trade(1, "t-1", "o-1", "1"));
  EXPECT_THAT(told.take(), ElementsAre("fill t-1/o-1 of 1: buy 1 at 3000", "order 1 filled 1 of 1 at 3000 as o-1"));
}

TEST_F(derive_cancel, waits_for_the_answer_to_the_order) {
  place(2, limit_order());
  const auto sent = take("private/order");
  venue_->cancel({2}, now);
  EXPECT_TRUE(is_quiet());
  answer(sent, placed(row(2, "o-2", "open", sent)));
  EXPECT_EQ(take("private/cancel").text("order_id"), "o-2");
}

TEST_F(derive_cancel, goes_out_when_an_event_tells_the_id_before_the_answer_is_lost) {
  place(2, limit_order());
  const auto sent = take("private/order");
  venue_->cancel({2}, now);
  advance(9 * second);
  notify("orders", list(row(2, "o-2", "open", sent)));
  EXPECT_TRUE(is_quiet());
  advance(second); // the answer is lost
  told.take();
  EXPECT_EQ(take("private/cancel").text("order_id"), "o-2");
}

TEST_F(derive_cancel, of_what_has_not_left_sends_nothing) {
  for (std::uint64_t id = 2; id <= 5; ++id) place(id, limit_order());
  for (int i = 0; i < 3; ++i) take("private/order");
  venue_->cancel({5}, now);
  round();
  EXPECT_THAT(told.take(), ElementsAre("order 5 cancelled 0: cancelled before it left"));
}

TEST_F(derive_cancel, without_an_answer_is_not_known) {
  venue_->cancel({1}, now);
  take("private/cancel");
  advance(9 * second);
  deliver("pong");
  advance(second);
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: no answer in time"));
}

TEST_F(derive_cancel, survives_a_reconnect) {
  socket->close();
  round();
  venue_->cancel({1}, now);
  advance(60 * second);
  socket = network.take_socket();
  socket->open();
  round();
  answer(take("public/get_time"), std::to_string(now.wall_ns / ms));
  answer(take("public/login"), log_in_ok);
  answer_account();
  answer_session_keys();
  answer_subscribe();
  EXPECT_EQ(take("private/cancel").text("order_id"), "o-1");
}

TEST_F(derive_cancel, of_everything_is_the_venues_own_call_and_is_repeated_until_confirmed) {
  venue_->cancel_everything(now);
  const auto x = take("private/cancel_all");
  EXPECT_TRUE(x.params.at("cancel_trigger_orders").as_bool());
  refuse(x, -32603);
  advance(1100 * ms);
  answer(take("private/cancel_all"), "\"ok\"");
  advance(10 * second);
  EXPECT_TRUE(is_quiet());
}

TEST_F(derive_unknown, answered_late_is_known) {
  const auto sent = place_unanswered(1);
  answer(sent, placed(row(1, "o-1", "open", sent)));
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1"));
}

TEST_F(derive_unknown, refused_late_is_rejected) {
  refuse(place_unanswered(1), 11000);
  EXPECT_THAT(told.take(), ElementsAre("order 1 rejected 0: 11000 m"));
}

TEST_F(derive_unknown, is_found_among_open_orders_by_its_label) {
  const auto sent = place_unanswered(1);
  venue_->ask_order({1}, now);
  round();
  answer_survey(row(1, "o-1", "open", sent), "", "");
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1"));
}

TEST_F(derive_unknown, is_found_among_finished_orders_with_its_fills) {
  const auto sent = place_unanswered(1);
  venue_->ask_order({1}, now);
  round();
  answer_survey("", row(1, "o-1", "filled", sent, "1"), trade(1, "t-1", "o-1", "1"));
  EXPECT_THAT(told.take(), ElementsAre("fill t-1/o-1 of 1: buy 1 at 3000", "order 1 filled 1 of 1 at 3000 as o-1"));
}

TEST_F(derive_unknown, that_no_list_has_is_absent_only_after_its_nonce_was_burned_and_lists_were_read_again) {
  const auto sent = place_unanswered(1);
  venue_->ask_order({1}, now);
  round();
  answer_survey("", "", "");
  const auto burn = take("private/cancel_by_nonce");
  EXPECT_EQ(std::to_string(burn.params.at("nonce").as_int64()), sent.text("nonce"));
  EXPECT_THAT(told.take(), IsEmpty());
  refuse(burn, 11006);
  EXPECT_TRUE(is_quiet());
  advance(10 * second);
  answer_survey("", "", "");
  EXPECT_THAT(told.take(), ElementsAre("absent 1"));
}

TEST_F(derive_unknown, that_arrived_after_all_is_found_by_the_second_look) {
  const auto sent = place_unanswered(1);
  venue_->ask_order({1}, now);
  round();
  answer_survey("", "", "");
  answer(take("private/cancel_by_nonce"), R"({"cancelled_orders":1})");
  advance(10 * second);
  answer_survey("", row(1, "o-1", "cancelled", sent), "");
  EXPECT_THAT(told.take(), ElementsAre("order 1 cancelled 0 of 1 at 3000 as o-1"));
}

TEST_F(derive_unknown, when_the_connection_ends_between_order_and_answer) {
  place(1, limit_order());
  const auto sent = take("private/order");
  cut();
  EXPECT_THAT(told.take(), ElementsAre("down", "no answer 1: cut by the test"));
  venue_->ask_order({1}, now);
  come_back();
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: the session is down", "up"));
  venue_->ask_order({1}, now);
  round();
  answer_survey(row(1, "o-1", "open", sent), "", "");
  EXPECT_THAT(told.take(), ElementsAre("order 1 open 0 of 1 at 3000 as o-1"));
}

TEST_F(derive_unknown, stays_so_when_the_question_fails) {
  place_unanswered(1);
  venue_->ask_order({1}, now);
  round();
  refuse(take("private/get_open_orders"), 9002);
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: private/get_open_orders: 9002 m"));
}

TEST_F(derive_unknown, after_a_restart_is_found_by_its_label_and_never_reuses_a_nonce) {
  place(1, limit_order());
  const auto sent = take("private/order");
  auto restored = keys.by_order.at(order_id{1});
  const auto ahead = static_cast<std::uint64_t>(now.wall_ns + 3600 * second); // of a clock that went wrong
  restored.push_back(fmt::format("nonce {} until 2000000000", ahead));
  venue_.reset();
  told.take();
  make("");
  venue_->restore({.id = {1}, .label = "a-1", .request = limit_order()}, "", restored);
  log_in();
  venue_->ask_order({1}, now);
  round();
  answer_survey("", row(1, "o-1", "filled", sent, "1"), trade(1, "t-1", "o-1", "1"));
  told.take();
  const auto burn = take("private/cancel_by_nonce"); // of the one that neither list has
  answer(burn, R"({"cancelled_orders":0})");
  advance(10 * second);
  answer_survey("", row(1, "o-1", "filled", sent, "1"), "");
  EXPECT_THAT(told.take(), ElementsAre("order 1 filled 1 of 1 at 3000 as o-1"));
  place(2, limit_order());
  EXPECT_GT(std::stoull(take("private/order").text("nonce")), ahead);
}

TEST_F(derive_unknown, after_a_restart_without_a_kept_nonce_never_left) {
  venue_->restore({.id = {9}, .label = "a-9", .request = limit_order()}, "", {});
  venue_->ask_order({9}, now);
  round();
  answer_survey("", "", "");
  EXPECT_THAT(told.take(), ElementsAre("absent 9"));
}

struct derive_account : derive_kit {
  derive_account() { log_in(); }
  void answer_lists(const std::string& open, const std::string& trades, std::string_view holdings) {
    answer(take("private/get_open_orders"), R"({"orders":[)" + open + "]}");
    answer(take("private/get_trigger_orders"), R"({"orders":[]})");
    answer(take("private/get_trade_history"), R"({"trades":[)" + trades + R"(],"pagination":{"num_pages":1}})");
    answer(take("private/get_subaccount"), holdings);
  }
};

TEST_F(derive_account, tells_open_orders_fills_and_positions) {
  const auto sent = place_open(1, limit_order());
  venue_->ask_account(now.wall_ns - 3600 * second, now);
  round();
  answer_lists(
      row(1, "o-1", "open", sent) + "," +
          R"({"order_id":"x","label":"","instrument_name":"ETH-PERP","order_status":"open","amount":"1"})",
      trade(1, "t-1", "o-1", "0.5"),
      R"({"positions":[{"instrument_name":"ETH-PERP","amount":"-2.5"},{"instrument_name":"ETH-20261225-4000-C","amount":"0"}],)"
      R"("collaterals":[{"asset_name":"USDC","amount":"100"},{"asset_name":"ETH","amount":"3"}]})");
  EXPECT_THAT(told.take(), ElementsAre("account"));
  const auto& x = told.accounts.front();
  EXPECT_EQ(x.asked_ns, now.wall_ns);
  ASSERT_EQ(x.open.size(), 1u);
  EXPECT_EQ(x.open[0].venue_id, "o-1");
  EXPECT_THAT(x.foreign_orders, ElementsAre(venue_name{"x"}));
  ASSERT_EQ(x.fills.size(), 1u);
  EXPECT_EQ(x.fills[0].trade_id, "t-1/o-1");
  ASSERT_EQ(x.positions.size(), 2u);
  EXPECT_EQ(x.positions[0].instrument, perp);
  EXPECT_EQ(x.positions[0].size, -(2.5_qty));
  EXPECT_EQ(x.positions[1].instrument, spot);
}

TEST_F(derive_account, does_not_list_an_order_that_the_venue_does_not_list) {
  place_open(1, limit_order());
  venue_->ask_account(now.wall_ns, now);
  round();
  answer_lists("", "", R"({"positions":[]})");
  EXPECT_THAT(told.accounts.front().open, IsEmpty());
}

TEST_F(derive_account, reads_all_pages_of_trades) {
  venue_->ask_account(now.wall_ns, now);
  round();
  answer(take("private/get_open_orders"), R"({"orders":[]})");
  refuse(take("private/get_trigger_orders"), -32601); // not there in this generation
  const auto first = take("private/get_trade_history");
  EXPECT_EQ(first.params.at("page").as_int64(), 1);
  answer(first, R"({"trades":[)" + trade(1, "t-1", "o", "1") + R"(],"pagination":{"num_pages":2}})");
  const auto next = take("private/get_trade_history");
  EXPECT_EQ(next.params.at("page").as_int64(), 2);
  answer(next, R"({"trades":[)" + trade(1, "t-2", "o", "1") + R"(],"pagination":{"num_pages":2}})");
  answer(take("private/get_subaccount"), R"({"positions":[]})");
  EXPECT_EQ(told.accounts.front().fills.size(), 2u);
}

TEST_F(derive_account, fails_when_the_venue_cannot_read_it_or_the_session_ends) {
  venue_->ask_account(now.wall_ns, now);
  round();
  answer_lists("", "", R"({"failed_to_fetch":true,"positions":[]})");
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("account failed: the venue could not read")));
  venue_->ask_account(now.wall_ns, now);
  round();
  take("private/get_open_orders");
  cut();
  EXPECT_THAT(told.take(), ElementsAre("down", "account failed: private/get_open_orders: cut by the test"));
  come_back();
}

TEST_F(derive_account, tells_what_an_expired_option_paid) {
  notify(
      "balances",
      R"([{"name":"ETH-20261225-4000-C","previous_balance":"2","new_balance":"0","update_type":"option_settlement"}])");
  const auto x = take("public/get_option_settlement_prices");
  EXPECT_EQ(x.text("currency"), "ETH");
  answer(x, R"({"expiries":[{"expiry_date":"20261225","utc_expiry_sec":1798185600,"price":null}]})");
  EXPECT_THAT(told.settlements, IsEmpty());
  advance(30 * second); // not known yet
  answer(take("public/get_option_settlement_prices"),
         R"({"expiries":[{"expiry_date":"20261225","utc_expiry_sec":1798185600,"price":"4100.5"}]})");
  ASSERT_EQ(told.settlements.size(), 1u);
  EXPECT_EQ(told.settlements[0].size, 2_qty);
  EXPECT_EQ(told.settlements[0].delivery, 4100.5);
  EXPECT_EQ(to_string(told.settlements[0].payoff), "201");
}
