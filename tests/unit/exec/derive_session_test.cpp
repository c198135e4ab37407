#include "derive_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct derive_session : derive_kit {};

} // namespace

TEST_F(derive_session, logs_in_with_a_signature_over_the_time) {
  connect();
  const auto x = take("public/login");
  EXPECT_EQ(x.text("wallet"), "0x374DaEF6100B14f4d78813d8177CB93dF139BC29");
  EXPECT_EQ(x.text("timestamp"), std::to_string(now.wall_ns / ms));
  const auto made = sign::from_hex<65>(x.text("signature")).value();
  EXPECT_EQ(sign::to_string(sign::recover_address(sign::personal_digest(x.text("timestamp")), made).value()),
            "0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97");
}

TEST_F(derive_session, is_up_once_the_account_is_subscribed) {
  log_in();
  EXPECT_GT(round(), now.steady_ns);
}

TEST_F(derive_session, whose_key_may_not_use_the_subaccount_is_over_for_good) {
  connect();
  answer(take("public/login"), "[1,2]");
  EXPECT_THAT(told.take(), ElementsAre("down"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("DERIVE_SUBACCOUNT"));
  advance(1000 * second); // no other attempt
  place(1, limit_order());
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("DERIVE_SUBACCOUNT")));
}

TEST_F(derive_session, whose_log_in_is_refused_for_its_signature_is_over_for_good) {
  connect();
  refuse(take("public/login"), 14014);
  EXPECT_THAT(told.take(), ElementsAre("down"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("14014"));
  advance(1000 * second);
  place(1, limit_order());
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("14014")));
}

TEST_F(derive_session, whose_log_in_fails_otherwise_is_tried_again) {
  connect();
  refuse(take("public/login"), -32603);
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("log-in"));
  socket->close();
  round();
  advance(60 * second);
  socket = network.take_socket();
  socket->open();
  round();
  EXPECT_EQ(take("public/get_time").method, "public/get_time");
}

TEST_F(derive_session, sets_cancel_on_disconnect_and_reads_it_back) {
  connect();
  answer(take("public/login"), log_in_ok);
  answer_account(R"({"cancel_on_disconnect":false})");
  const auto x = take("private/set_cancel_on_disconnect");
  EXPECT_TRUE(x.params.at("enabled").as_bool());
  answer(x, "\"ok\"");
  EXPECT_TRUE(told.lines.empty());
  answer_account(R"({"cancel_on_disconnect":true})");
  answer_session_keys();
  answer_subscribe();
  EXPECT_THAT(told.take(), ElementsAre("up"));
}

TEST_F(derive_session, on_a_wallet_that_another_program_sets_otherwise_is_over) {
  connect();
  answer(take("public/login"), log_in_ok);
  answer_account(R"({"cancel_on_disconnect":false})");
  answer(take("private/set_cancel_on_disconnect"), "\"ok\"");
  answer_account(R"({"cancel_on_disconnect":false})");
  EXPECT_THAT(told.take(), ElementsAre("down"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("another program"));
}

TEST_F(derive_session, is_not_up_when_a_channel_of_the_account_is_refused) {
  connect();
  answer(take("public/login"), log_in_ok);
  answer_account();
  answer_session_keys();
  answer(take("subscribe"), R"({"status":{"91234.orders":"ok","91234.trades":"not allowed","91234.balances":"ok"}})");
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("91234.trades: not subscribed: not allowed"));
  EXPECT_TRUE(told.lines.empty());
}

TEST_F(derive_session, whose_step_is_not_answered_is_opened_anew) {
  connect();
  take("public/login");
  advance(10 * second);
  round();
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("no answer in time"));
}

TEST_F(derive_session, refuses_orders_that_would_outlive_the_key) {
  connect();
  answer(take("public/login"), log_in_ok);
  answer_account();
  answer_session_keys(now.wall_ns / second + 300);
  answer_subscribe();
  told.take();
  place(1, limit_order());
  EXPECT_THAT(told.take(), ElementsAre(HasSubstr("session key expires")));
}

TEST_F(derive_session, takes_pong_and_nonsense_without_harm) {
  log_in();
  deliver("pong");
  deliver("nonsense");
  deliver(R"({"id":99999,"result":"ok"})");
  deliver(R"({"error":{"code":-32700,"message":"parse"}})");
  EXPECT_TRUE(told.lines.empty());
}

TEST_F(derive_session, tells_that_it_is_down_and_up_again) {
  log_in();
  cut();
  EXPECT_THAT(told.take(), ElementsAre("down"));
  come_back();
  EXPECT_THAT(told.take(), ElementsAre("up"));
}

TEST_F(derive_session, that_answers_nothing_any_more_is_replaced) {
  log_in();
  place(1, limit_order());
  take("private/order");
  advance(10 * second);
  round();
  EXPECT_THAT(told.take(), ElementsAre("no answer 1: no answer in time", "down"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("nothing else either"));
}

TEST_F(derive_session, says_which_of_its_keys_is_missing_or_wrong) {
  for (const auto* name : {"DERIVE_WALLET", "DERIVE_SUBACCOUNT", "DERIVE_SESSION_KEY"}) unsetenv(name);
  EXPECT_THAT(read_derive_keys().error().text, HasSubstr("DERIVE_WALLET"));
  setenv("DERIVE_WALLET", "0x374DaEF6100B14f4d78813d8177CB93dF139BC29", 1);
  setenv("DERIVE_SUBACCOUNT", "91234", 1);
  setenv("DERIVE_SESSION_KEY", "0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a", 1);
  const auto wrong = read_derive_keys();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text, HasSubstr("DERIVE_SESSION_KEY"));
  EXPECT_THAT(wrong.error().text, testing::Not(HasSubstr("761bfa")));
  setenv("DERIVE_SESSION_KEY", "0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c", 1);
  EXPECT_EQ(sign::to_string(read_derive_keys()->session.address()), "0x84Fc9BC4AfC40D60FEf7aFC68961d8fe48c3aF97");
  for (const auto* name : {"DERIVE_WALLET", "DERIVE_SUBACCOUNT", "DERIVE_SESSION_KEY"}) unsetenv(name);
}
