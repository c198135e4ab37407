#include "net_kit.hpp"

#include <mutex>

using namespace strike;
using namespace strike::test;

namespace {

/// A proxy that knows CONNECT, and carries bytes both ways.
struct small_proxy {
  tls_server server{[this](peer& on) { serve(on); }};
  std::mutex mutex;
  std::vector<std::string> heads;
  std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";

  void serve(peer& on) {
    const auto head = on.read_until("\r\n\r\n");
    {
      const std::lock_guard lock{mutex};
      heads.push_back(head);
    }
    on.write(answer);
    const auto port = head.substr(head.find(':') + 1, head.find(" HTTP") - head.find(':') - 1);
    const int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    if (connect(far, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
      peer other{far, nullptr};
      std::thread back{[&] {
        for (std::string x; !(x = other.read()).empty();) on.write(x);
        shutdown(on.descriptor(), SHUT_RDWR);
      }};
      for (std::string x; !(x = on.read()).empty();) other.write(x);
      shutdown(far, SHUT_RDWR);
      back.join();
    }
  }
};

struct proxy_test : net_test {
  small_proxy proxy;
  tls_server server{[](peer& on) {
                      const auto head = ws::accept(on);
                      on.write(ws::frame("through"));
                      on.wait_for_end();
                    },
                    localhost};

  /// Opens a loop anew, with that in its environment.
  void set(const char* name, const std::string& value) {
    setenv(name, value.c_str(), 1);
    loop = make_loop();
  }
  ~proxy_test() override {
    for (const auto* name : {"http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY"}) unsetenv(name);
  }
};

TEST_F(proxy_test, carries_tls_by_connect_with_the_name_and_password) {
  set("https_proxy", "http://user:pass@localhost:" + std::to_string(proxy.server.port()));
  const auto x = open(server);
  run_until([&] { return x->texts.size() == 1; });
  ASSERT_EQ(proxy.heads.size(), 1U);
  EXPECT_TRUE(proxy.heads[0].starts_with("CONNECT " + server.authority() + " HTTP/1.")) << proxy.heads[0];
  EXPECT_NE(proxy.heads[0].find("dXNlcjpwYXNz"), std::string::npos) << proxy.heads[0]; // base64 of user:pass
}

TEST_F(proxy_test, carries_requests_too) {
  tls_server web{[](peer& on) {
                   on.read_until("\r\n\r\n");
                   on.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
                 },
                 localhost};
  set("HTTPS_PROXY", "localhost:" + std::to_string(proxy.server.port()));
  const auto got = fetch({.url = "https://" + web.authority() + "/"});
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->body, "body");
  EXPECT_EQ(proxy.heads.size(), 1U);
}

TEST_F(proxy_test, is_passed_by_for_the_names_in_no_proxy_and_for_the_other_scheme) {
  setenv("no_proxy", "example.com, localhost", 1);
  set("https_proxy", "http://localhost:" + std::to_string(proxy.server.port()));
  auto x = open(server);
  run_until([&] { return x->texts.size() == 1; });
  unsetenv("no_proxy");
  unsetenv("https_proxy");
  x.reset();
  set("http_proxy", "http://localhost:" + std::to_string(proxy.server.port()));
  x = open(server);
  run_until([&] { return x->texts.size() == 1; });
  EXPECT_EQ(proxy.heads.size(), 0U);
}

TEST_F(proxy_test, that_refuses_is_reported) {
  proxy.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  set("https_proxy", "http://localhost:" + std::to_string(proxy.server.port()));
  const auto x = open(server);
  EXPECT_EQ(end_of(*x).code, 1006);
  EXPECT_FALSE(x->is_open);
}

TEST_F(proxy_test, that_is_no_url_is_an_error_without_its_password) {
  setenv("https_proxy", "socks5://user:secret@host", 1);
  const auto x = net::loop::open({.ca_file = ca.file(), .on_warning = {}});
  ASSERT_FALSE(x);
  EXPECT_EQ(x.error().code, ec::invalid_config);
  EXPECT_EQ(x.error().text.find("secret"), std::string::npos) << x.error().text;
}

} // namespace
