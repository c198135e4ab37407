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
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace strike {

namespace {

using namespace std::chrono_literals;

struct plan {
  std::uint64_t orders = 4'000;
  double per_second = 100;
  bool busy_poll = false, across = false;
  std::filesystem::path folder = {};

  /// Within the process, or between two.
  std::string endpoint(std::string_view name) const {
    if (across) return fmt::format("ipc://{}/{}", folder.string(), name);
    return fmt::format("{}://{}", name == "orders" ? "direct" : "inproc", name);
  }
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
std::string config_text(const plan& how) {
  const auto [deribit, derive] = free_ports();
  return fmt::format(R"(
[process]
log_level = "error"
[[strategy]]
type = "bidder"
every = "{2}us"
[strategies]
control = "tcp://127.0.0.1:0"
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
control = "tcp://127.0.0.1:0"
live_orders = true
live = ["deribit", "derive"]
busy_poll = {4}
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
                     deribit, derive, static_cast<std::int64_t>(1e6 / how.per_second), how.folder.string(),
                     how.busy_poll);
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
  auto text = fmt::format(
      "strike bench exec: {} orders at {:g} a second, {} also serves the venues{}; us\n\n"
      "  {:<10}{:>14}{:>8}{:>8}{:>16}{:>8}\n",
      how.orders, how.per_second, how.across ? "exec on its own, strategies in a process that" : "one process that",
      how.busy_poll ? ", busy polling" : "", "", "place to wire", "p90", "p99", "wire to answer", "p99");
  for (const auto* at : {"deribit", "derive"}) {
    const auto wire = bench::buckets_of(metrics, "strike_exec_signal_to_wire_seconds", at);
    const auto answer = bench::buckets_of(metrics, "strike_exec_wire_to_ack_seconds", at);
    text += fmt::format("  {:<10}{:>14}{:>8}{:>8}{:>16}{:>8}\n", at, bench::percentile(wire, 0.5),
                        bench::percentile(wire, 0.9), bench::percentile(wire, 0.99), bench::percentile(answer, 0.5),
                        bench::percentile(answer, 0.99));
  }
  return text + "\n  p50 unless said otherwise; interpolated in the metrics' buckets. Derive's orders are signed.\n";
}

result<void> start_venues(process::environment& env, const bus::context& where, const plan& how) {
  if (const auto made = gateway_deribit::start(env, where, how.endpoint("deribit")); !made)
    return std::unexpected{made.error()};
  if (const auto made = gateway_derive::start(env, where, how.endpoint("derive")); !made)
    return std::unexpected{made.error()};
  return {};
}

result<void> start_strategies(process::environment& env, const bus::context& where, const plan& how,
                              const std::shared_ptr<instrument_registry>& instruments, const caf::actor& router,
                              strategies::settings settings) {
  settings.publish = {.endpoint = how.endpoint("dash")};
  settings.exec = bus::connect_config{.endpoint = how.endpoint("orders")};
  const auto host = strategies::start(env, where, instruments, router, std::move(settings));
  return host ? result<void>{} : std::unexpected{host.error()};
}

strategies::settings strategies_settings(process::environment& env, const plan& how) {
  auto types = std::make_shared<strategy_registry>();
  types->add("bidder", [](config::section& x) -> std::unique_ptr<strategy> {
    return std::make_unique<bidder>(std::max<std::int64_t>(x.duration_ns("every", 10'000'000), 1'000));
  });
  auto made = strategies::read_settings(env.config, types);
  made.router.upstream = {{.endpoint = how.endpoint("deribit")}, {.endpoint = how.endpoint("derive")}};
  return made;
}

exec::settings exec_settings(process::environment& env, const plan& how) {
  auto made = exec::read_settings(env.config);
  made.listen = {.endpoint = how.endpoint("orders")};
  made.publish = {.endpoint = how.endpoint("ord")};
  made.router.upstream = {{.endpoint = how.endpoint("deribit")}, {.endpoint = how.endpoint("derive")}};
  return made;
}

/// Ends the process when all orders are placed, or none is for long.
void watch_orders(process::environment& env, const plan& how, std::string& told) {
  const auto& placed = env.metrics.get_counter("strike_exec_orders_total", "Orders given to a venue");
  auto watcher = std::make_shared<std::jthread>([&env, &placed, &told, how](const std::stop_token& stop) {
    std::uint64_t seen = 0;
    for (int idle = 0; !stop.stop_requested() && placed.value() < how.orders && idle < 400; ++idle) {
      if (seen != placed.value()) idle = 0;
      seen = placed.value();
      std::this_thread::sleep_for(50ms);
    }
    if (seen < how.orders && placed.value() < how.orders)
      told = fmt::format("stopped: for 20 s no order was placed, after {} of {}; the log says why\n", seen, how.orders);
    told += report(env.metrics.to_text(), how);
    env.finish();
  });
  env.on_stop("watcher", [watcher] { watcher->request_stop(); });
}

result<void> start_in_one(process::environment& env, const plan& how, std::string& told) {
  const bus::context where;
  auto strategies_how = strategies_settings(env, how);
  auto exec_how = exec_settings(env, how);
  if (const auto made = sandbox::start(env, sandbox::read_settings(env.config)); !made)
    return std::unexpected{made.error()};
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, strategies_how.router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto orders = exec::start(env, where, instruments, *router, std::move(exec_how));
  if (!orders) return std::unexpected{orders.error()};
  if (auto ok = start_strategies(env, where, how, instruments, *router, std::move(strategies_how)); !ok) return ok;
  watch_orders(env, how, told);
  return start_venues(env, where, how);
}

/// All but exec; ends when that has ended.
result<void> start_rest(process::environment& env, const plan& how, pid_t exec_process) {
  const bus::context where;
  auto strategies_how = strategies_settings(env, how);
  if (const auto made = sandbox::start(env, sandbox::read_settings(env.config)); !made)
    return std::unexpected{made.error()};
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, strategies_how.router, "router");
  if (!router) return std::unexpected{router.error()};
  if (auto ok = start_strategies(env, where, how, instruments, *router, std::move(strategies_how)); !ok) return ok;
  auto watcher = std::make_shared<std::jthread>([&env, exec_process] {
    siginfo_t ended;
    ::waitid(P_PID, static_cast<id_t>(exec_process), &ended, WEXITED | WNOWAIT); // the number stays its own
    env.finish();
  });
  env.on_stop("watcher", [watcher, exec_process] { ::kill(exec_process, SIGTERM); });
  return start_venues(env, where, how);
}

/// In a process of its own; the venues' certificates are being made meanwhile.
result<void> start_exec(process::environment& env, const plan& how, std::string& told) {
  for (int i = 0; i < 1'000 && !std::filesystem::exists(how.folder / "tls/ca.pem"); ++i)
    std::this_thread::sleep_for(10ms);
  const bus::context where;
  auto exec_how = exec_settings(env, how);
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, exec_how.router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto orders = exec::start(env, where, instruments, *router, std::move(exec_how));
  if (!orders) return std::unexpected{orders.error()};
  watch_orders(env, how, told);
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
    app.add_flag("--busy-poll", how.busy_poll,
                 "exec never sleeps, as with [exec] busy_poll; it needs a core of its own");
    app.add_flag("--across-processes", how.across, "exec in a process of its own, as with docker compose");
  };
  CLI::App early; // the configuration is made from them; what is wrong with them is said below
  early.set_help_flag();
  early.allow_extras();
  add_options(early);
  try {
    early.parse(argc, argv);
  } catch (const CLI::ParseError&) {
    how.across = false; // and this
  }
  how.folder = std::filesystem::temp_directory_path() / fmt::format("strike-bench-exec-{}", ::getpid());
  std::filesystem::create_directories(how.folder);
  set_keys();
  const auto config = config_text(how);
  const auto is_help = [](std::string_view x) { return x == "-h" || x == "--help"; };
  if (std::any_of(argv, argv + argc, is_help)) how.across = false; // one process tells that
  const pid_t child = how.across ? ::fork() : -1;                  // before there are threads
  if (how.across && child < 0) {
    fmt::print(stderr, "no second process: {}\n", std::strerror(errno));
    return 1;
  }
  const auto start = [&](process::environment& env, std::string& told) {
    if (!how.across) return start_in_one(env, how, told);
    return child == 0 ? start_exec(env, how, told) : start_rest(env, how, child);
  };
  std::string told;
  const int code = process::run(
      argc, argv,
      {.name = "strike bench exec",
       .help = "Places and cancels real orders at local venues and says how long they take from the strategy to the "
               "venue's connection, risk check and order store included.",
       .start = [&](process::environment& env) { return start(env, told); },
       .add_options = add_options,
       .default_config = config});
  fmt::print("{}", told);
  if (child == 0) return code;
  if (child > 0) {
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(how.folder, ignored);
  return code;
}

} // namespace strike
