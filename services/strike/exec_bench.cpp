#include "strike/exec_bench.hpp"

#include "exec/start.hpp"
#include "gateway-deribit/start.hpp"
#include "gateway-derive/start.hpp"
#include "process/app.hpp"
#include "sandbox/sandbox.hpp"
#include "strategies/start.hpp"
#include "strategy/registry.hpp"
#include "strike/bench_metrics.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace strike {

namespace {

using namespace std::chrono_literals;

constexpr const char *order_endpoint = "direct://orders", *update_endpoint = "inproc://ord",
                     *dash_endpoint = "inproc://dash";

struct plan {
  std::uint64_t orders = 4'000;
  double per_second = 100;
};

/// Bids far below the market, one venue after the other, and cancels each when it rests.
class bidder final : public strategy {
public:
  explicit bidder(std::int64_t every_ns) : every_ns_{every_ns} {}
  std::vector<subscription> subscriptions() const override {
    return {{.at = venue::deribit, .symbol = "BTC-PERPETUAL"}, {.at = venue::derive, .symbol = "BTC-PERP"}};
  }
  void on_start(context& door) override { door.every(every_ns_); }
  void on_event(const market_event& event, context&) override {
    const auto* quote = std::get_if<ticker>(&event.body);
    if (quote && quote->best_bid) bids_[event.instrument] = *quote->best_bid;
  }
  void on_timer(timer_id, context& door) override {
    if (bids_.size() < 2) return;
    const auto& [what, bid] = *std::next(bids_.begin(), static_cast<std::ptrdiff_t>(++placed_ % 2));
    const auto& rules = door.rules_of(what);
    door.place({.instrument = what,
                .side = side::buy,
                .limit = rules.ticks.round_down({bid.nanos / 100 * 97}),
                .size = rules.minimum,
                .post_only = true});
  }
  void on_order(const order_update& update, context& door) override {
    if (update.state == order_state::open) door.cancel(update.order);
  }
  boost::json::object dashboard_state() const override { return {{"placed", placed_}}; }

private:
  std::int64_t every_ns_;
  std::map<instrument_id, price> bids_;
  std::uint64_t placed_ = 0;
};

/// Free now; the sandbox takes them in a moment.
std::array<int, 2> free_ports() {
  std::array<int, 2> made{}, sockets{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    sockets[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(sockets[i], reinterpret_cast<sockaddr*>(&at), size) == 0 &&
        ::getsockname(sockets[i], reinterpret_cast<sockaddr*>(&at), &size) == 0)
      made[i] = ntohs(at.sin_port);
  }
  for (const auto x : sockets) ::close(x);
  return made;
}

/// Limits that nothing reaches: the checks are made all the same.
std::string config_text(const std::filesystem::path& folder, const plan& how) {
  const auto [deribit, derive] = free_ports();
  return fmt::format(R"(
[process]
log_level = "error"
[[strategy]]
type = "bidder"
every = "{2}us"
[sandbox]
folder = "{3}/tls"
control = "127.0.0.1:0"
[sandbox.deribit]
listen = "127.0.0.1:{0}"
trading_rate = 100000
trading_burst = 100000
[sandbox.derive]
listen = "127.0.0.1:{1}"
requests_per_window = 0
matching_per_window = 0
others_per_window = 0
[sandbox.polymarket]
listen = ""
[gateway.deribit]
testnet = true
url = "wss://127.0.0.1:{0}/ws/api/v2"
rest = "https://127.0.0.1:{0}/api/v2"
ca_file = "{3}/tls/ca.pem"
[gateway.derive]
ws_url = "wss://127.0.0.1:{1}/v3/ws"
rest_url = "https://127.0.0.1:{1}/v3"
ca_file = "{3}/tls/ca.pem"
[exec]
store = "{3}/exec.db"
ca_file = "{3}/tls/ca.pem"
control = "inproc://exec-control"
live_orders = true
live = ["deribit", "derive"]
[exec.deribit]
testnet = true
url = "wss://127.0.0.1:{0}/ws/api/v2"
[exec.derive]
ws_url = "wss://127.0.0.1:{1}/v3/ws"
matching = 100000
other = 100000
instrument_rate = 100000
instrument_burst = 100000
[risk]
max_order_notional = 1e9
max_position_notional = 1e9
max_portfolio_notional = 1e9
max_open_orders = 1000
orders_per_second = 1e6
order_burst = 1000000
collar = 0.2
)",
                     deribit, derive, static_cast<std::int64_t>(1e6 / how.per_second), folder.string());
}

/// Published test keys, which the sandbox knows.
void set_keys() {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"DERIBIT_CLIENT_ID", "sandbox-key"},
           {"DERIBIT_CLIENT_SECRET", "sandbox-secret"},
           {"DERIVE_WALLET", "0x374DaEF6100B14f4d78813d8177CB93dF139BC29"},
           {"DERIVE_SUBACCOUNT", "91234"},
           {"DERIVE_SESSION_KEY", "0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c"}})
    setenv(name, value, 1);
}

std::string report(const std::string& metrics, const plan& how) {
  auto text =
      fmt::format("strike bench exec: {} orders at {:g} a second, one process that also serves the venues; us\n\n"
                  "  {:<10}{:>14}{:>8}{:>8}{:>16}{:>8}\n",
                  how.orders, how.per_second, "", "place to wire", "p90", "p99", "wire to answer", "p99");
  for (const auto* at : {"deribit", "derive"}) {
    const auto wire = bench::buckets_of(metrics, "strike_exec_signal_to_wire_seconds", at);
    const auto answer = bench::buckets_of(metrics, "strike_exec_wire_to_ack_seconds", at);
    text += fmt::format("  {:<10}{:>14}{:>8}{:>8}{:>16}{:>8}\n", at, bench::percentile(wire, 0.5),
                        bench::percentile(wire, 0.9), bench::percentile(wire, 0.99), bench::percentile(answer, 0.5),
                        bench::percentile(answer, 0.99));
  }
  return text + "\n  p50 unless said otherwise; interpolated in the metrics' buckets. Derive's orders are signed.\n";
}

result<void> start(process::environment& env, const plan& how, std::string& told) {
  const bus::context where;
  auto types = std::make_shared<strategy_registry>();
  types->add("bidder", [](config::section& x) -> std::unique_ptr<strategy> {
    return std::make_unique<bidder>(std::max<std::int64_t>(x.duration_ns("every", 10'000'000), 1'000));
  });
  auto strategies_how = strategies::read_settings(env.config, types);
  strategies_how.router.upstream = {{.endpoint = "inproc://deribit"}, {.endpoint = "inproc://derive"}};
  strategies_how.publish = {.endpoint = dash_endpoint};
  strategies_how.exec = bus::connect_config{.endpoint = order_endpoint};
  auto exec_how = exec::read_settings(env.config);
  exec_how.listen = {.endpoint = order_endpoint};
  exec_how.publish = {.endpoint = update_endpoint};
  auto venues = sandbox::read_settings(env.config);
  if (const auto made = sandbox::start(env, std::move(venues)); !made) return std::unexpected{made.error()};
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, strategies_how.router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto orders = exec::start(env, where, instruments, *router, std::move(exec_how));
  if (!orders) return std::unexpected{orders.error()};
  const auto host = strategies::start(env, where, instruments, *router, std::move(strategies_how));
  if (!host) return std::unexpected{host.error()};
  if (const auto made = gateway_deribit::start(env, where, "inproc://deribit"); !made)
    return std::unexpected{made.error()};
  if (const auto made = gateway_derive::start(env, where, "inproc://derive"); !made)
    return std::unexpected{made.error()};
  const auto& placed = env.metrics.get_counter("strike_exec_orders_total", "Orders given to a venue");
  auto watcher = std::make_shared<std::jthread>([&env, &placed, &told, how](const std::stop_token& stop) {
    while (!stop.stop_requested() && placed.value() < how.orders) std::this_thread::sleep_for(50ms);
    told = report(env.metrics.to_text(), how);
    env.finish();
  });
  env.on_stop("watcher", [watcher] { watcher->request_stop(); });
  return {};
}

} // namespace

int run_exec_bench(int argc, char** argv) {
  plan how;
  const auto add_options = [&how](CLI::App& app) {
    app.add_option("--orders", how.orders, "how many orders to place")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--per-second", how.per_second, "how many of them a second")
        ->check(CLI::Range(1.0, 1e5))
        ->capture_default_str();
  };
  CLI::App early; // the configuration is made from them; what is wrong with them is said below
  early.set_help_flag();
  early.allow_extras();
  add_options(early);
  try {
    early.parse(argc, argv);
  } catch (const CLI::ParseError&) {
  }
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("strike-bench-exec-{}", ::getpid());
  std::filesystem::create_directories(folder);
  set_keys();
  std::string told;
  const int code = process::run(
      argc, argv,
      {.name = "strike bench exec",
       .help =
           "Places and cancels real orders at local venues, all in one process, and says how long they take from the "
           "strategy to the venue's connection, risk check and order store included.",
       .start = [&](process::environment& env) { return start(env, how, told); },
       .add_options = add_options,
       .default_config = config_text(folder, how)});
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  fmt::print("{}", told);
  return code;
}

} // namespace strike
