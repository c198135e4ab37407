#include "net_kit.hpp"

#include <future>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace strike;
using namespace strike::test;
using namespace std::chrono_literals;

namespace {

struct web_socket_failures_test : net_test {
  /// Why a socket to a server that behaves so never opens.
  net::close_report refusal(std::function<void(peer&)> serve, const tls_context& tls, net::socket_options how = {}) {
    tls_server server{std::move(serve), tls};
    if (how.url.empty()) how.url = "wss://" + server.authority() + "/ws";
    const auto x = open(how);
    auto report = end_of(*x);
    EXPECT_FALSE(x->is_open);
    return report;
  }
  /// How an opened socket to a server that does so ends.
  net::close_report ending(std::function<void(peer&)> after_upgrade, net::socket_options how = {}) {
    tls_server server{[&](peer& on) {
                        ws::accept(on);
                        after_upgrade(on);
                      },
                      localhost};
    how.url = "wss://" + server.authority() + "/ws";
    const auto x = open(how);
    auto report = end_of(*x);
    EXPECT_TRUE(x->is_open) << report.text;
    texts = x->texts;
    return report;
  }
  static bool says(const net::close_report& x, std::string_view what) { return x.text.find(what) != x.text.npos; }

  std::vector<std::string> texts;
};

void say_nothing(peer& on) { on.wait_for_end(); }

TEST_F(web_socket_failures_test, trusts_only_its_own_authority) {
  const test_ca other;
  const auto report = refusal(say_nothing, other.server("localhost"));
  EXPECT_EQ(report.code, 1006);
  EXPECT_TRUE(says(report, "localhost")) << report.text;
  EXPECT_FALSE(warnings.empty()); // which name the reason
}

TEST_F(web_socket_failures_test, does_not_trust_a_certificate_of_another_host) {
  refusal(say_nothing, ca.server("elsewhere.test"));
  EXPECT_NE(testing::PrintToString(warnings).find("ostname mismatch"), std::string::npos)
      << testing::PrintToString(warnings);
}

TEST_F(web_socket_failures_test, does_not_trust_an_expired_certificate) {
  refusal(say_nothing, ca.server("localhost", -86'400));
  EXPECT_NE(testing::PrintToString(warnings).find("expired"), std::string::npos) << testing::PrintToString(warnings);
}

TEST_F(web_socket_failures_test, does_not_speak_an_old_tls) {
  const auto old = ca.server("localhost");
  SSL_CTX_set_min_proto_version(old.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(old.get(), 0);
  refusal(say_nothing, old);
}

TEST_F(web_socket_failures_test, reports_the_status_of_a_refused_upgrade) {
  const auto report = refusal(
      [](peer& on) {
        on.read_until("\r\n\r\n");
        on.write("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\nslow down");
      },
      localhost);
  EXPECT_EQ(report.http_status, 429);
  EXPECT_TRUE(says(report, "429")) << report.text;
}

TEST_F(web_socket_failures_test, ends_on_garbage_in_place_of_an_upgrade) {
  const auto report = refusal(
      [](peer& on) {
        on.read_until("\r\n\r\n");
        on.write("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n");
      },
      localhost);
  EXPECT_EQ(report.http_status, 0);
  EXPECT_EQ(report.code, 1006);
}

TEST_F(web_socket_failures_test, ends_on_a_wrong_proof_of_the_upgrade) {
  const auto report = refusal(
      [](peer& on) {
        on.read_until("\r\n\r\n");
        on.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
        on.wait_for_end();
      },
      localhost);
  EXPECT_EQ(report.http_status, 0);
}

TEST_F(web_socket_failures_test, gives_up_a_server_that_says_nothing) {
  const auto report = refusal(say_nothing, localhost, {.connect_timeout = 50ms});
  EXPECT_TRUE(says(report, "not open after")) << report.text;
}

TEST_F(web_socket_failures_test, gives_up_a_server_that_does_not_speak_tls) {
  tls_server server{say_nothing};
  const auto x = open({.url = "wss://" + server.authority(), .connect_timeout = 50ms});
  EXPECT_TRUE(says(end_of(*x), "not open after"));
}

TEST_F(web_socket_failures_test, reports_that_nobody_listens) {
  std::string url;
  {
    tls_server server{say_nothing};
    url = "ws://" + server.authority();
  }
  const auto x = open({.url = url});
  const auto report = end_of(*x);
  EXPECT_EQ(report.code, 1006);
  EXPECT_TRUE(says(report, url.substr(5))) << report.text;
}

TEST_F(web_socket_failures_test, reports_a_name_that_does_not_exist) {
  const auto x = open({.url = "wss://no-such-host.invalid/ws"});
  EXPECT_TRUE(says(end_of(*x), "no-such-host.invalid"));
}

TEST_F(web_socket_failures_test, reports_a_connection_cut_in_the_middle_of_a_frame) {
  const auto report = ending([](peer& on) {
    const auto frame = ws::frame(std::string(1'000, 'x'));
    on.write(ws::frame("whole") + frame.substr(0, 500));
    on.cut();
  });
  EXPECT_EQ(report.code, 1006);
  EXPECT_TRUE(says(report, "cut")) << report.text;
  EXPECT_EQ(texts, std::vector<std::string>{"whole"});
}

TEST_F(web_socket_failures_test, refuses_binary_frames_with_1003) {
  std::promise<ws::received> goodbye;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      on.write(ws::frame("text") + ws::frame("\x01\x02", ws::binary));
                      goodbye.set_value(ws::read_frame(on));
                    },
                    localhost};
  const auto x = open(server);
  EXPECT_EQ(end_of(*x).code, 1003);
  EXPECT_EQ(x->texts, std::vector<std::string>{"text"});
  const auto got = await(goodbye.get_future());
  EXPECT_EQ(got.kind(), ws::close);
  EXPECT_EQ(got.payload.substr(0, 2), "\x03\xeb");
}

TEST_F(web_socket_failures_test, refuses_messages_beyond_the_bound_in_one_frame_and_in_many) {
  for (const bool in_one : {true, false}) {
    const auto report = ending(
        [in_one](peer& on) {
          on.write(ws::frame(std::string(100'000, 'a')));
          if (in_one) on.write(ws::frame(std::string(100'001, 'b')));
          for (int i = 0; !in_one && i < 101; ++i)
            on.write(ws::frame(std::string(1'000, 'b'), i == 0 ? ws::text : ws::continuation, 0));
          on.wait_for_end();
        },
        {.largest_message = 100'000});
    EXPECT_EQ(report.code, 1009) << report.text;
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0].size(), 100'000U);
  }
}

TEST_F(web_socket_failures_test, ends_on_a_frame_that_breaks_the_protocol) {
  const auto report = ending([](peer& on) {
    on.write(std::string{"\xf1\x01x"}); // a reserved bit that no extension has
    on.wait_for_end();
  });
  EXPECT_NE(report.code, 1000);
  EXPECT_TRUE(texts.empty());
}

TEST_F(web_socket_failures_test, refuses_texts_before_it_is_open_and_beyond_four_mib) {
  std::promise<void> may_read;
  auto is_released = may_read.get_future().share();
  std::promise<std::size_t> got;
  tls_server server{[&](peer& on) {
                      ws::accept(on);
                      is_released.wait();
                      std::size_t count = 0;
                      for (; ws::read_frame(on).kind() == ws::text;) ++count;
                      got.set_value(count);
                    },
                    localhost};
  const auto x = open({.url = "wss://" + server.authority(), .deflate = false});
  EXPECT_EQ(x->socket->send("early").error().code, ec::session_down);
  run_until([&] { return x->is_open; });
  const std::string text(100'000, 'x');
  std::size_t accepted = 0;
  while (x->socket->send(text)) ++accepted; // nothing is written in between
  EXPECT_EQ(accepted, (4U << 20) / text.size() + 1);
  EXPECT_EQ(x->socket->send(text).error().code, ec::session_down);
  may_read.set_value();
  x->socket->close(1000, "");
  end_of(*x);
  EXPECT_EQ(got.get_future().get(), accepted);
}

TEST_F(web_socket_failures_test, a_goodbye_without_an_answer_ends_it_too) {
  tls_server server{[](peer& on) {
                      ws::accept(on);
                      on.read_until("\x03\xe8");
                      on.cut();
                    },
                    localhost};
  const auto x = open(server);
  run_until([&] { return x->is_open; });
  x->socket->close(1000, "bye");
  EXPECT_EQ(end_of(*x).code, 1000);
}

/// A port of 127.0.0.1 whose queue is full: the kernel answers nothing to who comes next.
class deaf_listener {
public:
  deaf_listener() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* const where = reinterpret_cast<sockaddr*>(&at);
    bind(add(0), where, size);
    getsockname(all_.front(), where, &size);
    listen(all_.front(), 0);
    for (int i = 0; i < 4; ++i) connect(add(SOCK_NONBLOCK), where, size);
    port_ = ntohs(at.sin_port);
  }
  ~deaf_listener() {
    for (const auto x : all_) ::close(x);
  }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  int add(int flags) { return all_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)); }
  std::vector<int> all_;
  std::uint16_t port_ = 0;
};

TEST_F(web_socket_failures_test, gives_up_soon_on_an_address_that_does_not_answer_at_all) {
  const deaf_listener nobody;
  const auto x = open({.url = "wss://" + nobody.authority() + "/ws", .connect_timeout = 1h});
  EXPECT_FALSE(end_of(*x).text.empty());
  EXPECT_FALSE(x->is_open);
}

TEST_F(web_socket_failures_test, refuses_urls_and_headers_that_are_none) {
  for (const auto* url :
       {"", "localhost", "https://localhost/", "wss://", "wss://:443/", "wss://host:0/", "wss://host:x/",
        "wss://user:secret@host/", "wss://ho st/", "wss://host/pa th", "wss://[::1"}) {
    const auto x = loop->open_socket({.url = url}, {[] {}, [](auto) {}, [](const auto&) {}});
    ASSERT_FALSE(x) << url;
    EXPECT_EQ(x.error().code, ec::invalid_config);
  }
  const auto x = loop->open_socket({.url = "wss://host/", .extra = {{"A", "b\r\nEvil: c"}}},
                                   {[] {}, [](auto) {}, [](const auto&) {}});
  ASSERT_FALSE(x);
  EXPECT_EQ(x.error().code, ec::invalid_config);
}

} // namespace
