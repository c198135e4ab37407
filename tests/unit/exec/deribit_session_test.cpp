#include "deribit_kit.hpp"

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using deribit_session_test = deribit_kit;

TEST_F(deribit_session_test, does_one_step_after_the_other_until_orders_can_be_sent) {
  make();
  open_socket();
  const auto login = take("public/auth");
  EXPECT_EQ(login.text("grant_type"), "client_signature");
  EXPECT_EQ(login.text("client_id"), "me");
  EXPECT_EQ(boost::json::serialize(login.params).find("s3cret"), std::string::npos);
  EXPECT_THAT(socket->sent, IsEmpty()) << "nothing before the log-in is answered";
  reply(login, deribit_kit::login());
  const auto heartbeat = take("public/set_heartbeat");
  EXPECT_EQ(heartbeat.number("interval"), 10);
  answer(heartbeat);
  const auto cancel = take("private/enable_cancel_on_disconnect");
  EXPECT_EQ(cancel.text("scope"), "connection");
  answer(cancel);
  answer(take("private/get_cancel_on_disconnect"));
  const auto channels = take("private/subscribe");
  EXPECT_THAT(boost::json::serialize(channels.params),
              HasSubstr(R"(["user.changes.any.any.raw","user.portfolio.any","user.lock"])"));
  answer(channels);
  answer(take("public/subscribe"));
  answer(take("public/status"));
  EXPECT_THAT(heard.lines, IsEmpty());
  answer(take("private/get_account_summary"));
  EXPECT_THAT(take_heard(), ElementsAre("up"));
}

TEST_F(deribit_session_test, refuses_a_key_that_may_not_trade) {
  make();
  open_socket();
  reply(take("public/auth"), login("connection trade:read account:read_write"));
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("trade:read_write"));
  EXPECT_THAT(take_heard(), IsEmpty());
  cut();
  pass(59s);
  EXPECT_THAT(network.opened, IsEmpty()) << "a person has to change that";
  pass(1s);
  network.take_socket();
}

TEST_F(deribit_session_test, cancel_on_disconnect_needs_its_scope_only_when_it_is_wanted) {
  how.cancel_on_disconnect = false;
  make();
  open_socket();
  reply(take("public/auth"), login("trade:read_write account:read"));
  answer(take("public/set_heartbeat"));
  answer(take("private/disable_cancel_on_disconnect"));
  answer(take("private/get_cancel_on_disconnect"));
  while (!socket->sent.empty()) answer(take());
  EXPECT_THAT(take_heard(), ElementsAre("up"));
}

TEST_F(deribit_session_test, does_not_trade_while_cancel_on_disconnect_is_not_confirmed) {
  make();
  open_socket();
  reply(take("public/auth"), login());
  answer(take("public/set_heartbeat"));
  answer(take("private/enable_cancel_on_disconnect"));
  reply(take("private/get_cancel_on_disconnect"), R"({"scope":"connection","enabled":false})");
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("cancel on disconnect"));
  EXPECT_THAT(take_heard(), IsEmpty());
}

TEST_F(deribit_session_test, refuses_the_other_network) {
  how.testnet = true;
  make();
  open_socket();
  reply(take("public/auth"), login());
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("production answered"));
}

TEST_F(deribit_session_test, a_wrong_key_is_not_tried_in_a_loop) {
  make();
  open_socket();
  refuse(take("public/auth"), 13004, "invalid_credentials");
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("13004"));
  cut();
  pass(59s);
  EXPECT_THAT(network.opened, IsEmpty());
  pass(1s);
  network.take_socket();
}

TEST_F(deribit_session_test, a_subscription_without_the_accounts_changes_is_no_session) {
  make();
  open_socket();
  reply(take("public/auth"), login());
  answer(take("public/set_heartbeat"));
  answer(take("private/enable_cancel_on_disconnect"));
  answer(take("private/get_cancel_on_disconnect"));
  reply(take("private/subscribe"), R"(["user.portfolio.any"])");
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("user.changes"));
}

TEST_F(deribit_session_test, answers_a_test_request_at_once) {
  connect();
  receive(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}})");
  reply(take("public/test"), R"({"version":"1.2.26"})");
  receive(R"({"jsonrpc":"2.0","method":"heartbeat","params":{"type":"heartbeat"}})");
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_session_test, refreshes_the_token_at_80_percent_of_its_life_while_orders_go_on) {
  how.silence = 2h;
  connect();
  pass(719s);
  EXPECT_THAT(socket->sent, IsEmpty());
  pass(1s);
  const auto refresh = take("public/auth");
  EXPECT_EQ(refresh.text("grant_type"), "refresh_token");
  EXPECT_EQ(refresh.text("refresh_token"), "r1");
  place(1, limit_order());
  take("private/buy");
  reply(refresh, R"({"refresh_token":"r2","expires_in":100,"scope":"trade:read_write account:read_write"})");
  pass(80s);
  EXPECT_EQ(take("public/auth").text("refresh_token"), "r2");
  EXPECT_THAT(take_heard(), testing::Contains(HasSubstr("no answer 1"))) << "its own deadline";
}

TEST_F(deribit_session_test, a_refresh_that_fails_is_followed_by_a_whole_log_in) {
  how.silence = 2h;
  connect();
  pass(720s);
  refuse(take("public/auth"), 13009, "unauthorized");
  const auto whole = take("public/auth");
  EXPECT_EQ(whole.text("grant_type"), "client_signature");
  reply(whole, login());
  EXPECT_THAT(take_heard(), IsEmpty());
}

TEST_F(deribit_session_test, the_refresh_of_a_dead_connection_is_forgotten) {
  how.silence = 2h;
  connect();
  cut();
  EXPECT_THAT(take_heard(), ElementsAre("down: cut by the test"));
  pass(2s);
  socket = network.take_socket();
  pass(900s);
  socket->open();
  round();
  EXPECT_EQ(take("public/auth").text("grant_type"), "client_signature");
  EXPECT_THAT(socket->sent, IsEmpty());
}

TEST_F(deribit_session_test, everything_is_done_again_after_a_loss) {
  connect();
  cut();
  EXPECT_THAT(take_heard(), ElementsAre("down: cut by the test"));
  pass(2s);
  connect();
}

TEST_F(deribit_session_test, a_silent_connection_is_replaced) {
  connect();
  pass(24s);
  EXPECT_FALSE(socket->asked);
  pass(1s);
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("no message for 25 s"));
  EXPECT_THAT(take_heard(), ElementsAre("down: no message for 25 s"));
}

TEST_F(deribit_session_test, what_a_connection_says_after_it_was_given_up_does_not_count) {
  connect();
  place(1, limit_order());
  take("private/buy");
  pass(25s);
  socket->take_goodbye();
  take_heard();
  changes(order_json{});
  EXPECT_THAT(take_heard(), IsEmpty());
}

TEST_F(deribit_session_test, maintenance_is_waited_for) {
  make();
  open_socket();
  refuse(take("public/auth"), 11051, "system_maintenance");
  socket->take_goodbye();
  cut();
  pass(14s);
  EXPECT_THAT(network.opened, IsEmpty());
  pass(1s);
  network.take_socket();
}

TEST_F(deribit_session_test, a_log_in_that_is_not_answered_ends_the_connection) {
  make();
  open_socket();
  take("public/auth");
  pass(5s);
  EXPECT_THAT(socket->take_goodbye().reason, HasSubstr("did not answer"));
}

} // namespace
