#include "polymarket_kit.hpp"

#include <algorithm>

using namespace strike;
using namespace strike::exec;
using namespace strike::exec::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {
std::string header(const net::http_request& x, std::string_view name) {
  const auto at = std::ranges::find(x.extra, name, &std::pair<std::string, std::string>::first);
  return at == x.extra.end() ? "" : at->second;
}
} // namespace

struct polymarket_session_test : polymarket_kit {};

TEST_F(polymarket_session_test, a_key_that_exists_is_derived) {
  make();
  round();
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
  answer("GET", "/version", R"({"version":2})");
  answer("GET", "/api/geoblock", R"({"blocked":false})");
  const auto create = request("POST", "/auth/api-key");
  EXPECT_EQ(header(create->request, "POLY_ADDRESS"), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(header(create->request, "POLY_NONCE"), "0");
  create->answer(400, R"({"error":"Could not create api key"})");
  round();
  answer("GET", "/auth/derive-api-key", R"({"apiKey":"k","secret":"AAAA","passphrase":"pp"})");
  const auto closed = request("GET", "/auth/ban-status/closed-only");
  EXPECT_EQ(header(closed->request, "POLY_API_KEY"), "k");
  EXPECT_EQ(header(closed->request, "POLY_PASSPHRASE"), "pp");
  EXPECT_EQ(header(closed->request, "POLY_SIGNATURE").size(), 44u);
  closed->answer(200, R"({"closed_only":false})");
  round();
  connect();
  EXPECT_THAT(take(), ElementsAre("up"));
}

TEST_F(polymarket_session_test, a_clock_that_is_off_is_corrected_by_the_venues) {
  now.wall_ns -= 100 * ns_per_s;
  make();
  round();
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s + 100));
  answer("GET", "/version", R"({"version":2})");
  answer("GET", "/api/geoblock", R"({"blocked":false})");
  const auto create = request("POST", "/auth/api-key");
  EXPECT_EQ(header(create->request, "POLY_TIMESTAMP"), std::to_string(now.wall_ns / ns_per_s + 100));
}

TEST_F(polymarket_session_test, in_a_blocked_place_no_order_leaves) {
  make();
  round();
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
  answer("GET", "/version", R"({"version":2})");
  answer("GET", "/api/geoblock", R"({"blocked":true,"country":"US"})");
  buy(1, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected 0/10@0.5: no session with Polymarket")));
  round(2s);
  request("GET", "/time"); // and again after a pause
}

TEST_F(polymarket_session_test, another_version_of_the_protocol_is_not_traded) {
  make();
  round();
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
  answer("GET", "/version", R"({"version":3})");
  buy(1, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("1 rejected")));
}

TEST_F(polymarket_session_test, in_closed_only_mode_buys_are_refused) {
  make();
  log_in("true");
  take();
  buy(1, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("closed-only mode: it may only sell")));
}

TEST_F(polymarket_session_test, a_lost_channel_is_a_session_lost_and_cancels_still_leave) {
  up();
  warm();
  buy_rests(1, 0.5_px, 10_qty);
  answers_pings = false;
  channel->close({.text = "cut"});
  round();
  EXPECT_THAT(take(), ElementsAre("down: cut"));
  buy(2, 0.5_px, 10_qty);
  EXPECT_THAT(take(), ElementsAre(HasSubstr("2 rejected 0/10@0.5: no session")));
  venue->cancel({1}, now);
  request("DELETE", "/order");
  round(1s);
  connect();
  EXPECT_THAT(take(), ElementsAre("up"));
}

TEST_F(polymarket_session_test, a_silent_channel_is_replaced_and_exec_reconciles) {
  up();
  answers_pings = false;
  const auto old = channel;
  round(10s);
  EXPECT_EQ(old->take_sent(), "PING");
  round(10s);
  EXPECT_EQ(old->take_sent(), "PING");
  round(10s);
  old->sent.clear();
  round(1s);
  channel = network.take_socket();
  channel->open();
  round();
  EXPECT_THAT(take(), ElementsAre("down: the user channel was replaced"));
  EXPECT_THAT(channel->take_sent(), HasSubstr(R"("type":"user")"));
  channel->sent.clear();
  deliver("PONG");
  EXPECT_THAT(take(), ElementsAre("up"));
  old->take_goodbye();
}

TEST_F(polymarket_session_test, a_message_that_cannot_be_read_ends_the_channel) {
  up();
  deliver(R"({"event_type":"order","id":"0x51","asset_id":"11","side":"BUY","status":"LIVELY"})");
  channel->take_goodbye();
  answers_pings = false;
  channel->close({.text = "closed"});
  round();
  EXPECT_THAT(take(), ElementsAre("down: closed"));
}

TEST_F(polymarket_session_test, a_key_that_is_no_longer_valid_is_made_anew) {
  make();
  log_in();
  take();
  answers_pings = false;
  channel->close({.text = "cut"});
  round();
  for (int i = 0; i < 3; ++i) {
    round(31s);
    network.fetches.clear();
    channel = network.take_socket();
    channel->open();
    round();
    channel->sent.clear();
    channel->close({.text = "unauthorized"});
    round();
  }
  network.fetches.clear();
  EXPECT_THAT(take(), ElementsAre("down: cut"));
  venue->ask_account(0, now); // waits for the next log-in
  round();
  round(61s);
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
  answer("GET", "/version", R"({"version":2})");
  answer("GET", "/api/geoblock", R"({"blocked":false})");
  request("POST", "/auth/api-key");
}

TEST_F(polymarket_session_test, what_waits_for_credentials_that_ended_is_answered) {
  up();
  venue->ask_account(0, now);
  round();
  const auto orders = request("GET", "/data/orders");
  answers_pings = false;
  channel->close({.text = "cut"});
  round();
  for (int i = 0; i < 3; ++i) {
    round(31s);
    network.fetches.clear();
    channel = network.take_socket();
    channel->open();
    round();
    channel->sent.clear();
    channel->close({.text = "unauthorized"});
    round();
  }
  take();
  orders->answer(200, page("")); // the next question finds no credentials
  round();
  EXPECT_THAT(take(), ElementsAre(HasSubstr("account failed: trades: Polymarket: no credentials")));
}

TEST_F(polymarket_session_test, the_listed_markets_are_followed) {
  how.markets = user_markets::traded;
  up();
  buy(1, 0.5_px, 5_qty);
  answer("GET", "gamma-api", market());
  answer("GET", "COLLATERAL", R"({"balance":"1000000000"})");
  EXPECT_EQ(channel->take_sent(), R"({"operation":"subscribe","markets":["0xaa"]})");
  request("POST", "/order");
}

TEST_F(polymarket_session_test, heartbeats_keep_orders_alive_and_take_over_the_expected_id) {
  how.heartbeat = 5s;
  up();
  const auto first = request("POST", "/v1/heartbeats");
  EXPECT_EQ(first->request.body, R"({"heartbeat_id":""})");
  first->answer(400, R"({"error_msg":"Invalid Heartbeat ID, 01234567-89ab-cdef-0123-456789abcdef"})");
  round();
  round(1s);
  const auto second = request("POST", "/v1/heartbeats");
  EXPECT_EQ(second->request.body, R"({"heartbeat_id":"01234567-89ab-cdef-0123-456789abcdef"})");
  second->answer(200, R"({"heartbeat_id":"11234567-89ab-cdef-0123-456789abcdef"})");
  round(5s);
  EXPECT_THAT(request("POST", "/v1/heartbeats")->request.body, HasSubstr("11234567"));
}

TEST_F(polymarket_session_test, no_heartbeat_is_begun_unless_it_is_configured) {
  up();
  round(9s);
  EXPECT_THAT(network.fetches, IsEmpty());
}

TEST_F(polymarket_session_test, secrets_do_not_reach_what_is_told) {
  make();
  round();
  answer("GET", "/time", std::to_string(now.wall_ns / ns_per_s));
  answer("GET", "/version", R"({"version":2})");
  answer("GET", "/api/geoblock", R"({"blocked":false})");
  answer("POST", "/auth/api-key", R"({"apiKey":"k","secret":"!topsecret!","passphrase":"pp"})");
  for (const auto& line : take()) EXPECT_EQ(line.find("topsecret"), std::string::npos);
}
