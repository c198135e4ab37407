#include "chaos/world.hpp"

#include "kit/sandbox_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace chaos {

namespace {

constexpr const char* sandbox_config = R"(
[sandbox]
folder = "tls"
control = "127.0.0.1:0"
[sandbox.deribit]
listen = "127.0.0.1:0"
trading_rate = 200
trading_burst = 400
[sandbox.derive]
listen = "127.0.0.1:0"
requests_per_window = 0
matching_per_window = 0
others_per_window = 0
cancel_all_per_window = 0
balance = 100000000
[sandbox.polymarket]
listen = "127.0.0.1:0"
mined_after = "200ms"
confirmed_after = "1s"
balance = 100000000
[sandbox.market]
events_per_s = 300
)";

constexpr const char* live = R"(
live_orders = true
live = ["deribit", "derive", "polymarket"]
reconcile_every = "5s"
)";

/// Wide limits: the run is about what happens to orders, not about which are allowed.
constexpr const char* exec_venues = R"(
[exec.deribit]
testnet = true
url = "wss://{0}/ws/api/v2"
request_timeout = "2s"
absent_after = "2s"
valid_for = "2s"
[exec.derive]
ws_url = "wss://{1}/v3/ws"
answer_timeout = "2s"
absent_after = "3s"
matching = 1000
other = 1000
instrument_rate = 200
instrument_burst = 400
[exec.polymarket]
clob = "https://{2}"
user_socket = "wss://{2}/ws/user"
gamma = "https://{2}/gamma"
data_api = "https://{2}"
geoblock = ""
answer = "2s"
absent_after = "4s"
[risk]
max_order_notional = 0
max_position_notional = 0
max_portfolio_notional = 0
max_open_orders = 0
orders_per_second = 0
max_daily_loss = 0
max_drawdown = 0
collar = 0.2
binary_collar = 0.4
self_trade_prevention = false
on_rejects = "off"
on_stale_data = "off"
)";

std::string text(const boost::json::object& of, const char* key) { return std::string{of.at(key).as_string().c_str()}; }

/// Which instruments are traded: perpetuals, and binaries near even odds whose book is full.
bool is_chosen(const boost::json::object& x) {
  const auto symbol = text(x, "instrument");
  const auto at = text(x, "venue");
  if (text(x, "state") != "listed" || x.at("bids").as_array().size() < 3 || x.at("asks").as_array().size() < 3)
    return false;
  if (at != "polymarket")
    return symbol == "BTC-PERPETUAL" || symbol == "ETH-PERPETUAL" || symbol == "BTC-PERP" || symbol == "ETH-PERP";
  const auto bid = parse_decimal<price>(x.at("bids").at(0).at(0).as_string().c_str());
  return bid->nanos > nanos_per_unit / 4 && bid->nanos < 3 * nanos_per_unit / 4;
}

} // namespace

world::world(const temp_folder& in, std::string_view market) : folder_{in} {
  sandbox_.emplace(in, "sandbox", SANDBOX_BINARY, sandbox_config + std::string{market});
  control_ = sandbox_->logged("control=");
  const auto ca = sandbox_->logged("ca=");
  std::array<std::string, venue_count> addresses;
  std::string upstream;
  const std::array programs{DERIBIT_BINARY, DERIVE_BINARY, POLYMARKET_BINARY};
  for (const auto& row : enum_names<venue>::table) {
    const auto i = static_cast<std::size_t>(row.value);
    addresses[i] = sandbox_->logged(fmt::format("venue={} address=", row.text));
    const auto endpoint = bus_kit::free_endpoint();
    upstream += fmt::format("{}\"{}\"", upstream.empty() ? "" : ", ", endpoint);
    const auto urls =
        row.value == venue::deribit
            ? fmt::format("testnet = true\nurl = \"wss://{0}/ws/api/v2\"\nrest = \"https://{0}/api/v2\"\n",
                          addresses[i])
        : row.value == venue::derive
            ? fmt::format("ws_url = \"wss://{0}/v3/ws\"\nrest_url = \"https://{0}/v3\"\n", addresses[i])
            : fmt::format("url = \"wss://{0}/ws/market\"\nclob = \"https://{0}\"\ngamma = \"https://{0}/gamma\"\n",
                          addresses[i]);
    gateways_[i].emplace(
        in, fmt::format("gateway-{}", row.text), programs[i],
        fmt::format("[gateway.{}]\npublish = \"{}\"\nca_file = \"{}\"\n{}", row.text, endpoint, ca, urls));
  }
  set_sandbox_keys();
  exec_.emplace(in, "exec", EXEC_BINARY,
                fmt::format("[exec]\nupstream = [{}]\nlisten = \"{}\"\ncontrol = \"tcp://127.0.0.1:0\"\npublish = "
                            "\"tcp://127.0.0.1:0\"\nstore = "
                            "\"exec.db\"\nca_file = \"{}\"\n{}{}",
                            upstream, orders_, ca, live,
                            fmt::format(fmt::runtime(exec_venues), addresses[0], addresses[1], addresses[2])));
}

bool world::is_ready() {
  return bus_kit::eventually(
      [&] { return exec_->is_ready() && std::ranges::all_of(gateways_, [](const auto& x) { return x->is_ready(); }); });
}

void world::look(instrument_registry& names) {
  const auto shown = boost::json::parse(http_get(control_, "/truth").body);
  std::size_t binaries = 0;
  const bool is_first = instruments_.empty();
  for (const auto& row : shown.at("instruments").as_array()) {
    const auto& x = row.as_object();
    const auto at = *from_text<venue>(text(x, "venue"));
    const auto id = *names.intern(at, text(x, "instrument"));
    auto known = std::ranges::find(instruments_, id, &traded::id);
    if (known == instruments_.end()) {
      if (!is_first || !is_chosen(x) || (at == venue::polymarket && ++binaries > 3)) continue;
      const auto lot = *parse_decimal<quantity>(text(x, "lot"));
      const auto minimum = *parse_decimal<quantity>(text(x, "minimum"));
      known = instruments_.insert(instruments_.end(), {.id = id,
                                                       .at = at,
                                                       .symbol = text(x, "instrument"),
                                                       .tick = *parse_decimal<price>(text(x, "tick")),
                                                       .unit = std::max(lot, minimum)});
    }
    const auto best = [&](const char* side) {
      const auto& levels = x.at(side).as_array();
      return levels.empty() ? optional_price{}
                            : optional_price{*parse_decimal<price>(levels[0].at(0).as_string().c_str())};
    };
    known->bid = best("bids");
    known->ask = best("asks");
    if (known->ask) known->offered = *parse_decimal<quantity>(x.at("asks").at(0).at(1).as_string().c_str());
  }
}

std::string world::harm(std::mt19937_64& chance) {
  const auto roll = [&](unsigned n) { return static_cast<unsigned>(chance() % n); };
  const auto& at = enum_names<venue>::table[roll(venue_count)];
  if (roll(5) == 0) {
    if (roll(2) == 0) {
      kill_exec();
      return "kill -9 exec";
    }
    auto& gone = *gateways_[static_cast<std::size_t>(at.value)];
    gone.kill();
    gone.start();
    return fmt::format("kill -9 gateway-{}", at.text);
  }
  const std::array kinds{"\"mute\",\"count\":2",
                         "\"twice\",\"count\":3",
                         "\"early\",\"count\":3,\"delay\":\"300ms\"",
                         "\"fail\",\"count\":2",
                         "\"sever\",\"count\":1",
                         "\"revert\",\"count\":1",
                         "\"delay\",\"count\":5,\"delay\":\"700ms\"",
                         "\"reject\",\"count\":2,\"orders\":true",
                         "\"throttle\",\"count\":2,\"orders\":true",
                         "\"drop\"",
                         "\"silence\",\"for\":\"2s\"",
                         "\"refuse\",\"for\":\"2s\""};
  const std::string what = kinds[roll(static_cast<unsigned>(kinds.size()))];
  const bool is_reversible = at.value == venue::polymarket || what.find("revert") == std::string::npos;
  const auto command = fmt::format("{{\"venue\":\"{}\",\"fault\":{}}}", at.text,
                                   is_reversible ? what : std::string{"\"mute\",\"count\":1"});
  fault(command);
  return command;
}

void world::heal() { fault("{\"fault\":\"clear\"}"); }

void world::kill_exec() {
  exec_->kill();
  earlier_ += exec_->err() + "---- kill -9\n";
  exec_->start();
}

void world::lose_store() {
  exec_->kill();
  earlier_ += exec_->err() + "---- without its store\n";
  for (const auto* end : {"", "-wal", "-shm", "-intents"}) std::filesystem::remove(store_file() + end);
  exec_->start();
}

void world::fault(const std::string& json) const {
  tcp_client port{control_};
  port.write(fmt::format("POST /fault HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                         control_, json.size(), json));
  const auto answer = port.read();
  if (answer.find(" 200 ") == std::string::npos)
    throw std::runtime_error{"the sandbox refused " + json + ": " + answer};
}

boost::json::array world::truth(const std::string& what) const {
  const auto body = boost::json::parse(http_get(control_, "/truth/" + what).body);
  return body.at(what).as_array();
}

std::string world::store_file() const { return (folder_ / "exec/exec.db").string(); }

std::string world::logs() const { return "---- exec\n" + earlier_ + exec_->err(); }

} // namespace chaos
