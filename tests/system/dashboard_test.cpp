// The dashboard's process between a publisher of this test and its clients.
#include "bus/publisher.hpp"
#include "bus/topic.hpp"
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"
#include "wire/dashboard.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <mutex>

namespace {

namespace beast = boost::beast;
namespace json = boost::json;
namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;
namespace bus = strike::bus;
namespace wire = strike::wire;
using boost::asio::ip::tcp;
using std::chrono::steady_clock;
using testing::HasSubstr;

/// What a strategies process publishes, with a snapshot for who comes late.
class strategies {
public:
  strategies() {
    const std::lock_guard held{guard_};
    out_ = bus::threaded_publisher::open(bus::context{}, {.bind = {.endpoint = "tcp://127.0.0.1:*"},
                                                          .on_demand = [this](const bus::demand& x) { on_demand(x); }})
               .value();
  }
  std::string endpoint() const { return out_->endpoint(); }
  void show(const std::string& name, std::string state, std::optional<std::string> layout = {}) {
    const std::lock_guard held{guard_};
    auto& x = newest_[name];
    x = {name, 7, x.sequence + 1, 0, std::move(state), layout ? std::move(layout) : std::move(x.layout_json)};
    publish(x);
  }

private:
  void on_demand(const bus::demand& x) {
    const std::lock_guard held{guard_};
    if (x.is_wanted)
      for (const auto& [name, state] : newest_) publish(state);
  }
  void publish(const wire::dashboard_state& x) {
    std::string bytes;
    wire::encode(bytes, x);
    out_->publish(*bus::named_topic(bus::topic_root::dashboard, x.strategy), bytes);
  }

  std::mutex guard_;
  std::map<std::string, wire::dashboard_state> newest_;
  std::unique_ptr<bus::threaded_publisher> out_;
};

/// A browser's end of /ws.
class viewer {
public:
  explicit viewer(const std::string& address, const std::string& origin = "", const std::string& path = "/ws",
                  std::string host = "") {
    const auto colon = address.rfind(':');
    stream_.next_layer().connect({boost::asio::ip::make_address(address.substr(0, colon)),
                                  static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))});
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& x) {
      if (!origin.empty()) x.set(beast::http::field::origin, origin);
    }));
    stream_.read_message_max(64 << 20);
    stream_.handshake(answer_, host.empty() ? address : host, path, failed_);
  }
  bool is_open() const { return !failed_; }
  unsigned status() const { return answer_.result_int(); }
  /// The next update; an empty object if none comes in ten seconds.
  json::object next() {
    beast::flat_buffer got;
    stream_.read(got, failed_);
    if (failed_) return {};
    return json::parse({static_cast<const char*>(got.data().data()), got.size()}).as_object();
  }
  /// Reads updates until one holds the value; false if none comes.
  bool sees(const std::string& name, std::string_view key, const json::value& value) {
    const auto until = steady_clock::now() + 10s;
    while (is_open() && steady_clock::now() < until) {
      const auto told = next();
      if (told.empty()) break;
      for (const auto& x : told.at("strategies").as_array()) {
        const auto* const got = x.at("state").as_object().if_contains(key);
        if (x.at("summary").at("name").as_string() == name && got && *got == value) return true;
      }
    }
    return false;
  }
  void say(std::string_view text) { stream_.write(boost::asio::buffer(text.data(), text.size()), failed_); }
  /// The code that the server closed with.
  unsigned close_code() {
    while (!next().empty()) {
    }
    return stream_.reason().code;
  }

private:
  boost::asio::io_context io_;
  websocket::stream<tcp::socket> stream_{io_};
  websocket::response_type answer_;
  boost::system::error_code failed_;
};

struct dashboard_system : testing::Test {
  temp_folder folder;
  strategies source;
  process service{
      {DASHBOARD_BINARY, "--upstream", source.endpoint(), "--listen", "127.0.0.1:0"}, folder / "", folder / ""};
  std::string address;

  void SetUp() override {
    ASSERT_TRUE(service.wait_for_err("url=http://")) << service.err();
    const auto text = service.err();
    const auto at = text.find("url=http://") + 11;
    address = text.substr(at, text.find('/', at) - at);
  }
  http_answer get(const std::string& path) const { return http_get(address, path); }
  http_answer ask(const std::string& request) const {
    tcp_client client{address};
    client.write(request);
    const auto text = client.read();
    const auto end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
    return {std::stoi(text.substr(9, 3)), text.substr(0, end), text.substr(end + 4)};
  }
  bool becomes(const std::string& path, std::string_view part) const {
    for (const auto until = steady_clock::now() + 10s; steady_clock::now() < until; usleep(20'000))
      if (get(path).body.find(part) != std::string::npos) return true;
    return false;
  }
  std::size_t memory_kb() const {
    std::ifstream from{fmt::format("/proc/{}/status", service.pid())};
    for (std::string line; std::getline(from, line);)
      if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    return 0;
  }
};

TEST_F(dashboard_system, serves_the_page_with_headers_that_keep_strangers_out) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<script src=\"/app.js\" type=\"module\">"));
  for (const auto* x : {"content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'",
                        "x-content-type-options: nosniff", "x-frame-options: DENY", "cache-control: no-cache"})
    EXPECT_THAT(page.head, HasSubstr(x));
  const auto at = page.head.find("etag: ") + 6;
  const auto tag = page.head.substr(at, page.head.find("\r\n", at) - at);
  const auto again =
      ask(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nIf-None-Match: {}\r\n\r\n", address, tag));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  const auto script = ask(fmt::format(
      "GET /dygraph.min.js HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n", address));
  EXPECT_THAT(script.head, HasSubstr("content-encoding: gzip"));
  EXPECT_THAT(script.head, HasSubstr(fmt::format("content-length: {}", script.body.size())));
  EXPECT_EQ(http_get(address, "/", "HEAD").body, "");
  EXPECT_EQ(get("/nothing").status, 404);
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok"})");
}

TEST_F(dashboard_system, serves_what_strategies_show) {
  source.show("gamma", R"({"pnl":1})", R"([{"widget":"divider"}])");
  EXPECT_TRUE(becomes("/api/strategies", R"("name":"gamma")"));
  EXPECT_TRUE(becomes("/api/strategies/gamma", R"("state":{"pnl":1})"));
  EXPECT_EQ(get("/api/strategies/gamma/schema").body, R"([{"widget":"divider"}])");
  EXPECT_EQ(get("/api/strategies/delta").status, 404);
  source.show("<b onclick=1>%41 &", "{}");
  EXPECT_TRUE(becomes("/api/strategies", R"("name":"<b onclick=1>%41 &")"));
  EXPECT_EQ(get("/api/strategies/%3Cb%20onclick=1%3E%2541%20%26").status, 200);
  EXPECT_TRUE(becomes("/api/strategies", R"("connected":true)"));
}

TEST_F(dashboard_system, a_viewer_gets_everything_and_then_what_changed) {
  source.show("gamma", R"({"pnl":1,"fees":2})", "[]");
  source.show("still", R"({"x":1})", "[]");
  ASSERT_TRUE(becomes("/api/strategies/still", R"("x":1)"));
  viewer browser{address, "http://" + address};
  const auto full = browser.next();
  EXPECT_EQ(full.at("type"), "full");
  EXPECT_EQ(full.at("strategies").as_array().size(), 2U);
  source.show("gamma", R"({"pnl":5,"fees":2})");
  for (auto told = browser.next();; told = browser.next()) { // the snapshots that a subscriber gets twice may be first
    ASSERT_EQ(told.at("type"), "delta");
    const auto& all = told.at("strategies").as_array();
    if (all.empty() || all[0].at("state").as_object().empty()) continue;
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(json::serialize(all[0].at("state")), R"({"pnl":5})");
    break;
  }
}

TEST_F(dashboard_system, refuses_pages_of_other_origins) {
  EXPECT_TRUE((viewer{address, "http://" + address}.is_open()));
  EXPECT_TRUE(viewer{address}.is_open());
  for (const std::string x : {"http://evil.example", "http://127.0.0.1:1", "null"}) {
    const viewer stranger{address, x};
    EXPECT_FALSE(stranger.is_open()) << x;
    EXPECT_EQ(stranger.status(), 403U) << x;
  }
  EXPECT_FALSE((viewer{address, "http://evil.example", "/ws", "evil.example"}.is_open()));
  EXPECT_FALSE((viewer{address, "", "/other"}.is_open()));
  const auto rebound = ask("GET /api/strategies HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(rebound.status, 403);
}

TEST_F(dashboard_system, bounds_what_clients_may_send) {
  const auto large = fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n", address, std::string(100'000, 'x'));
  EXPECT_NE(ask(large).status, 200);
  EXPECT_EQ(
      ask(fmt::format("POST / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", address)).status,
      415);
  EXPECT_EQ(ask(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000000\r\n\r\n", address)).status, 413);
  viewer talker{address};
  ASSERT_TRUE(talker.is_open());
  talker.say("hello");
  EXPECT_EQ(talker.close_code(), websocket::close_code::policy_error);
  viewer flooder{address};
  ASSERT_TRUE(flooder.is_open());
  flooder.say(std::string(1'000'000, 'x'));
  EXPECT_EQ(flooder.close_code(), websocket::close_code::policy_error);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(dashboard_system, a_viewer_that_never_reads_costs_no_memory_and_holds_up_nobody) {
  const auto large = [](int i) {
    return fmt::format(R"({{"n":{},"text":"{}"}})", i, std::string(3'000'000, char('a' + i % 26)));
  };
  source.show("gamma", large(0), "[]");
  ASSERT_TRUE(becomes("/api/strategies/gamma", R"("n":0)"));
  viewer sleeper{address}, reader{address};
  ASSERT_TRUE(sleeper.is_open());
  ASSERT_TRUE(reader.sees("gamma", "n", 0));
  source.show("gamma", large(1));
  ASSERT_TRUE(reader.sees("gamma", "n", 1));
  const auto before = memory_kb();
  constexpr int last = 14;
  for (int i = 2; i <= last; ++i) {
    source.show("gamma", large(i));
    const auto asked = steady_clock::now();
    ASSERT_TRUE(reader.sees("gamma", "n", i));
    EXPECT_LT(steady_clock::now() - asked, 3s);
  }
  EXPECT_LT(memory_kb(), before + 20 * 1024); // the updates it missed are 39 MB
  // Once it wakes up it is told what the kernel had taken for it, and then the newest.
  int count = 0, newest = -1;
  while (newest != last) {
    const auto told = sleeper.next();
    ASSERT_FALSE(told.empty());
    newest = told.at("strategies").at(0).at("state").at("n").to_number<int>();
    ++count;
  }
  EXPECT_LT(count, last - 3);
}

TEST_F(dashboard_system, stops_within_a_second_with_viewers_connected) {
  source.show("gamma", R"({"pnl":1})", "[]");
  viewer browser{address};
  ASSERT_FALSE(browser.next().empty());
  const auto asked = steady_clock::now();
  service.signal(SIGTERM);
  const auto done = service.wait();
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_LT(steady_clock::now() - asked, 1s);
  EXPECT_TRUE(browser.next().empty() || browser.next().empty());
}

TEST_F(dashboard_system, names_an_address_that_is_taken_or_too_open) {
  temp_folder other;
  const auto end_of = [&](const std::string& listen) {
    return process{{DASHBOARD_BINARY, "--listen", listen, "--upstream", source.endpoint()}, other / "", other / ""}
        .wait();
  };
  const auto taken = end_of(address);
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.err, HasSubstr("cannot listen on " + address));
  const auto open = end_of("0.0.0.0:0");
  EXPECT_EQ(open.exit_code, 2);
  EXPECT_THAT(open.err, HasSubstr("can be reached from other hosts"));
}

} // namespace
