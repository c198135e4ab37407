// The server against a raw socket: what it answers, and what bad clients cannot do to it.
#include "process/status_server.hpp"

#include "kit/tcp_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace strike::process;
using strike::ec;
using testing::HasSubstr;

namespace {

http_reply answer(std::string_view path) {
  if (path == "/throws") throw std::runtime_error{"broken"};
  if (path == "/large") return {200, "text/plain", std::string(1 << 20, 'x')};
  return path == "/a" ? http_reply{.body = "{}"} : http_reply{404, "text/plain", "no"};
}

struct status_server_test : testing::Test {
  std::unique_ptr<status_server> make(status_limits limits = {}) {
    auto made = status_server::listen("127.0.0.1:0", answer, limits);
    if (!made) throw std::runtime_error{made.error().text};
    return *std::move(made);
  }
  std::unique_ptr<status_server> server = make();
  const std::string address = server->address();

  void expect_well() { EXPECT_EQ(http_get(server->address(), "/a").status, 200); }
};

TEST_F(status_server_test, answers_get_with_type_and_length) {
  const auto got = http_get(address, "/a?x=1");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "{}");
  EXPECT_THAT(got.head, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(got.head, HasSubstr("Content-Length: 2"));
}

TEST_F(status_server_test, head_has_the_length_and_no_body) {
  const auto got = http_get(address, "/a", "HEAD");
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.head, HasSubstr("Content-Length: 2"));
  EXPECT_EQ(got.body, "");
}

TEST_F(status_server_test, other_paths_methods_and_faults_have_their_codes) {
  EXPECT_EQ(http_get(address, "/b").status, 404);
  EXPECT_EQ(http_get(address, "/a", "DELETE").status, 405);
  const auto fault = http_get(address, "/throws");
  EXPECT_EQ(fault.status, 500);
  EXPECT_EQ(fault.body, "broken\n");
}

TEST_F(status_server_test, one_connection_carries_many_requests_even_at_once) {
  tcp_client client{address};
  const std::string request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  client.write(request + request + "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto got = client.read();
  std::size_t replies = 0;
  for (auto at = got.find("HTTP/1.1 "); at != std::string::npos; at = got.find("HTTP/1.1 ", at + 1)) ++replies;
  EXPECT_EQ(replies, 3U) << got;
}

TEST_F(status_server_test, a_large_reply_arrives_whole) {
  EXPECT_EQ(http_get(address, "/large").body.size(), std::size_t{1 << 20});
}

TEST_F(status_server_test, a_request_that_is_none_is_refused) {
  tcp_client client{address};
  client.write("hello\r\n\r\n");
  EXPECT_THAT(client.read(), HasSubstr("400 Bad Request"));
  EXPECT_TRUE(client.is_closed());
  expect_well();
}

TEST_F(status_server_test, a_line_without_end_is_cut_off) {
  for (const std::string start : {"GET /", "GET /a HTTP/1.1\r\nX: "}) {
    tcp_client client{address};
    client.write(start);
    const std::string more(4096, 'a');
    bool taken = true;
    for (int i = 0; i < 4096 && taken; ++i) taken = client.write(more); // 16 MB, if it were let
    EXPECT_FALSE(taken) << start;
  }
  expect_well();
}

TEST_F(status_server_test, a_body_is_refused) {
  tcp_client client{address};
  client.write("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nxxxx");
  client.read();
  EXPECT_TRUE(client.is_closed());
  expect_well();
}

TEST_F(status_server_test, garbage_hurts_nobody) {
  std::mt19937 random{1};
  const std::string pieces[] = {"GET ", "/a", " HTTP/1.1", "\r\n", ":", "Content-Length: -1", "\r\n\r\n", "\n", " "};
  for (int round = 0; round < 300; ++round) {
    std::string bytes;
    for (auto count = random() % 12; count > 0; --count) {
      if (random() % 2)
        bytes += pieces[random() % std::size(pieces)];
      else
        for (auto n = random() % 40; n > 0; --n) bytes += static_cast<char>(random());
    }
    tcp_client client{address};
    ASSERT_TRUE(client.is_connected());
    client.write(bytes);
    if (random() % 2) client.end_of_input(); // else it vanishes
    if (random() % 4 == 0) expect_well();
  }
  expect_well();
}

TEST_F(status_server_test, a_client_that_sends_too_slowly_is_cut_off) {
  server = make({.request_timeout = 50ms});
  tcp_client silent{server->address()}, slow{server->address()};
  const std::string request = "GET /a HTTP/1.1\r\n";
  bool taken = true;
  for (int i = 0; i < 1000 && taken; ++i) { // a byte each 10 ms: only an overall limit stops it
    taken = slow.write(request.substr(static_cast<std::size_t>(i) % request.size(), 1));
    usleep(10'000);
  }
  EXPECT_FALSE(taken);
  silent.read();
  EXPECT_TRUE(silent.is_closed());
  expect_well();
}

TEST_F(status_server_test, a_client_that_does_not_read_is_cut_off) {
  server = make({.request_timeout = 50ms});
  tcp_client client{server->address()};
  bool taken = true;
  for (int i = 0; i < 1000 && taken; ++i) {
    taken = client.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(1'000);
  }
  EXPECT_FALSE(taken);
  expect_well();
}

TEST_F(status_server_test, a_flood_of_idle_clients_shuts_nobody_out) {
  server = make({.most_connections = 8});
  std::deque<tcp_client> idle;
  for (int i = 0; i < 100; ++i) idle.emplace_back(server->address());
  expect_well();
  idle.front().read();
  EXPECT_TRUE(idle.front().is_closed()); // the oldest made room
}

TEST_F(status_server_test, what_is_no_address_is_named) {
  for (const auto* text : {"", "9100", ":9100", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80"}) {
    const auto got = status_server::listen(text, answer);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, ec::invalid_config) << text;
  }
}

TEST_F(status_server_test, an_address_in_use_is_named) {
  const auto got = status_server::listen(address, answer);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::io);
  EXPECT_THAT(got.error().text, HasSubstr(address));
}

TEST_F(status_server_test, it_ends_with_clients_connected) {
  tcp_client idle{address}, half{address};
  half.write("GET /");
  expect_well();
  server.reset();
  idle.read();
  EXPECT_TRUE(idle.is_closed());
}

} // namespace
