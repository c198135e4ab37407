#include "router/router.hpp"

#include "bus/publisher.hpp"
#include "bus/subscriber.hpp"
#include "feed/endpoints.hpp"
#include "process/instance.hpp"
#include "process/log.hpp"
#include "process/version.hpp"
#include "router/routing.hpp"
#include "router/routing_metrics.hpp"
#include "wire/ops.hpp"

#include <caf/blocking_actor.hpp>
#include <caf/message_handler.hpp>
#include <caf/others.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace strike::router {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::int64_t steady_ns() { return steady_clock::now().time_since_epoch().count(); }
std::int64_t wall_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

/// What a router is made of; opened before its thread starts, so that mistakes are found at the start.
struct parts {
  process::environment& env;
  std::shared_ptr<instrument_registry> instruments;
  std::string name;
  std::vector<std::string> endpoints; ///< upstream
  std::chrono::nanoseconds grace;
  std::optional<bus::publisher> downstream;
  std::vector<bus::link_report> news; ///< of upstream, not yet handled
  std::set<std::size_t> ended; ///< endpoints whose connection has ended, perhaps with messages that are not yet taken
  std::map<std::string, std::string> troubles; ///< by endpoint upstream: what the log has heard since it was connected
  std::optional<bus::polled_subscriber> upstream;
};

/// A ROUTER forwards events from the bus to its consumers. It sleeps on the bus itself, since a hop from a bus thread
/// to an actor and another to the strategy would double the time that an event takes; a message in its mailbox wakes
/// it.
class router final : public caf::blocking_actor, public ports {
public:
  router(caf::actor_config& config, std::shared_ptr<parts> what)
      : caf::blocking_actor{config}, parts_{std::move(what)}, routing_{*this, *parts_->instruments, parts_->grace},
        metrics_{parts_->env.metrics, parts_->name} {}

  const char* name() const override { return "router"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override {
    caf::blocking_actor::enqueue(std::move(what), host);
    parts_->upstream->wake();
  }
  void act() override;

  void subscribe(std::string_view prefix) override { parts_->upstream->subscribe(prefix); }
  void unsubscribe(std::string_view prefix) override { parts_->upstream->unsubscribe(prefix); }
  void ask_again(std::string_view topic) override { parts_->upstream->ask_again(topic); }
  void deliver(const consumer& to, parcel_ptr events) override { caf::anon_send(to.to, std::move(events)); }
  void republish(std::string_view topic, std::string_view bytes) override {
    if (parts_->downstream) parts_->downstream->publish(topic, bytes);
  }

private:
  void handle_mail(std::int64_t now_ns);
  void handle_news();
  void distrust_ended(const std::vector<bus::message>& arrived);
  void report(std::int64_t now_ns);
  void beat();

  std::shared_ptr<parts> parts_;
  routing routing_;
  routing_metrics metrics_;
  process::log_every complaints_{std::chrono::seconds{10}};
  std::uint64_t complained_ = 0; ///< of how many malformed messages the log has heard
  std::int64_t next_report_ns_ = 0;
  const std::uint64_t epoch_ = static_cast<std::uint64_t>(wall_ns());
  std::string bytes_;
  bool is_stopping_ = false;
};

void router::act() {
  std::int64_t next_ns = 0;
  while (!is_stopping_) {
    const auto wait_ns = std::max<std::int64_t>(std::min(next_ns, next_report_ns_) - steady_ns(), 0);
    const auto longest = parts_->ended.empty() ? (wait_ns + 999'999) / 1'000'000 : 0;
    auto& arrived = parts_->upstream->receive(milliseconds{longest});
    const auto now = steady_ns();
    handle_news();
    if (!arrived.empty()) routing_.take(arrived, now);
    distrust_ended(arrived);
    if (now >= next_report_ns_) report(now);
    auto look_ns = INT64_MAX;
    if (parts_->downstream)
      look_ns = parts_->downstream->poll_demand([&](const bus::demand& x) { routing_.want_downstream(x, now); }, now);
    handle_mail(now);
    next_ns = std::min(routing_.poll(now), look_ns);
  }
}

void router::handle_mail(std::int64_t now_ns) {
  while (has_next_message()) {
    receive(
        [&](want_atom, const consumer_ptr& who, const std::vector<subscription>& what) {
          if (!routing_.knows(who)) monitor(who->to);
          routing_.want(who, what);
        },
        [&](unwant_atom, const consumer_ptr& who, const std::vector<subscription>& what) {
          routing_.unwant(who, what, now_ns);
        },
        [&](drained_atom, const consumer_ptr& who) { routing_.drained(who); },
        [&](leave_atom, const consumer_ptr& who) { routing_.leave(who, now_ns); },
        [&](const caf::down_msg& x) { routing_.leave(x.source, now_ns); },
        [&](const caf::exit_msg&) { is_stopping_ = true; },
        caf::others >> [](caf::message_view& x) -> caf::result<caf::message> {
          return caf::make_error(caf::sec::unexpected_message, to_string(x.content()));
        });
  }
}

void router::handle_news() {
  for (const auto& x : std::exchange(parts_->news, {})) {
    const auto& endpoint = parts_->endpoints[x.endpoint];
    auto& trouble = parts_->troubles[endpoint];
    if (x.what == bus::link_state::connected) {
      trouble.clear();
      if (parts_->ended.erase(x.endpoint) > 0) routing_.disconnected(x.endpoint);
      parts_->env.ready.ready("upstream " + endpoint);
      parts_->env.log.info("upstream connected", {{"router", parts_->name}, {"endpoint", endpoint}});
      continue;
    }
    if (x.what == bus::link_state::disconnected) parts_->ended.insert(x.endpoint);
    parts_->env.ready.not_ready("upstream " + endpoint, x.text);
    if (std::exchange(trouble, x.text) == x.text) continue; // it is tried again and again
    const auto* what = x.what == bus::link_state::disconnected ? "upstream lost" : "upstream refused";
    parts_->env.log.warning(what, {{"router", parts_->name}, {"endpoint", endpoint}, {"why", x.text}});
  }
}

/// The last messages of a connection may come behind the news of its end. They must not make live again what is stale,
/// and so come first.
void router::distrust_ended(const std::vector<bus::message>& arrived) {
  std::erase_if(parts_->ended, [&](std::size_t endpoint) {
    if (std::ranges::find(arrived, endpoint, &bus::message::endpoint) != arrived.end()) return false;
    routing_.disconnected(endpoint);
    return true;
  });
}

void router::report(std::int64_t now_ns) {
  next_report_ns_ = now_ns + 1'000'000'000;
  metrics_.update(routing_);
  if (parts_->downstream) beat();
  const auto malformed = routing_.counts().malformed;
  if (malformed == complained_ || !complaints_.pass(steady_clock::now())) return;
  parts_->env.log.warning(
      "malformed market data",
      {{"router", parts_->name}, {"messages", malformed - complained_}, {"last", routing_.complaint()}});
  complained_ = malformed;
}

/// A sign of life beside the market data, for who connects here; of a router further up each router passes it on.
void router::beat() {
  const auto& x = routing_.counts();
  wire::encode(bytes_, wire::heartbeat{.service = "router",
                                       .instance = process::instance_name(),
                                       .epoch = epoch_,
                                       .at_ns = wall_ns(),
                                       .version = std::string{process::version},
                                       .ready = parts_->env.ready.is_ready(),
                                       .counters = {{"messages", x.messages},
                                                    {"events", x.events},
                                                    {"gaps", x.gaps},
                                                    {"lost", x.lost},
                                                    {"malformed", x.malformed}}});
  parts_->downstream->publish("ops/router/", bytes_);
}

/// Who comes and goes downstream, and who is not let in: those try again and again.
bus::link_callback log_of_peers(process::logger& log, const std::string& router) {
  return [&log, router, refusals = process::log_every{std::chrono::seconds{10}}](const bus::link_report& x) mutable {
    if (x.what != bus::link_state::handshake_failed)
      log.info("downstream", {{"router", router}, {"news", x.text}});
    else if (const auto more = refusals.pass(steady_clock::now()))
      log.warning("downstream refused", {{"router", router}, {"why", x.text}, {"also_before", *more}});
  };
}

} // namespace

settings read_settings(config::section root, config::section table, const std::vector<std::string>& upstream) {
  settings made;
  made.upstream = feed::read_connects(root, table, "upstream", upstream);
  if (table.has("publish")) made.publish = feed::read_bind(root, table, "publish", "");
  made.grace = std::chrono::nanoseconds{table.duration_ns("grace", made.grace.count())};
  return made;
}

result<caf::actor> start(process::environment& env, const bus::context& where,
                         std::shared_ptr<instrument_registry> instruments, settings how, const std::string& name) {
  auto made = std::make_shared<parts>(parts{env, std::move(instruments), name, {}, how.grace});
  bus::polled_subscriber::config upstream{
      .endpoints = std::move(how.upstream),
      .on_link = [to = made.get()](const bus::link_report& x) { to->news.push_back(x); }};
  for (const auto& x : upstream.endpoints) {
    made->endpoints.push_back(x.endpoint);
    if (!x.endpoint.starts_with("inproc://")) env.ready.not_ready("upstream " + x.endpoint, "not yet connected");
  }
  if (how.publish) {
    auto downstream = bus::publisher::bind(where, *how.publish, log_of_peers(env.log, name));
    if (!downstream) return std::unexpected{downstream.error()};
    made->downstream.emplace(*std::move(downstream));
    upstream.also_watch = made->downstream->fd();
    env.log.info("publishing", {{"router", name}, {"endpoint", made->downstream->endpoint()}});
  }
  auto opened = bus::polled_subscriber::open(where, std::move(upstream));
  if (!opened) return std::unexpected{opened.error()};
  made->upstream.emplace(*std::move(opened));
  // Its consumers know this one only: if it dies, the process does, and is started anew.
  return env.supervise({name, [made](caf::actor_system& in) { return in.spawn<router>(made); }, {.most_restarts = 0}});
}

result<void> start_service(process::environment& env) {
  auto how = read_settings(env.config, env.config.table("router"), {"tcp://127.0.0.1:5550"});
  if (!how.publish) how.publish = bus::bind_config{.endpoint = "tcp://127.0.0.1:5555"};
  if (auto ok = env.check_config(); !ok) return ok;
  const auto made = start(env, bus::context{}, std::make_shared<instrument_registry>(), std::move(how), "router");
  if (!made) return std::unexpected{made.error()};
  return {};
}

} // namespace strike::router
