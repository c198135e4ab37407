#include "sandbox/tls_server.hpp"

#include "kit/tls_client.hpp"
#include "server_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace {

using namespace strike;
using namespace strike::sandbox;

/// JSON as of an account's history, a different one of each size; half of it is numbers that do not shrink.
std::string rows(std::size_t size) {
  std::string made;
  for (std::uint64_t i = 1; made.size() < size; ++i) {
    made += R"({"trade_id":")";
    for (const std::uint64_t factor : {0x9e3779b97f4a7c15U, 0xc2b2ae3d27d4eb4fU, 0x165667b19e3779f9U})
      made += std::to_string((i + size) * factor);
    made += R"(","amount":")" + std::to_string(i) + "\"},";
  }
  made.resize(size);
  return made;
}

/// Does what a message asks for: a server for the network's sake.
struct echo_port final : port_server {
  std::optional<http_response> on_upgrade(const http_request& how, std::int64_t) override {
    if (how.path.starts_with("/ws")) return {};
    return http_response{.status = 429, .body = "one too many"};
  }
  void on_open(connection& with, const http_request& how, std::int64_t) override {
    with.send("hello " + how.path + " " + std::string{value_of(how.query, "key")} + " " +
                  std::string{value_of(how.extra, "x-test")},
              frame_kind::answer);
  }
  void on_text(connection& from, std::string_view text, std::int64_t) override {
    if (text == "close") return from.close(4000, "heartbeat close");
    if (text == "cut") return from.cut();
    if (text.starts_with("repeat ")) {
      const auto count = std::stoul(std::string{text.substr(7)});
      for (std::size_t i = 0; i < count; ++i) from.send(std::to_string(i), frame_kind::notice);
      return;
    }
    if (text.starts_with("rows ")) return from.send(rows(std::stoul(std::string{text.substr(5)})), {});
    if (text.starts_with("fill ")) return from.send(std::string(std::stoul(std::string{text.substr(5)}), 'x'), {});
    from.send(std::string{text}, frame_kind::answer);
  }
  void on_close(connection& which) override {
    if (!std::exchange(has_closed, true)) closed.set_value(which.id());
  }
  http_response on_http(const http_request& what, std::int64_t now_ns) override {
    std::string said = what.method + " " + what.path;
    for (const auto& [name, value] : what.query) said += " " + name + "=" + value;
    for (const auto& [name, value] : what.extra) said += " " + name + ":" + value;
    if (what.path == "/big") said = std::string(3'000'000, 'y');
    return {.status = what.path == "/missing" ? 404 : 200,
            .content_type = "text/plain",
            .body = said + what.body,
            .not_before_ns = what.path == "/later" ? now_ns + 20 * ns_per_ms : 0};
  }

  std::promise<std::uint64_t> closed; ///< the first that did
  bool has_closed = false;
};

struct tls_server_test : testing::Test {
  echo_port venue;
  server_thread server{
      venue, {.most_message_bytes = 100'000, .most_waiting_bytes = 8 << 20}, {"x-test", "poly_address"}};
  websocket_client connect(const std::string& path = "/ws", bool deflate = false) {
    return {server.address(), server.ca(), path, deflate};
  }
};

TEST_F(tls_server_test, an_upgrade_brings_path_and_query) {
  auto client = connect("/ws/api?key=a%20b");
  EXPECT_EQ(client.read(), "hello /ws/api a b ");
}

TEST_F(tls_server_test, an_upgrade_can_be_refused) {
  const auto client = connect("/elsewhere");
  EXPECT_FALSE(client.is_open());
  EXPECT_EQ(client.status(), 429U);
}

TEST_F(tls_server_test, messages_come_back_whole_in_order_and_of_any_size) {
  auto client = connect();
  client.read();
  for (const std::size_t size : {1, 125, 126, 65'535, 65'536, 99'999}) {
    const std::string text(size, 'a');
    client.send(text);
    EXPECT_EQ(client.read(), text);
  }
}

TEST_F(tls_server_test, a_message_of_many_fragments_is_one) {
  auto client = connect();
  client.read();
  client.send_fragments({"one ", "two ", "three"});
  EXPECT_EQ(client.read(), "one two three");
}

TEST_F(tls_server_test, who_offers_deflate_gets_it_and_messages_survive_it) {
  auto client = connect("/ws", true);
  EXPECT_NE(client.extensions().find("permessage-deflate"), std::string::npos);
  client.read();
  std::string mixed;
  for (int i = 0; i < 9'000; ++i) mixed += std::to_string(i * 7919 % 10'007);
  for (const std::string& text : {std::string{"short"}, std::string(90'000, 'a'), mixed}) {
    client.send(text);
    EXPECT_EQ(client.read(), text);
  }
}

TEST_F(tls_server_test, a_big_answer_survives_deflate_among_small_ones) {
  auto client = connect("/ws", true);
  client.read();
  client.send("fill 3000000");
  client.send("repeat 1000");
  EXPECT_EQ(client.read(), std::string(3'000'000, 'x'));
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(client.read(), std::to_string(i));
}

TEST_F(tls_server_test, big_answers_of_any_size_survive_deflate) {
  auto client = connect("/ws", true);
  client.read();
  for (std::size_t size = 60'000; size < 1'500'000; size += 37'321) {
    client.send("rows " + std::to_string(size));
    client.send("after");
    const auto got = client.read();
    ASSERT_TRUE(got && *got == rows(size)) << size << ": " << (got ? got->size() : 0) << " bytes";
    ASSERT_EQ(client.read(), "after");
  }
}

TEST_F(tls_server_test, big_answers_to_several_at_once_survive_deflate) {
  auto one = connect("/ws", true), other = connect("/ws", true);
  one.read();
  other.read();
  for (std::size_t size = 400'000; size < 450'000; size += 1'000) {
    one.send("rows " + std::to_string(size));
    other.send("rows " + std::to_string(size + 1));
    ASSERT_TRUE(one.read() == rows(size)) << size;
    ASSERT_TRUE(other.read() == rows(size + 1)) << size;
  }
}

TEST_F(tls_server_test, long_requests_of_several_at_once_survive_deflate) {
  std::vector<std::jthread> clients;
  std::atomic<int> wrong = 0;
  for (int who = 0; who < 4; ++who)
    clients.emplace_back([&, who] {
      auto client = connect("/ws", true);
      client.read();
      for (int i = 0; i < 300; ++i) {
        std::string text = R"({"jsonrpc":"2.0","id":)" + std::to_string(who * 1000 + i) + R"(,"params":{"channels":[)";
        for (int k = 0; k < 80; ++k)
          text += "\"ticker.BTC-27NOV26-" + std::to_string(10'000 + who * 1000 + i + 500 * k) + "-C.100ms\",";
        client.send(text);
        if (client.read() != text) ++wrong;
      }
    });
  clients.clear();
  EXPECT_EQ(wrong, 0);
}

TEST_F(tls_server_test, who_offers_no_deflate_gets_none) { EXPECT_EQ(connect().extensions(), ""); }

TEST_F(tls_server_test, a_goodbye_has_code_and_reason) {
  auto client = connect();
  client.read();
  client.send("close");
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 4000U);
  EXPECT_EQ(client.close_reason(), "heartbeat close");
  EXPECT_EQ(venue.closed.get_future().get(), 1U);
}

TEST_F(tls_server_test, a_goodbye_follows_what_was_sent_before) {
  auto client = connect();
  client.read();
  client.send("repeat 1000");
  client.send("close");
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(client.read(), std::to_string(i));
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 4000U);
}

TEST_F(tls_server_test, a_cut_is_no_goodbye) {
  auto client = connect();
  client.read();
  client.send("cut");
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1006U);
  EXPECT_EQ(venue.closed.get_future().get(), 1U);
}

TEST_F(tls_server_test, a_ping_is_answered) {
  auto client = connect();
  client.read();
  bool has_pong = false;
  client.ping("now", [&] { has_pong = true; });
  client.send("behind the ping");
  EXPECT_EQ(client.read(), "behind the ping");
  EXPECT_TRUE(has_pong);
}

TEST_F(tls_server_test, a_message_above_the_bound_ends_the_connection_with_1009) {
  auto client = connect();
  client.read();
  client.send(std::string(100'001, 'a'));
  EXPECT_EQ(client.read(), std::nullopt);
  EXPECT_EQ(client.close_code(), 1009U);
}

TEST_F(tls_server_test, a_client_that_does_not_read_is_cut_off) {
  auto client = connect();
  client.read();
  client.send("fill 9000000");
  while (client.read()) {
  }
  EXPECT_EQ(client.close_code(), 1006U);
}

TEST_F(tls_server_test, requests_have_method_path_query_headers_and_body) {
  EXPECT_EQ(https_get(server.address(), server.ca(), "/api/a%2Fb?x=1&y=a%20b&z=").body, "GET /api/a/b x=1 y=a b z=");
  EXPECT_EQ(
      https(server.address(), server.ca(), "POST", "/order", "{\"a\":1}", {{"X-Test", "7"}, {"POLY_ADDRESS", "0xAb"}})
          .body,
      "POST /order x-test:7 poly_address:0xAb{\"a\":1}");
  EXPECT_EQ(https(server.address(), server.ca(), "DELETE", "/order", "[1]").body, "DELETE /order[1]");
  EXPECT_EQ(https(server.address(), server.ca(), "DELETE", "/orders").body, "DELETE /orders");
}

TEST_F(tls_server_test, a_query_may_name_fifty_polymarket_tokens) {
  std::string query, heard;
  for (int i = 0; i < 50; ++i) {
    const auto one = "id=" + std::to_string(i) + std::string(90, '7');
    query += (i == 0 ? "?" : "&") + one;
    heard += " " + one;
  }
  EXPECT_EQ(https_get(server.address(), server.ca(), "/markets" + query).body, "GET /markets" + heard);
}

TEST_F(tls_server_test, answers_have_status_type_and_bodies_of_megabytes) {
  const auto missing = https_get(server.address(), server.ca(), "/missing");
  EXPECT_EQ(missing.status, 404U);
  EXPECT_EQ(missing.content_type, "text/plain");
  EXPECT_EQ(https_get(server.address(), server.ca(), "/big").body.size(), 3'000'000U);
}

TEST_F(tls_server_test, an_answer_that_is_held_back_comes_later) {
  const auto before = wall_ns();
  EXPECT_EQ(https_get(server.address(), server.ca(), "/later").body, "GET /later");
  EXPECT_GE(wall_ns() - before, 20 * ns_per_ms);
}

TEST_F(tls_server_test, a_body_above_the_bound_is_refused_with_413) {
  EXPECT_EQ(https(server.address(), server.ca(), "POST", "/order", std::string(100'001, 'a')).status, 413U);
}

TEST_F(tls_server_test, one_connection_takes_request_after_request) {
  https_client client{server.address(), server.ca()};
  for (const auto* target : {"/one", "/two", "/three"})
    EXPECT_EQ(client.ask("GET", target).body, std::string{"GET "} + target);
}

TEST(tls_server, a_round_ends_when_its_time_is_over) { // a lost alarm would cost half a minute
  echo_port port;
  temp_folder in;
  const auto files = prepare_certificates(in / "tls", {}, wall_ns());
  const auto server = tls_server::open({.certificate = files->certificate, .key = files->key, .wall_ns = wall_ns},
                                       {{.address = "127.0.0.1:0", .answers = &port}});
  for (int i = 0; i < 2'000; ++i) (*server)->round(wall_ns() + i % 20 * ns_per_us);
}

TEST(tls_server, an_address_that_is_none_and_one_that_is_taken_are_errors) {
  echo_port venue;
  server_thread first{venue};
  temp_folder in;
  const auto files = prepare_certificates(in / "tls", {}, wall_ns());
  const tls_server::options how{.certificate = files->certificate, .key = files->key, .wall_ns = wall_ns};
  const auto none = tls_server::open(how, {{.address = "9443", .answers = &venue}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ec::invalid_config);
  const auto taken = tls_server::open(how, {{.address = first.address(), .answers = &venue}});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ec::io);
  EXPECT_NE(taken.error().text.find(first.address()), std::string::npos);
}

} // namespace
