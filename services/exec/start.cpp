#include "exec/start.hpp"

#include "bus/publisher.hpp"
#include "bus/request.hpp"
#include "exec/exec_actor.hpp"
#include "exec/messages.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <mutex>

namespace strike::exec {

namespace {

std::int64_t system_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The ends of the bus, and the way from their threads to the actor, which may be restarted.
struct exec_link {
  std::mutex guard;
  caf::actor exec;
  std::unique_ptr<bus::threaded_publisher> publisher;
  std::unique_ptr<bus::request_server> server;

  caf::actor current() {
    const std::scoped_lock lock{guard};
    return exec;
  }
};

result<void> open(exec_link& to, process::environment& env, const bus::context& where, const settings& how) {
  auto published = bus::threaded_publisher::open(where, {.bind = how.publish});
  if (!published) return std::unexpected{published.error()};
  to.publisher = *std::move(published);
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
  if (!served) return std::unexpected{served.error()};
  to.server = *std::move(served);
  return {};
}

} // namespace

result<running> start(process::environment& env, const bus::context& where,
                      std::shared_ptr<instrument_registry> instruments, caf::actor router, settings how) {
  auto link = std::make_shared<exec_link>();
  env.on_stop("exec", [link] {}); // owns the ends of the bus: they outlive the actor
  const auto tools = std::make_shared<const exec_tools>(exec_tools{
      .how = how,
      .instruments = std::move(instruments),
      .router = std::move(router),
      .log = env.log,
      .metrics = env.metrics,
      .wall_ns = system_ns,
      .send = [to = link.get()](std::string_view peer,
                                std::string_view bytes) { return to->server->send(peer, bytes).has_value(); },
      .publish = [to = link.get()](std::string_view topic,
                                   std::string_view bytes) { to->publisher->publish(topic, bytes); }});
  auto actor = env.supervise({"exec", [tools, to = link.get()](caf::actor_system& in) {
                                auto made = in.spawn(exec_behavior, tools);
                                const std::scoped_lock lock{to->guard};
                                to->exec = made;
                                return made;
                              }});
  if (!actor) return std::unexpected{actor.error()};
  if (auto ok = open(*link, env, where, how); !ok) return std::unexpected{ok.error()};
  running made{.listen = link->server->endpoint(), .publish = link->publisher->endpoint()};
  env.log.info("paper trading", {{"listen", made.listen}, {"publish", made.publish}});
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
