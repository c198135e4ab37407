#include "exec/start.hpp"

#include "bus/publisher.hpp"
#include "bus/request.hpp"
#include "exec/exec_actor.hpp"
#include "exec/messages.hpp"
#include "net/loop.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <future>
#include <mutex>

namespace strike::exec {

namespace {

/// The ends of the bus, and the way between their threads and the actor, which may be restarted.
struct exec_link {
  std::mutex guard; ///< of the three below
  caf::actor exec;
  std::unique_ptr<bus::request_server> server, control;
  std::unique_ptr<bus::threaded_publisher> publisher; ///< before the actor

  caf::actor current() {
    const std::scoped_lock lock{guard};
    return exec;
  }
  bool send(std::string_view peer, std::string_view bytes) {
    const std::scoped_lock lock{guard};
    return server && server->send(peer, bytes).has_value();
  }
  void answer(std::string_view peer, std::string_view bytes) {
    const std::scoped_lock lock{guard};
    if (control) static_cast<void>(control->send(peer, bytes));
  }
};

result<void> open_server(exec_link& to, process::environment& env, const bus::context& where, const settings& how) {
  auto served = bus::request_server::open(
      where, {.bind = how.listen,
              .on_request =
                  [&to](std::string_view peer, std::string_view bytes) {
                    caf::anon_send(to.current(), request_atom_v, std::string{peer}, std::string{bytes});
                  },
              .on_undelivered =
                  [&env](std::string_view, std::string_view, std::string_view why) {
                    env.log.warning("an order update found no strategy", {{"why", why}}); // it asks when it is back
                  }});
  if (!served) return fail(served.error().code, served.error().text + "; is another exec running? [exec] listen");
  const std::scoped_lock lock{to.guard};
  to.server = *std::move(served);
  return {};
}

result<void> open_control(exec_link& to, const bus::context& where, const settings& how) {
  auto opened = bus::request_server::open(
      where, {.bind = how.control, .on_request = [&to](std::string_view peer, std::string_view bytes) {
                caf::anon_send(to.current(), control_atom_v, std::string{peer}, std::string{bytes});
              }});
  if (!opened) return fail(opened.error().code, opened.error().text + "; is another exec running? [exec] control");
  const std::scoped_lock lock{to.guard};
  to.control = *std::move(opened);
  return {};
}

/// Waits until exec has cancelled what it is told to cancel, and says what is left.
void stop_exec(exec_link& link, process::logger& log, std::chrono::nanoseconds bound) {
  const auto promise = std::make_shared<std::promise<std::vector<std::string>>>();
  auto left = promise->get_future();
  caf::anon_send(link.current(), stop_atom_v, promise);
  if (left.wait_for(bound + std::chrono::seconds{1}) != std::future_status::ready)
    return log.error("exec did not say in time what it leaves open; look with: strike orders --open");
  const auto names = left.get();
  if (names.empty()) return log.info("no order is left open");
  for (const auto& name : names) log.warning("left open", {{"order", name}});
}

checkpoint_listener checkpoint_watch(process::environment& env) {
  auto& failures = env.metrics.get_counter("strike_exec_checkpoint_failures_total",
                                           "Attempts to move the order store's log into its file that failed");
  return [&failures, &log = env.log](std::string_view why, bool is_new) {
    if (why.empty()) return log.info("the order store's log is moved into its file again");
    failures.add();
    if (is_new) log.error("the order store's log is not moved into its file", {{"why", why}});
  };
}

} // namespace

result<running> start(process::environment& env, const bus::context& where,
                      std::shared_ptr<instrument_registry> instruments, caf::actor router, settings how) {
  if (const auto tried = net::loop::open({.ca_file = how.ca_file, .on_warning = {}}); !tried)
    return std::unexpected{tried.error()}; // a wrong CA file is the user's to mend, and to be told at once
  auto store = order_store::open(how.store, *instruments, checkpoint_watch(env));
  if (!store) return std::unexpected{store.error()};
  const auto bound = std::chrono::nanoseconds{how.stop_wait_ns};
  running made{.banner = banner(how)};
  auto link = std::make_shared<exec_link>(); // owns the ends of the bus: they outlive the actor
  env.on_stop("exec", [link, &log = env.log, bound] { stop_exec(*link, log, bound); });
  const auto parts = std::make_shared<exec_parts>(exec_parts{
      .how = how,
      .instruments = std::move(instruments),
      .router = std::move(router),
      .log = env.log,
      .metrics = env.metrics,
      .store = *std::move(store),
      .send = [to = link.get()](std::string_view peer, std::string_view bytes) { return to->send(peer, bytes); },
      .publish = [to = link.get()](std::string_view topic,
                                   std::string_view bytes) { to->publisher->publish(topic, bytes); },
      .answer = [to = link.get()](std::string_view peer, std::string_view bytes) { to->answer(peer, bytes); },
      .ready = env.ready});
  auto published =
      bus::threaded_publisher::open(where, {.bind = how.publish, .on_demand = [to = link.get()](const bus::demand& x) {
                                              const auto exec = to->current();
                                              if (exec && x.is_wanted) caf::anon_send(exec, accounts_atom_v, x.prefix);
                                            }});
  if (!published) return std::unexpected{published.error()};
  link->publisher = *std::move(published);
  for (const auto& row : enum_names<venue>::table) env.ready.not_ready(ready_condition(row.value), "starting");
  auto actor = env.supervise({"exec", [parts, to = link.get()](caf::actor_system& in) {
                                auto exec = spawn_exec(in, parts);
                                const std::scoped_lock lock{to->guard};
                                to->exec = exec;
                                return exec;
                              }});
  if (!actor) return std::unexpected{actor.error()};
  if (auto ok = open_server(*link, env, where, how); !ok) return std::unexpected{ok.error()};
  if (auto ok = open_control(*link, where, how); !ok) return std::unexpected{ok.error()};
  made.listen = link->server->endpoint();
  made.control = link->control->endpoint();
  made.publish = link->publisher->endpoint();
  env.log.info("orders: " + made.banner,
               {{"listen", made.listen}, {"publish", made.publish}, {"control", made.control}});
  return made;
}

result<void> start_service(process::environment& env) {
  auto how = read_settings(env.config);
  if (auto ok = env.check_config(); !ok) return ok;
  const bus::context where;
  const auto instruments = std::make_shared<instrument_registry>();
  const auto router = router::start(env, where, instruments, how.router, "router");
  if (!router) return std::unexpected{router.error()};
  const auto made = start(env, where, instruments, *router, std::move(how));
  if (!made) return std::unexpected{made.error()};
  return {};
}

} // namespace strike::exec
