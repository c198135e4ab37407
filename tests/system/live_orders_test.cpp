// `strike live --sandbox` with real orders at its three venues, and the operator's last resort.
#include "kit/bus_kit.hpp"
#include "kit/process.hpp"
#include "kit/sandbox_keys.hpp"
#include "kit/tcp_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <filesystem>

using testing::HasSubstr;

namespace {

struct live_orders : testing::Test {
  temp_folder folder;
  std::array<std::string, 5> at; ///< Deribit, Derive, Polymarket, the sandbox's control, exec's

  live_orders() {
    for (auto& x : at) {
      x = bus_kit::free_endpoint();
      x = x.substr(x.rfind('/') + 1);
    }
    for (const auto* name : {"live", "kill"}) std::filesystem::create_directory((folder / name).string());
    set_sandbox_keys();
  }
  /// One enters at the first move, and its entries rest for long; the other takes what is offered, and holds it.
  std::string config() const {
    return folder.write("strike.toml", fmt::format(R"(
[[strategy]]
type = "momentum"
instruments = ["deribit:ETH-PERPETUAL", "derive:ETH-PERP"]
threshold = 0.000001
lookback_ticks = 1
entry = "join"
entry_timeout = "5m"
[[strategy]]
type = "momentum"
name = "taker"
instruments = ["deribit:BTC-PERPETUAL", "derive:BTC-PERP", "polymarket:*"]
shorts = false
threshold = 0.000001
lookback_ticks = 1
entry = "cross"
max_hold = "5m"
[strategies]
control = "tcp://127.0.0.1:0"
[sandbox]
folder = "tls"
control = "{3}"
[sandbox.deribit]
listen = "{0}"
[sandbox.derive]
listen = "{1}"
[sandbox.polymarket]
listen = "{2}"
[gateway.deribit]
testnet = true
url = "wss://{0}/ws/api/v2"
rest = "https://{0}/api/v2"
ca_file = "tls/ca.pem"
[gateway.derive]
ws_url = "wss://{1}/v3/ws"
rest_url = "https://{1}/v3"
ca_file = "tls/ca.pem"
[gateway.polymarket]
url = "wss://{2}/ws/market"
clob = "https://{2}"
gamma = "https://{2}/gamma"
ca_file = "tls/ca.pem"
list = "open"
[exec]
control = "tcp://{4}"
store = "exec.db"
ca_file = "tls/ca.pem"
live_orders = true
live = ["deribit", "derive", "polymarket"]
[exec.deribit]
testnet = true
url = "wss://{0}/ws/api/v2"
[exec.derive]
ws_url = "wss://{1}/v3/ws"
[exec.polymarket]
clob = "https://{2}"
user_socket = "wss://{2}/ws/user"
gamma = "https://{2}/gamma"
data_api = "https://{2}"
geoblock = ""
)",
                                                   at[0], at[1], at[2], at[3], at[4]));
  }
  /// What the sandbox knows of a venue, which none of our own services has a part in.
  boost::json::array truth(const char* what, const char* venue) const {
    const auto told = http_get(at[3], fmt::format("/truth/{}?venue={}", what, venue)).body;
    boost::system::error_code failed;
    const auto all = boost::json::parse(told, failed);
    return failed ? boost::json::array{} : all.at(what).as_array();
  }
  bool holds_something(const char* venue) const {
    return std::ranges::any_of(truth("positions", venue),
                               [](const auto& x) { return x.at("size").as_string() != "0"; });
  }
  /// As an operator would look, when the kill left something.
  std::string orders() const {
    return process{{STRIKE_BINARY, "orders", "--store", (folder / "exec.db").string()}, (folder / "kill").string()}
        .wait()
        .out;
  }
  std::size_t open_orders(const char* venue) const {
    return static_cast<std::size_t>(std::ranges::count_if(truth("orders", venue), [](const auto& x) {
      const auto& state = x.at("state").as_string();
      return state == "pending" || state == "open" || state == "partially_filled";
    }));
  }
};

TEST_F(live_orders, a_kill_leaves_no_order_open_and_no_position_at_any_venue) {
  process live{{STRIKE_BINARY, "live", "--sandbox", "--config", config(), "--no-record"}, (folder / "live").string()};
  for (const auto* venue : {"deribit", "derive"})
    ASSERT_TRUE(bus_kit::eventually([&] { return open_orders(venue) > 0; })) << venue << live.err();
  for (const auto* venue : {"deribit", "derive", "polymarket"})
    ASSERT_TRUE(bus_kit::eventually([&] { return holds_something(venue); })) << venue << live.err();

  const auto killed = process{{STRIKE_BINARY, "kill", "--flatten", "--reason", "test", "--control", "tcp://" + at[4]},
                              (folder / "kill").string()}
                          .wait();
  EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err << live.err();
  for (const auto* venue : {"deribit", "derive", "polymarket"}) {
    EXPECT_FALSE(truth("orders", venue).empty()) << "the sandbox was asked in vain, or forgets";
    EXPECT_EQ(open_orders(venue), 0U) << venue;
    EXPECT_FALSE(holds_something(venue)) << venue << "\n" << orders();
  }
  EXPECT_THAT(killed.out, HasSubstr("none is open, says deribit, derive, polymarket"));
}

} // namespace
