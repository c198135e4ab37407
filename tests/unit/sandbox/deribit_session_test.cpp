#include "deribit_fixture.hpp"

namespace {

using namespace strike;
using testing::ElementsAre;

TEST_F(deribit_test, an_answer_is_in_the_venues_envelope) {
  server.on_text(client, R"({"jsonrpc":"2.0","id":"a-1","method":"public/get_time"})", now_ns);
  EXPECT_THAT(client.texts, ElementsAre(R"({"jsonrpc":"2.0","id":"a-1","result":1700000000000,"usIn":1700000000000000,)"
                                        R"("usOut":1700000000000120,"usDiff":120,"testnet":true})"));
}

TEST_F(deribit_test, an_error_has_code_message_and_data) {
  server.on_text(client, R"({"id":5,"method":"public/ticker","params":{}})", now_ns);
  EXPECT_THAT(client.texts,
              ElementsAre(R"({"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"Invalid params",)"
                          R"("data":{"reason":"must be given","param":"instrument_name"}},"usIn":1700000000000000,)"
                          R"("usOut":1700000000000120,"usDiff":120,"testnet":true})"));
}

TEST_F(deribit_test, broken_json_is_answered_without_id_and_the_socket_stays_open) {
  server.on_text(client, "{\"id\":1,", now_ns);
  const auto reply = parsed(client.taken().at(0));
  EXPECT_FALSE(reply.contains("id"));
  EXPECT_EQ(reply.at("error").at("code"), 11050);
  EXPECT_EQ(reply.at("error").at("data"), "invalid json");
  EXPECT_FALSE(client.closed);
}

TEST_F(deribit_test, batches_positional_parameters_and_unknown_methods_are_errors) {
  server.on_text(client, "[]", now_ns);
  EXPECT_EQ(parsed(client.taken().at(0)).at("error").at("code"), -32600);
  EXPECT_EQ(code("public/ticker", "[1]"), -32602);
  EXPECT_EQ(code("public/nothing"), -32601);
}

TEST_F(deribit_test, a_frame_above_32_kb_is_too_large) {
  server.on_text(client, R"({"id":1,"method":"public/test","params":{"x":")" + std::string(32 * 1024, 'x') + "\"}}",
                 now_ns);
  const auto reply = parsed(client.taken().at(0));
  EXPECT_EQ(reply.at("error").at("code"), -32600);
  EXPECT_EQ(reply.at("error").at("message"), "request entity too large");
}

TEST_F(deribit_test, the_small_requests_answer) {
  EXPECT_TRUE(result("public/hello", R"({"client_name":"t","client_version":"1"})").at("version").is_string());
  EXPECT_TRUE(result("public/test").at("version").is_string());
  EXPECT_NE(code("public/test", R"({"expected_result":"exception"})"), 0);
  EXPECT_EQ(result("public/status").at("locked"), "false");
}

TEST_F(deribit_test, credentials_log_a_connection_in) {
  EXPECT_EQ(code("private/subscribe", R"({"channels":[]})"), 13009);
  const auto got = result("public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key",)"
                                         R"("client_secret":"sandbox-secret","scope":"trade:read","state":"s"})");
  EXPECT_EQ(got.at("token_type"), "bearer");
  EXPECT_EQ(got.at("expires_in"), 900);
  EXPECT_EQ(got.at("state"), "s");
  EXPECT_EQ(got.at("scope"),
            "connection mainaccount account:read_write trade:read wallet:read_write block_trade:read_write");
  EXPECT_EQ(code("private/subscribe", R"({"channels":[]})"), 0);
}

TEST_F(deribit_test, wrong_credentials_are_13004) {
  EXPECT_EQ(code("public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key","client_secret":"x"})"),
            13004);
  EXPECT_EQ(code("public/auth", R"({"grant_type":"password"})"), -32602);
  EXPECT_EQ(code("private/subscribe", R"({"channels":[]})"), 13009);
}

/// The vector of the documentation's example, at its time.
struct deribit_signature_test : testing::Test {
  strike::sandbox::deribit::accounts accounts{{.keys = {{"AMANDA", "AMANDASECRECT", "AMANDA"}}}};
  boost::json::object params = boost::json::parse(
                                   R"({"grant_type":"client_signature","client_id":"AMANDA","timestamp":1576074319000,
      "nonce":"1iqt2wls","data":"","signature":"56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1"})")
                                   .as_object();
  static constexpr std::int64_t signed_ns = 1'576'074'319'000 * ns_per_ms;
};

TEST_F(deribit_signature_test, a_signature_is_accepted_for_a_minute) {
  EXPECT_TRUE(accounts.log_in(params, 1, signed_ns));
  EXPECT_TRUE(accounts.log_in(params, 1, signed_ns + 60 * ns_per_s));
  EXPECT_EQ(accounts.log_in(params, 1, signed_ns + 61 * ns_per_s).error().code, 13009);
}

TEST_F(deribit_signature_test, a_signature_of_something_else_is_13009) {
  params["nonce"] = "another";
  EXPECT_EQ(accounts.log_in(params, 1, signed_ns).error().code, 13009);
}

TEST_F(deribit_test, a_refresh_gives_a_new_pair_and_ends_the_old) {
  const auto first = result("public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key",)"
                                           R"("client_secret":"sandbox-secret"})");
  const auto refresh = [&](const boost::json::value& with) {
    return ask("public/auth", R"({"grant_type":"refresh_token","refresh_token":)" +
                                  boost::json::serialize(with.at("refresh_token")) + "}");
  };
  advance(800 * ns_per_s);
  const auto second = refresh(first);
  ASSERT_TRUE(second.contains("result"));
  EXPECT_NE(second.at("result").at("access_token"), first.at("access_token"));
  EXPECT_EQ(refresh(first).at("error").at("code"), 13009);
  advance(800 * ns_per_s);
  EXPECT_EQ(code("private/subscribe", R"({"channels":[]})"), 0);
}

TEST_F(deribit_test, a_login_that_is_not_refreshed_ends) {
  log_in();
  now_ns += 900 * ns_per_s;
  EXPECT_EQ(code("private/subscribe", R"({"channels":[]})"), 13009);
}

TEST_F(deribit_test, a_session_token_serves_another_connection_and_a_connection_token_does_not) {
  fake_connection other{2};
  open(other);
  const auto token_of = [&](std::string_view scope) {
    const auto got = result("public/auth", R"({"grant_type":"client_credentials","client_id":"sandbox-key",)"
                                           R"("client_secret":"sandbox-secret","scope":")" +
                                               std::string{scope} + "\"}");
    return std::string{got.at("access_token").as_string().c_str()};
  };
  const auto use = [&](const std::string& token) {
    return ask(other, "private/subscribe", R"({"channels":[],"access_token":")" + token + "\"}").contains("result");
  };
  EXPECT_FALSE(use(token_of("")));
  EXPECT_TRUE(use(token_of("session:main")));
}

TEST_F(deribit_test, a_logout_has_no_reply_and_closes) {
  log_in();
  server.on_text(client, R"({"id":1,"method":"private/logout"})", now_ns);
  EXPECT_TRUE(client.texts.empty());
  EXPECT_TRUE(client.closed);
}

TEST_F(deribit_test, heartbeats_come_as_measured_and_an_unanswered_one_ends_in_4000) {
  EXPECT_EQ(code("public/set_heartbeat", R"({"interval":9})"), -32602);
  EXPECT_EQ(code("public/set_heartbeat"), -32602);
  EXPECT_EQ(result("public/set_heartbeat", R"({"interval":10})"), "ok");
  const auto is_test = [](const std::string& text) { return parsed(text).at("params").at("type") == "test_request"; };
  advance(12 * ns_per_s - 1);
  EXPECT_TRUE(client.texts.empty());
  advance(1);
  ASSERT_EQ(client.texts.size(), 2U); // a plain heartbeat before, as the connection was quiet
  EXPECT_FALSE(is_test(client.texts[0]));
  EXPECT_TRUE(is_test(client.texts[1]));
  result("public/test");
  advance(10'600 * ns_per_ms);
  EXPECT_TRUE(is_test(client.taken().back()));
  advance(10 * ns_per_s - 1);
  EXPECT_FALSE(client.closed);
  advance(1);
  ASSERT_TRUE(client.closed);
  EXPECT_EQ(*client.closed, (std::pair<std::uint16_t, std::string>{4000, "heartbeat close"}));
}

TEST_F(deribit_test, a_disabled_heartbeat_asks_no_more) {
  result("public/set_heartbeat", R"({"interval":10})");
  result("public/disable_heartbeat");
  advance(30 * ns_per_s);
  EXPECT_TRUE(client.texts.empty());
}

TEST_F(deribit_test, a_connection_without_traffic_and_heartbeat_is_cut_after_a_minute) {
  advance(60 * ns_per_s - 1);
  EXPECT_FALSE(client.is_cut);
  advance(1);
  EXPECT_TRUE(client.is_cut);
}

TEST_F(deribit_test, the_eleventh_subscribe_at_once_is_10028_and_ends_the_connection) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(code("public/subscribe", R"({"channels":[]})"), 0);
  EXPECT_EQ(code("public/subscribe", R"({"channels":[]})"), 10028);
  EXPECT_TRUE(client.closed);
}

TEST_F(deribit_test, credits_are_refilled) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(code("public/subscribe", R"({"channels":[]})"), 0);
  now_ns += 300 * ns_per_ms;
  EXPECT_EQ(code("public/subscribe", R"({"channels":[]})"), 0);
  EXPECT_EQ(code("public/subscribe", R"({"channels":[]})"), 10028);
}

TEST_F(deribit_test, the_33rd_connection_of_an_address_is_refused_with_429) {
  std::vector<std::unique_ptr<fake_connection>> others;
  const sandbox::http_request how_to_open{.method = "GET", .path = "/ws/api/v2", .remote = "127.0.0.1"};
  for (std::uint64_t i = 2; i <= 32; ++i) {
    EXPECT_FALSE(server.on_upgrade(how_to_open, now_ns));
    open(*others.emplace_back(std::make_unique<fake_connection>(i)));
  }
  EXPECT_EQ(server.on_upgrade(how_to_open, now_ns)->status, 429);
  EXPECT_FALSE(server.on_upgrade({.method = "GET", .path = "/ws/api/v2", .remote = "10.0.0.1"}, now_ns));
  server.on_close(*others.back());
  EXPECT_FALSE(server.on_upgrade(how_to_open, now_ns));
  EXPECT_EQ(server.on_upgrade({.method = "GET", .path = "/"}, now_ns)->status, 404);
}

TEST_F(deribit_test, http_serves_the_same_requests_and_no_subscriptions) {
  const auto get = [&](std::string path, sandbox::headers query) {
    return server.on_http({.method = "GET", .path = std::move(path), .query = std::move(query), .remote = "::1"},
                          now_ns);
  };
  const auto good = get("/api/v2/public/get_instrument", {{"instrument_name", "BTC-PERPETUAL"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(parsed(good.body).at("result").at("instrument_name"), "BTC-PERPETUAL");
  const auto bad = get("/api/v2/public/subscribe", {});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(parsed(bad.body).at("error").at("code"), 10030);
  EXPECT_EQ(get("/elsewhere", {}).status, 404);
  const auto posted = server.on_http(
      {.method = "POST", .path = "/api/v2", .body = R"({"id":3,"method":"public/get_time"})", .remote = "::1"}, now_ns);
  EXPECT_EQ(parsed(posted.body).at("id"), 3);
}

TEST_F(deribit_test, refusals_are_in_the_venues_words) {
  server.refuse(client, R"({"id":9,"method":"public/test"})", sandbox::refusal::rejected, now_ns);
  const auto rejected = parsed(client.taken().at(0));
  EXPECT_EQ(rejected.at("id"), 9);
  EXPECT_EQ(rejected.at("error").at("code"), 11051);
  EXPECT_FALSE(client.closed);
  server.refuse(client, R"({"id":10,"method":"public/test"})", sandbox::refusal::throttled, now_ns);
  EXPECT_EQ(parsed(client.taken().at(0)).at("error").at("code"), 10028);
  EXPECT_TRUE(client.closed);
  EXPECT_EQ(server.refuse({}, sandbox::refusal::throttled, now_ns).status, 429);
}

} // namespace
