#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

struct deribit_limits_test : deribit_kit {
  /// Four at once, of which one is for cancels, and one more a second.
  void connect_slow() {
    how.matching_burst = 5;
    how.matching_per_second = 1.25;
    how.cancel_reserve = 1;
    how.order_wait = 10s;
    connect();
  }
};

TEST_F(deribit_limits_test, orders_beyond_the_limit_wait_for_it) {
  connect_slow();
  for (std::uint64_t i = 1; i <= 5; ++i) place(i, limit_order());
  EXPECT_THAT(socket->sent, SizeIs(3));
  socket->sent.clear();
  EXPECT_EQ((round(), due_ns), now.steady_ns + ns_per_s);
  pass(1s);
  EXPECT_EQ(take("private/buy").text("label"), "o-4");
  EXPECT_THAT(socket->sent, IsEmpty());
  pass(1s);
  EXPECT_EQ(take("private/buy").text("label"), "o-5");
}

TEST_F(deribit_limits_test, a_cancel_goes_before_the_orders_that_wait_and_has_a_reserve) {
  connect_slow();
  place_open(limit_order());
  for (std::uint64_t i = 2; i <= 5; ++i) place(i, limit_order());
  socket->sent.clear(); // 2 and 3 left
  tested->cancel({1}, now);
  take("private/cancel");
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_limits_test, an_order_that_waits_is_ended_without_the_venue) {
  connect_slow();
  for (std::uint64_t i = 1; i <= 5; ++i) place(i, limit_order());
  socket->sent.clear();
  tested->cancel({5}, now);
  EXPECT_THAT(take_heard(), ElementsAre("order 5 cancelled 0: ended before it left"));
  pass(2s);
  EXPECT_EQ(take("private/buy").text("label"), "o-4");
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_limits_test, an_order_that_waits_leaves_with_the_terms_asked_last) {
  connect_slow();
  for (std::uint64_t i = 1; i <= 4; ++i) place(i, limit_order());
  socket->sent.clear();
  tested->amend({4}, 50'001_px, 200_qty, now);
  pass(1s);
  const auto buy = take("private/buy");
  EXPECT_EQ(buy.number("price"), 50'001);
  EXPECT_EQ(buy.number("amount"), 200);
  EXPECT_EQ(buy.number("valid_until"), 1'700'000'006'000) << "counted from when it leaves";
}

TEST_F(deribit_limits_test, of_several_amends_that_wait_only_the_last_is_sent) {
  connect_slow();
  place_open(limit_order());
  place(2, limit_order());
  place(3, limit_order());
  socket->sent.clear();
  tested->amend({1}, 50'001_px, 100_qty, now);
  tested->amend({1}, 50'002_px, 100_qty, now);
  pass(2s);
  EXPECT_EQ(take("private/edit").number("price"), 50'002);
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_limits_test, an_order_that_waits_too_long_is_rejected) {
  connect_slow();
  how.order_wait = 500ms;
  tested.reset();
  connect();
  for (std::uint64_t i = 1; i <= 4; ++i) place(i, limit_order());
  socket->sent.clear();
  pass(500ms);
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 4 rejected 0: it waited too long")));
}

TEST_F(deribit_limits_test, too_many_that_wait_are_rejected_at_once) {
  how.queue = 2;
  connect_slow();
  for (std::uint64_t i = 1; i <= 6; ++i) place(i, limit_order());
  socket->sent.clear();
  EXPECT_THAT(take_heard(), ElementsAre(HasSubstr("order 6 rejected 0: too many orders wait")));
}

TEST_F(deribit_limits_test, the_accounts_own_limits_replace_those_of_the_settings) {
  make();
  open_socket();
  reply(take("public/auth"), login());
  for (int step = 0; step < 6; ++step) answer(take());
  reply(take("private/get_account_summary"),
        R"({"currency":"BTC","limits":{"limits_per_currency":false,"matching_engine":{"trading":{"total":)"
        R"({"rate":1,"burst":10}}},"non_matching_engine":{"rate":20,"burst":100}}})");
  take_heard();
  for (std::uint64_t i = 1; i <= 10; ++i) place(i, limit_order());
  EXPECT_THAT(socket->sent, SizeIs(4)) << "80 % of 10, and 4 are for cancels";
  socket->sent.clear();
}

TEST_F(deribit_limits_test, what_the_venue_asks_to_repeat_is_repeated_with_the_same_label) {
  connect();
  place(1, limit_order());
  refuse(take("private/buy"), 10041, "settlement_in_progress");
  EXPECT_THAT(take_heard(), IsEmpty());
  EXPECT_THAT(socket->sent, IsEmpty()) << "not at once";
  pass(200ms);
  const auto again = take("private/buy");
  EXPECT_EQ(again.text("label"), "o-1");
  reply(again, placed(order_json{}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
}

TEST_F(deribit_limits_test, repetition_ends_with_a_rejection_in_the_venues_words) {
  how.order_wait = 1s;
  connect();
  place(1, limit_order());
  int sent = 0;
  for (int i = 0; i < 20; ++i) {
    if (!socket->sent.empty()) {
      ++sent;
      refuse(take("private/buy"), 10047, "matching_engine_queue_full");
    }
    pass(100ms);
  }
  EXPECT_GT(sent, 1);
  EXPECT_LT(sent, 5);
  EXPECT_THAT(take_heard(), ElementsAre("order 1 rejected 0: 10047 matching_engine_queue_full"));
}

TEST_F(deribit_limits_test, an_order_that_waits_to_be_repeated_can_be_cancelled) {
  connect();
  place(1, limit_order());
  refuse(take("private/buy"), 10047, "m");
  tested->cancel({1}, now);
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0: ended before it left"));
  pass(2s);
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_limits_test, a_cancel_is_repeated_too) {
  connect();
  place_open(limit_order());
  tested->cancel({1}, now);
  refuse(take("private/cancel"), 10041, "settlement_in_progress");
  pass(200ms);
  reply(take("private/cancel"), order_json{.state = "cancelled", .updated_ms = 1'700'000'000'900});
  EXPECT_THAT(take_heard(), ElementsAre("order 1 cancelled 0"));
}

TEST_F(deribit_limits_test, an_amend_is_repeated_with_its_own_terms_whatever_the_news_say_meanwhile) {
  connect();
  place_open(limit_order());
  tested->amend({1}, 50'001_px, 200_qty, now);
  refuse(take("private/edit"), 10041, "settlement_in_progress");
  changes(order_json{.filled = "30.0", .updated_ms = 1'700'000'000'300}); // with the old terms
  pass(200ms);
  const auto edit = take("private/edit");
  EXPECT_EQ(edit.number("price"), 50'001);
  EXPECT_EQ(edit.number("amount"), 200);
}

TEST_F(deribit_limits_test, a_round_that_sends_knows_when_the_answer_is_due) {
  connect_slow();
  how.silence = 1h;
  for (std::uint64_t i = 1; i <= 4; ++i) place(i, limit_order());
  for (int i = 0; i < 3; ++i)
    reply(take("private/buy"), placed(order_json{.label = fmt::format("o-{}", i + 1), .id = fmt::format("{}", i)}));
  pass(1s);
  take("private/buy");
  EXPECT_EQ(due_ns, now.steady_ns + 5 * ns_per_s);
}

TEST_F(deribit_limits_test, an_order_refused_for_want_of_a_log_in_follows_a_new_one) {
  connect();
  place(1, limit_order());
  refuse(take("private/buy"), 13009, "unauthorized");
  const auto login_again = take("public/auth");
  EXPECT_EQ(login_again.text("grant_type"), "client_signature");
  pass(1s);
  EXPECT_THAT(socket->sent, IsEmpty()) << "nothing before the log-in";
  reply(login_again, login());
  reply(take("private/buy"), placed(order_json{}));
  EXPECT_THAT(take_heard(), ElementsAre("order 1 open 0"));
}

TEST_F(deribit_limits_test, too_many_requests_ends_the_session_for_a_while) {
  connect();
  place(1, limit_order());
  place(2, limit_order());
  const auto first = take("private/buy");
  take("private/buy");
  refuse(first, 10028, "too_many_requests");
  EXPECT_THAT(take_heard(), ElementsAre("down: the venue says 10028 too_many_requests", HasSubstr("no answer 2"),
                                        "order 1 rejected 0: 10028 too_many_requests"));
  socket->take_goodbye();
  cut();
  pass(9s);
  EXPECT_THAT(network.opened, IsEmpty());
  pass(1s);
  network.take_socket();
}

TEST_F(deribit_limits_test, what_waits_when_the_session_ends_did_not_leave) {
  connect_slow();
  for (std::uint64_t i = 1; i <= 4; ++i) place(i, limit_order());
  socket->sent.clear();
  cut();
  const auto all = take_heard();
  EXPECT_THAT(all, Contains(HasSubstr("order 4 rejected 0: the session with Deribit is down")));
  EXPECT_THAT(all, Contains(HasSubstr("no answer 3")));
}

} // namespace
