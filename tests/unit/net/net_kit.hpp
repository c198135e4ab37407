#pragma once

#include "kit/test_ca.hpp"
#include "kit/tls_server.hpp"
#include "kit/ws_frames.hpp"
#include "net/loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace strike::test {

inline std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// What came of a socket.
struct probe {
  std::unique_ptr<net::socket> socket;
  bool is_open = false;
  std::vector<std::string> texts;
  std::optional<net::close_report> end;
};

/// A loop that trusts the test's authority, and no proxy in its environment.
struct net_test : testing::Test {
  test_ca ca;
  tls_context localhost = ca.server("localhost");
  std::vector<std::string> warnings;
  std::unique_ptr<net::loop> loop;

  net_test() {
    for (const auto* name : {"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
      unsetenv(name);
    loop = make_loop();
  }
  std::unique_ptr<net::loop> make_loop() {
    auto x = net::loop::open(
        {.ca_file = ca.file(), .on_warning = [this](std::string_view line) { warnings.emplace_back(line); }});
    EXPECT_TRUE(x) << x.error().text;
    return std::move(*x);
  }
  /// Serves the loop until it is so; ends the test after 20 seconds.
  template <class IsSo> void run_until(IsSo is_so) {
    const auto end = steady_ns() + 20'000'000'000;
    while (!is_so()) {
      if (steady_ns() >= end) throw std::runtime_error{"not within 20 seconds; " + testing::PrintToString(warnings)};
      loop->round(end);
    }
  }
  /// Serves the loop until a server's thread has set it.
  template <class T> T await(std::future<T> from) {
    const auto x = from.share();
    std::jthread waker{[this, x] {
      x.wait();
      loop->wake();
    }};
    run_until([&] { return x.wait_for(std::chrono::seconds{0}) == std::future_status::ready; });
    return x.get();
  }
  std::unique_ptr<probe> open(net::socket_options how) {
    auto x = std::make_unique<probe>();
    auto* const at = x.get();
    auto socket = loop->open_socket(how, {
                                             .on_open = [at] { at->is_open = true; },
                                             .on_text = [at](std::string_view text) { at->texts.emplace_back(text); },
                                             .on_close = [at](const net::close_report& r) { at->end = r; },
                                         });
    EXPECT_TRUE(socket) << socket.error().text;
    x->socket = std::move(*socket);
    return x;
  }
  std::unique_ptr<probe> open(const tls_server& at) { return open({.url = "wss://" + at.authority() + "/ws"}); }
  net::close_report end_of(probe& x) {
    run_until([&] { return x.end.has_value(); });
    return x.end.value_or(net::close_report{});
  }
  result<net::http_response> fetch(net::http_request what) {
    std::optional<result<net::http_response>> got;
    loop->fetch(std::move(what), [&](result<net::http_response> x) {
      EXPECT_FALSE(got) << "called twice";
      got = std::move(x);
    });
    EXPECT_FALSE(got) << "called from within fetch";
    run_until([&] { return got.has_value(); });
    return got ? *got : fail(ec::io, "no call");
  }
};

} // namespace strike::test
