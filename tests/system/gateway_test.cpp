#include "kit/bus_kit.hpp"
#include "kit/tls_server.hpp"
#include "kit/ws_frames.hpp"
#include "wire/ops.hpp"

#include <atomic>
#include <deque>
#include <future>
#include <mutex>

using namespace bus_kit;
using namespace strike::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// The made-up venue on a socket of this host. Each connection is confirmed what it asks for and sent a ticker, the
/// n-th one with the bid n; then it does what the test tells it.
class made_up_server {
public:
  ~made_up_server() {
    const std::scoped_lock lock{guard_};
    for (auto& x : connections_)
      if (!x.is_told) x.next.set_value("");
  }
  std::string url() const { return "ws://" + server_.authority() + "/"; }
  /// What was asked for on the n-th connection, from 1; waits for it.
  std::string subscription(std::size_t n) { return at(n).asked.get_future().get(); }
  void send(std::size_t n, std::string text) {
    at(n).is_told = true;
    at(n).next.set_value(std::move(text));
  }
  void cut(std::size_t n) { send(n, ""); }

private:
  struct connection {
    std::promise<std::string> asked, next;
    bool is_told = false;
  };
  connection& at(std::size_t n) {
    const std::scoped_lock lock{guard_};
    while (connections_.size() < n) connections_.emplace_back();
    return connections_[n - 1];
  }
  void serve(peer& on) {
    ws::accept(on);
    const auto n = ++accepted_;
    auto& mine = at(n);
    mine.asked.set_value(ws::read_frame(on).payload);
    on.write(ws::frame(fmt::format("ok;t 0 {}", n)));
    const auto next = mine.next.get_future().get();
    if (next.empty()) return on.cut();
    on.write(ws::frame(next));
    on.wait_for_end();
  }

  std::mutex guard_;
  std::deque<connection> connections_;
  std::atomic<std::size_t> accepted_{0};
  tls_server server_{[this](peer& on) { serve(on); }};
};

struct gateway_system : bus_test {
  std::vector<trust> states(channel what) const {
    std::vector<trust> out;
    for (const auto& x : market.events)
      if (channel_of(x) == what) out.push_back(x.state);
    return out;
  }

  made_up_server far;
  service gateway{folder, "gateway", GATEWAY_BINARY,
                  fmt::format("[gateway.deribit]\nurl = \"{}\"\n[gateway.derive]\nca_file = \"x\"\n", far.url())};
  reader market{where,
                instruments,
                gateway.logged("endpoint="),
                {"md/deribit/BTC-PERPETUAL/ticker/", "md/deribit/BTC-PERPETUAL/status/"}};
};

TEST_F(gateway_system, carries_events_to_the_bus_and_its_outages_too) {
  ASSERT_TRUE(eventually([&] { return market.bid(btc) == 1 && states(channel::status).size() == 1; }, market))
      << gateway.err();
  EXPECT_EQ(far.subscription(1), "+0");
  EXPECT_TRUE(gateway.is_ready());
  far.cut(1);
  ASSERT_TRUE(eventually([&] { return market.bid(btc) == 2 && states(channel::status).size() == 3; }, market));
  EXPECT_THAT(states(channel::ticker), ElementsAre(trust::live, trust::stale, trust::live));
  EXPECT_THAT(states(channel::status), ElementsAre(trust::live, trust::stale, trust::live));
  EXPECT_EQ(market.intake.counts().gaps, 0u);
  EXPECT_EQ(gateway.metric("strike_gateway_reconnects_total"), 1);
  EXPECT_EQ(gateway.metric("strike_gateway_events_total", "ticker"), 2);
}

TEST_F(gateway_system, one_that_died_goes_on_in_a_new_epoch_without_its_consumers_doing_anything) {
  ASSERT_TRUE(eventually([&] { return market.bid(btc) == 1; }, market)) << gateway.err();
  far.send(1, "throw");
  ASSERT_TRUE(eventually([&] { return market.bid(btc) == 2; }, market)) << gateway.err();
  EXPECT_EQ(far.subscription(2), "+0");
  EXPECT_THAT(gateway.err(), HasSubstr("actor restarted"));
  EXPECT_THAT(states(channel::ticker), testing::Contains(trust::stale));
  EXPECT_GE(market.intake.counts().new_epochs, 1u);
  EXPECT_TRUE(gateway.is_ready());
}

TEST_F(gateway_system, has_a_heartbeat) {
  auto ops = bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = gateway.logged("endpoint=")}}}).value();
  ops.subscribe("ops/gateway-deribit/");
  std::vector<wire::heartbeat> beats;
  ASSERT_TRUE(eventually(
      [&] {
        for (const auto& x : ops.receive(1ms)) beats.push_back(wire::decode_heartbeat(x.bytes()).value());
        return beats.size() >= 2 && beats.back().ready;
      },
      market));
  EXPECT_EQ(beats[0].service, "gateway-deribit");
  EXPECT_EQ(beats[0].epoch, beats[1].epoch);
  EXPECT_GT(beats[1].at_ns, beats[0].at_ns);
}

TEST_F(gateway_system, stops_in_order_and_at_once) {
  ASSERT_TRUE(eventually([&] { return market.bid(btc) == 1; }, market)) << gateway.err();
  const auto done = gateway.stop();
  EXPECT_EQ(done.exit_code, 0) << done.err;
}

} // namespace
