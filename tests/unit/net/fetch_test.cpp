#include "net_kit.hpp"

#include <algorithm>
#include <atomic>
#include <future>

using namespace strike;
using namespace strike::test;
using namespace std::chrono_literals;

namespace {

struct request {
  std::string head, body;
};

/// The next request on a connection; an empty head: the client has closed.
request read_request(peer& on) {
  request x{.head = on.read_until("\r\n\r\n")};
  const auto length = ws::header_of(x.head, "Content-Length");
  if (!length.empty()) x.body = on.read_exactly(std::stoul(length));
  return x;
}

std::string response(int status, std::string_view body, std::string_view extra = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Reason\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string{extra} + "\r\n" + std::string{body};
}

struct fetch_test : net_test {
  /// Answers each request with what `answer` says, one connection after the other's end or beside it.
  std::unique_ptr<tls_server> serve(std::function<std::string(const request&)> answer) {
    return std::make_unique<tls_server>(
        [this, answer](peer& on) {
          for (request x; !(x = read_request(on)).head.empty();) {
            {
              const std::lock_guard lock{mutex};
              seen.push_back(x);
            }
            const auto text = answer(x);
            if (text.empty()) return;
            on.write(text);
            if (text.find("Content-Length") == text.npos && text.find("chunked") == text.npos) return;
          }
        },
        localhost);
  }
  std::string url(const tls_server& of, std::string_view path = "/") {
    return "https://" + of.authority() + std::string{path};
  }

  std::mutex mutex;
  std::vector<request> seen;
};

TEST_F(fetch_test, gets_status_headers_and_body) {
  const auto server =
      serve([](auto&) { return response(200, R"({"ok":true})", "Content-Type: application/json\r\n"); });
  const auto got = fetch({.url = url(*server, "/markets?limit=2"), .extra = {{"POLY_ADDRESS", "0xAbC"}}});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, R"({"ok":true})");
  EXPECT_NE(std::ranges::find(got->extra, std::pair<std::string, std::string>{"content-type", "application/json"}),
            got->extra.end());
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].head.starts_with("GET /markets?limit=2 HTTP/1.1\r\n")) << seen[0].head;
  EXPECT_EQ(ws::header_of(seen[0].head, "POLY_ADDRESS"), "0xAbC");
  EXPECT_EQ(ws::header_of(seen[0].head, "Host"), server->authority());
}

TEST_F(fetch_test, sends_bodies_with_post_and_delete) {
  const auto server = serve([](const request& x) { return response(200, x.body); });
  const std::string large(300'000, 'x');
  for (const std::string method : {"POST", "DELETE"})
    for (const std::string& body : {std::string{R"({"order":1})"}, large, std::string{}}) {
      const auto got = fetch({.method = method, .url = url(*server), .body = body});
      ASSERT_TRUE(got) << method << body.size() << got.error().text;
      EXPECT_TRUE(got->body == body) << method << body.size();
      EXPECT_TRUE(seen.back().head.starts_with(method + " / HTTP/1.1")) << seen.back().head;
      EXPECT_EQ(ws::header_of(seen.back().head, "Content-Length"), std::to_string(body.size()));
    }
}

TEST_F(fetch_test, sends_long_urls_whole_or_says_that_they_are_too_long) {
  const auto server = serve([](auto&) { return response(200, "ok"); });
  const auto path_of = [](std::size_t size) { return "/" + std::string(size - 1, '7'); };
  for (const auto* method : {"GET", "DELETE"}) {
    const auto got = fetch({.method = method, .url = url(*server, path_of(2'000))});
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_TRUE(seen.back().head.starts_with(method + (" " + path_of(2'000)) + " HTTP/1.1\r\n")) << seen.back().head;
  }
  const auto refused = fetch({.url = url(*server, path_of(2'001))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::invalid_config);
  EXPECT_NE(refused.error().text.find("2001 bytes"), std::string::npos) << refused.error().text;
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(fetch_test, takes_any_status_for_an_answer_and_follows_no_redirect) {
  for (const int status : {201, 204, 302, 400, 401, 404, 500}) {
    const auto server = serve([status](auto&) {
      return status == 204 ? std::string{"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"}
                           : response(status, "body", "Location: https://localhost:1/else\r\n");
    });
    const auto got = fetch({.url = url(*server)});
    ASSERT_TRUE(got) << status << got.error().text;
    EXPECT_EQ(got->status, status);
    EXPECT_EQ(got->body, status == 204 ? "" : "body");
    EXPECT_EQ(server->connections(), 1U);
  }
}

TEST_F(fetch_test, puts_chunks_together) {
  const auto server = serve([](auto&) {
    return std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"} + "5\r\nfirst\r\n" + "1f40\r\n" +
           std::string(8'000, '2') + "\r\n0\r\n\r\n";
  });
  for (int i = 0; i < 3; ++i) {
    const auto got = fetch({.url = url(*server)});
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got->body, "first" + std::string(8'000, '2'));
  }
  tls_server closing{[](peer& on) {
                       read_request(on);
                       on.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
                     },
                     localhost};
  const auto got = fetch({.url = url(closing)});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "body");
}

TEST_F(fetch_test, takes_the_end_of_the_connection_for_the_end_of_a_body_without_length) {
  const auto server = serve([](auto&) { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it"; });
  const auto got = fetch({.url = url(*server)});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "all of it");
}

TEST_F(fetch_test, tells_a_cut_body_from_a_whole_one) {
  for (const std::string head :
       {"Content-Length: 100\r\n\r\nten bytes.", "Transfer-Encoding: chunked\r\n\r\n64\r\nten bytes."}) {
    tls_server server{[&](peer& on) {
                        read_request(on);
                        on.write("HTTP/1.1 200 OK\r\n" + head);
                      },
                      localhost};
    const auto got = fetch({.url = url(server)});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ec::io);
    EXPECT_NE(got.error().text.find("cut after 10 bytes"), std::string::npos) << got.error().text;
  }
}

TEST_F(fetch_test, uses_a_connection_again_and_another_once_it_is_closed) {
  tls_server server{[](peer& on) {
                      for (int i = 0; i < 20; ++i) {
                        const auto x = read_request(on);
                        if (x.head.empty()) return;
                        on.write(response(200, x.body));
                      }
                    },
                    localhost, 443};
  if (!server.is_listening()) GTEST_SKIP() << "libwebsockets uses connections again only on port 443, which needs root";
  for (int i = 0; i < 30; ++i) {
    const auto body = "number " + std::to_string(i);
    const auto got = fetch({.method = i % 2 ? "POST" : "GET",
                            .url = "https://localhost/",
                            .body = i % 2 ? body : "",
                            .attempts = 2}); // the server may close it just then
    ASSERT_TRUE(got) << i << got.error().text;
    EXPECT_EQ(got->body, i % 2 ? body : "");
  }
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(fetch_test, serves_many_at_once_without_waiting_for_one_another) {
  std::promise<void> may_answer;
  auto is_released = may_answer.get_future().share();
  const auto server = serve([&](const request& x) {
    if (x.head.starts_with("GET /slow")) is_released.wait();
    return response(200, x.head.substr(0, x.head.find(" HTTP")));
  });
  int fast = 0;
  std::string slow;
  loop->fetch({.url = url(*server, "/slow")}, [&](auto x) { slow = x ? x->body : x.error().text; });
  for (int i = 0; i < 10; ++i)
    loop->fetch({.url = url(*server, "/fast")}, [&](auto x) { fast += x && x->body == "GET /fast"; });
  run_until([&] { return fast == 10; });
  EXPECT_EQ(slow, "");
  may_answer.set_value();
  run_until([&] { return !slow.empty(); });
  EXPECT_EQ(slow, "GET /slow");
}

TEST_F(fetch_test, repeats_after_a_status_that_asks_for_it) {
  std::atomic<int> count = 0;
  const auto server = serve([&](auto&) {
    const int now = ++count;
    return now < 3 ? response(now == 1 ? 503 : 429, "busy", "Retry-After: 0\r\n") : response(200, "done");
  });
  const auto got = fetch({.url = url(*server), .attempts = 5});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "done");
  EXPECT_EQ(count, 3);
}

TEST_F(fetch_test, returns_the_last_answer_when_the_attempts_are_used_up) {
  const auto server = serve([](auto&) { return response(503, "busy"); });
  const auto got = fetch({.url = url(*server), .attempts = 2});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->status, 503);
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(fetch_test, sends_once_what_may_not_be_repeated) {
  const auto server = serve([](auto&) { return std::string{}; });
  const auto got = fetch({.method = "POST", .url = url(*server), .body = "order"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::io);
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(fetch_test, repeats_after_a_broken_connection) {
  std::atomic<int> count = 0;
  const auto server = serve([&](auto&) { return ++count == 1 ? std::string{} : response(200, "done"); });
  const auto got = fetch({.url = url(*server), .attempts = 2});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "done");
}

TEST_F(fetch_test, does_not_wait_for_ever) {
  tls_server silent{[](peer& on) { on.wait_for_end(); }, localhost};
  tls_server endless{[](peer& on) {
                       read_request(on);
                       on.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun");
                       on.wait_for_end();
                     },
                     localhost};
  for (const auto* server : {&silent, &endless}) {
    const auto got = fetch({.url = url(*server), .timeout = 50ms});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ec::io);
    EXPECT_NE(got.error().text.find("within 50 ms"), std::string::npos) << got.error().text;
  }
}

TEST_F(fetch_test, bounds_the_body) {
  const auto server = serve([](auto&) { return response(200, std::string(100'001, 'x')); });
  const auto got = fetch({.url = url(*server), .largest_body = 100'000, .attempts = 3});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::malformed);
  EXPECT_EQ(fetch({.url = url(*server), .largest_body = 100'001})->body.size(), 100'001U);
}

TEST_F(fetch_test, verifies_the_server) {
  const test_ca other;
  tls_server server{[](peer& on) { on.wait_for_end(); }, other.server("localhost")};
  const auto got = fetch({.url = url(server)});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ec::io);
}

TEST_F(fetch_test, answers_a_url_or_method_that_is_none_with_a_call) {
  EXPECT_EQ(fetch({.url = "wss://localhost/"}).error().code, ec::invalid_config);
  EXPECT_EQ(fetch({.method = "TRACE", .url = "https://localhost/"}).error().code, ec::invalid_config);
}

TEST_F(fetch_test, may_be_called_from_its_own_answer_and_dropped_with_its_loop) {
  const auto server = serve([](auto&) { return response(200, "x"); });
  int count = 0;
  loop->fetch({.url = url(*server)}, [&](auto) {
    ++count;
    loop->fetch({.url = url(*server)}, [&](auto) { ++count; });
  });
  run_until([&] { return count == 2; });
  tls_server silent{[](peer& on) { on.wait_for_end(); }, localhost};
  loop->fetch({.url = url(silent)}, [&](auto) { ++count; });
  loop->round(steady_ns() + 1'000'000);
  loop.reset();
  EXPECT_EQ(count, 2);
}

} // namespace
