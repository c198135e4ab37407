#include "strategies/start.hpp"

#include "bus/publisher.hpp"
#include "bus/request.hpp"
#include "process/instance.hpp"
#include "process/version.hpp"
#include "router/router.hpp"
#include "strategies/catalog_link.hpp"
#include "strategies/exec_link.hpp"
#include "strategies/host_actor.hpp"
#include "wire/ops.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <mutex>
#include <random>

namespace strike::strategies {

namespace {

std::int64_t system_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Any thread: each has its own engine.
double any_chance() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution{0.0, 1.0}(engine);
}

/// The host's ends of the bus, and the way from their threads to the host, which may be restarted.
struct host_link {
  std::mutex guard;
  caf::actor host;
  std::shared_ptr<dashboard_output> dashboard;
  std::unique_ptr<bus::threaded_publisher> publisher;
  std::unique_ptr<bus::request_server> server;
  std::shared_ptr<exec_link> exec;

  caf::actor current() {
    const std::scoped_lock lock{guard};
    return host;
  }
  /// A reply that does not leave is not missed here: the client has a time limit.
  void answer(std::string_view peer, std::string_view bytes) {
    const std::scoped_lock lock{guard};
    if (server) static_cast<void>(server->send(peer, bytes));
  }
};

result<void> open_dashboard(host_link& to, process::environment& env, const bus::context& where,
                            const bus::bind_config& bind) {
  to.dashboard = std::make_shared<dashboard_output>(
      static_cast<std::uint64_t>(system_ns()),
      [&to](std::string_view topic, std::string_view bytes) { to.publisher->publish(topic, bytes); });
  auto opened =
      bus::threaded_publisher::open(where, {.bind = bind, .on_demand = [shown = to.dashboard](const bus::demand& x) {
                                              if (x.is_wanted) shown->resend(x.prefix);
                                            }});
  if (!opened) return std::unexpected{opened.error()};
  to.publisher = *std::move(opened);
  env.log.info("dashboard published", {{"endpoint", to.publisher->endpoint()}});
  return {};
}

result<void> open_control(host_link& to, process::environment& env, const bus::context& where,
                          const bus::bind_config& bind) {
  auto opened = bus::request_server::open(
      where, {.bind = bind, .on_request = [&to](std::string_view peer, std::string_view bytes) {
                caf::anon_send(to.current(), control_atom_v, std::string{peer}, std::string{bytes});
              }});
  if (!opened) return std::unexpected{opened.error()};
  env.log.info("control open", {{"endpoint", (*opened)->endpoint()}});
  const std::scoped_lock lock{to.guard};
  to.server = *std::move(opened);
  return {};
}

/// A sign of life beside what the strategies show.
void beat(host_link& to, process::environment& env, std::uint64_t epoch, std::uint64_t running, std::uint64_t all) {
  std::string bytes;
  wire::encode(bytes, wire::heartbeat{.service = "strategies",
                                      .instance = process::instance_name(),
                                      .epoch = epoch,
                                      .at_ns = system_ns(),
                                      .version = std::string{process::version},
                                      .ready = env.ready.is_ready(),
                                      .counters = {{"running", running}, {"strategies", all}}});
  to.publisher->publish("ops/strategies/", bytes);
}

} // namespace

result<running> start(process::environment& env, const bus::context& where,
                      std::shared_ptr<instrument_registry> instruments, caf::actor router, settings how) {
  auto link = std::make_shared<host_link>();
  env.on_stop("strategies", [link] {}); // owns the ends of the bus: they outlive the actors
  if (auto ok = open_dashboard(*link, env, where, how.publish); !ok) return std::unexpected{ok.error()};
  if (how.exec) {
    auto exec = exec_link::open(where, *how.exec, instruments, env.log, env.ready);
    if (!exec) return std::unexpected{exec.error()};
    link->exec = *std::move(exec);
  }
  std::function<catalog::view_ptr(std::int64_t)> markets;
  if (how.catalog) {
    auto opened = start_catalog(env, *how.catalog, how.clock);
    if (!opened) return std::unexpected{opened.error()};
    markets = *std::move(opened);
  }
  const auto control = how.control;
  const auto tools = std::make_shared<const host_tools>(host_tools{
      .config = std::move(how),
      .instruments = std::move(instruments),
      .router = std::move(router),
      .log = env.log,
      .metrics = env.metrics,
      .dashboard = link->dashboard,
      .wall_ns = system_ns,
      .random = any_chance,
      .answer = [to = link.get()](std::string_view peer, std::string_view bytes) { to->answer(peer, bytes); },
      .exec = link->exec,
      .markets = std::move(markets),
      .beat = [&env, to = link.get(), epoch = static_cast<std::uint64_t>(system_ns())](
                  std::uint64_t running, std::uint64_t all) { beat(*to, env, epoch, running, all); }});
  auto host = env.supervise({"strategies", [tools, to = link.get()](caf::actor_system& in) {
                               auto made = in.spawn(host_behavior, tools);
                               const std::scoped_lock lock{to->guard};
                               to->host = caf::actor_cast<caf::actor>(made);
                               return made;
                             }});
  if (!host) return std::unexpected{host.error()};
  if (auto ok = open_control(*link, env, where, control); !ok) return std::unexpected{ok.error()};
  return running{.host = *host, .control = link->server->endpoint()};
}

result<void> start_service(process::environment& env, std::shared_ptr<const strategy_registry> types,
                           const bus::context& where) {
  auto how = read_settings(env.config, std::move(types));
  if (auto ok = env.check_config(); !ok) return ok;
  const auto instruments = std::make_shared<instrument_registry>();
  auto router = router::start(env, where, instruments, how.router, "router");
  if (!router) return std::unexpected{router.error()};
  auto host = start(env, where, instruments, *router, std::move(how));
  if (!host) return std::unexpected{host.error()};
  return {};
}

} // namespace strike::strategies
