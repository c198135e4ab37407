#include "strike/live_command.hpp"

#include "exec/start.hpp"
#include "gateway-deribit/start.hpp"
#include "gateway-derive/start.hpp"
#include "gateway-polymarket/start.hpp"
#include "process/app.hpp"
#include "recorder/start.hpp"
#include "sandbox/sandbox.hpp"
#include "strategies/register_all.hpp"
#include "strategies/start.hpp"
#include "strike/bundled.hpp"
#include "strike/live_status.hpp"
#include "strike/show_dashboard.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

namespace strike {

namespace {

using namespace std::chrono_literals;

// Within the process; the parts cannot tell.
constexpr const char *dash_endpoint = "inproc://dash", *order_endpoint = "direct://orders",
                     *update_endpoint = "inproc://ord", *recorder_endpoint = "inproc://recorder";
std::string feed_endpoint(venue at) { return fmt::format("inproc://{}", to_text(at)); }

/// The command line as it was written.
struct live_arguments {
  std::vector<std::string> venues{"deribit", "derive", "polymarket"};
  bool with_sandbox = false, without_record = false;
  std::string record, dashboard;
  double status_every_s = 5;

  bool has(venue at) const { return std::ranges::find(venues, to_text(at)) != venues.end(); }
  std::vector<venue> chosen() const {
    std::vector<venue> all;
    for (const auto& row : enum_names<venue>::table)
      if (has(row.value)) all.push_back(row.value);
    return all;
  }
};

result<void> start_sandbox(process::environment& env) {
  auto how = sandbox::read_settings(env.config);
  if (auto ok = env.check_config(); !ok) return ok;
  const auto made = sandbox::start(env, std::move(how));
  if (!made) return std::unexpected{made.error()};
  fmt::print("sandbox: Deribit, Derive and Polymarket on this host; faults: strike-sandbox fault --control {}\n",
             made->control);
  return {};
}

result<void> start_gateways(process::environment& env, const bus::context& where, const live_arguments& given) {
  using starter = result<gateway::running> (*)(process::environment&, const bus::context&, std::string_view);
  const std::pair<venue, starter> all[] = {{venue::deribit, gateway_deribit::start},
                                           {venue::derive, gateway_derive::start},
                                           {venue::polymarket, gateway_polymarket::start}};
  for (const auto& [at, start] : all) {
    if (!given.has(at)) continue;
    if (const auto made = start(env, where, feed_endpoint(at)); !made) return std::unexpected{made.error()};
  }
  return {};
}

std::vector<bus::connect_config> feeds(const live_arguments& given) {
  std::vector<bus::connect_config> all;
  for (const auto at : given.chosen()) all.push_back({.endpoint = feed_endpoint(at)});
  return all;
}

dashboard_ends ends_of(const live_arguments& given, const strategies::running& host, const exec::running& orders) {
  dashboard_ends made{.upstream = {dash_endpoint},
                      .orders = {update_endpoint},
                      .strategies_control = host.control,
                      .exec_control = orders.control};
  for (const auto at : given.chosen()) made.feeds.push_back(feed_endpoint(at));
  if (!given.without_record) made.recorders = {recorder_endpoint};
  return made;
}

result<strategies::settings> strategies_settings(process::environment& env, const live_arguments& given) {
  auto types = std::make_shared<strategy_registry>();
  register_all_strategies(*types);
  auto how = strategies::read_settings(env.config, types);
  how.router.upstream = feeds(given);
  how.publish = {.endpoint = dash_endpoint};
  how.exec = bus::connect_config{.endpoint = order_endpoint};
  if (how.strategies.empty())
    return fail(ec::invalid_config, "no enabled [[strategy]]; add one, as in deploy/strike.example.toml");
  return how;
}

result<void> start_recorder(process::environment& env, const bus::context& where, const live_arguments& given) {
  if (given.without_record) return {};
  auto how = recorder::read_settings(env.config, {.folder = given.record, .orders = true});
  how.upstream = feeds(given);
  how.upstream.push_back({.endpoint = update_endpoint});
  how.publish = {.endpoint = recorder_endpoint};
  if (auto ok = env.check_config(); !ok) return ok;
  fmt::print("recording to: {}\n", std::filesystem::absolute(how.tape.folder).string());
  return recorder::start(env, where, std::move(how));
}

/// Prints what flows, until the process stops.
void start_status(process::environment& env, const live_arguments& given) {
  if (given.status_every_s <= 0) return;
  const auto every = std::chrono::duration<double>{given.status_every_s};
  auto shown = std::make_shared<live_status>(env.metrics, given.chosen());
  auto printer = std::make_shared<std::jthread>([shown, every](const std::stop_token& stop) {
    std::mutex guard;
    std::condition_variable_any over;
    std::unique_lock lock{guard};
    while (!over.wait_for(lock, stop, every, [&] { return stop.stop_requested(); })) {
      for (const auto& line : shown->lines(every.count())) fmt::print("{}\n", line);
      std::fflush(stdout);
    }
  });
  env.on_stop("status", [printer] { printer->request_stop(); });
}

/// Sources last, so that all who listen are there when they begin.
result<void> start(process::environment& env, const live_arguments& given) {
  const bus::context where;
  auto how = strategies_settings(env, given);
  if (!how) return std::unexpected{how.error()};
  auto exec_how = exec::read_settings(env.config);
  exec_how.listen = {.endpoint = order_endpoint};
  exec_how.publish = {.endpoint = update_endpoint};
  if (given.with_sandbox)
    if (auto ok = start_sandbox(env); !ok) return ok;
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, how->router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto orders = exec::start(env, where, instruments, *router, std::move(exec_how));
  if (!orders) return std::unexpected{orders.error()};
  fmt::print("orders: {}\nstrategies:", orders->banner);
  for (const auto& x : how->strategies)
    if (x.is_enabled) fmt::print(" {}", x.name);
  fmt::print("\n");
  const auto host = strategies::start(env, where, instruments, *router, std::move(*how));
  if (!host) return std::unexpected{host.error()};
  if (auto ok = start_recorder(env, where, given); !ok) return ok;
  if (auto ok = start_gateways(env, where, given); !ok) return ok;
  if (!given.dashboard.empty())
    if (auto ok = show_dashboard(env, where, ends_of(given, *host, *orders), given.dashboard); !ok) return ok;
  std::fflush(stdout);
  start_status(env, given);
  return {};
}

void add_options(CLI::App& app, live_arguments& into) {
  app.add_option("--venue", into.venues, "deribit, derive, polymarket: a comma between two; default: all")
      ->delimiter(',')
      ->check(CLI::IsMember({"deribit", "derive", "polymarket"}));
  app.add_flag("--sandbox", into.with_sandbox,
               "start the local venues of [sandbox], too; with --config, its [gateway.*] must point there");
  app.add_option("--record", into.record, "folder of the recording; default: that of [recorder]")->type_name("FOLDER");
  app.add_flag("--no-record", into.without_record, "record nothing");
  app.add_option("--dashboard", into.dashboard, "show the strategies at this port")->type_name("PORT");
  app.add_option("--status", into.status_every_s, "seconds between two reports of what flows; 0: none; default: 5")
      ->type_name("SECONDS");
}

} // namespace

int run_live_command(int argc, char** argv) {
  const std::string_view command = argc > 0 ? argv[0] : "";
  live_arguments given;
  if (command == "live-deribit") given.venues = {"deribit"};
  if (command == "live-derive") given.venues = {"derive"};
  if (command == "live-poly") given.venues = {"polymarket"};
  const bool with_sandbox = std::ranges::find(argv, argv + argc, std::string_view{"--sandbox"}) != argv + argc;
  return process::run(
      argc, argv,
      {.name = "strike live",
       .help =
           "Trades on paper on live market data, all in one process: the parts of strike-gateway-*, strike-strategies, "
           "strike-exec, strike-recorder and strike-dashboard, over inproc://. Public data needs no key.",
       .start = [&](process::environment& env) { return start(env, given); },
       .add_options = [&](CLI::App& app) { add_options(app, given); },
       .default_config = std::string{with_sandbox ? bundled_sandbox_config() : bundled_live_config()}});
}

} // namespace strike
