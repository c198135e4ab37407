#include "gateway/gateway.hpp"

#include "base/time.hpp"
#include "bus/topic.hpp"
#include "feed/market_publisher.hpp"
#include "gateway_core.hpp"
#include "gateway_report.hpp"
#include "net/loop.hpp"

#include <caf/blocking_actor.hpp>
#include <caf/others.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <sys/prctl.h>
#include <utility>

namespace strike::gateway {

namespace {

constexpr std::int64_t report_every_ns = ns_per_s;

moment read_clocks() {
  using namespace std::chrono;
  return {.steady_ns = steady_clock::now().time_since_epoch() / 1ns,
          .wall_ns = system_clock::now().time_since_epoch() / 1ns};
}

/// What outlives a gateway that dies and is started anew: the endpoint with its subscribers, what they want, and the
/// names of instruments, by whose numbers the publisher knows its topics.
struct parts {
  parts(process::environment& e, settings s, std::function<std::unique_ptr<venue_feed>(instrument_registry&)> m)
      : env{e}, how{std::move(s)}, make{std::move(m)}, name{fmt::format("gateway-{}", to_text(how.at))} {}

  result<void> bind(const bus::context& where);
  /// Before the gateway's first start: nothing. Before a later one: what was published is taken back.
  void begin();
  void note_demand(const bus::demand& wish);

  process::environment& env;
  settings how;
  std::function<std::unique_ptr<venue_feed>(instrument_registry&)> make;
  std::string name;
  instrument_registry instruments;
  std::uint64_t epoch = 0;
  bool has_begun = false;
  std::set<std::string> wanted; ///< prefixes
  gateway_core* core = nullptr; ///< to be told of demand, while one is there
  std::optional<feed::market_publisher> publisher;
};

result<void> parts::bind(const bus::context& where) {
  epoch = static_cast<std::uint64_t>(read_clocks().wall_ns);
  auto made = feed::market_publisher::bind(
      where,
      {.bind = how.publish,
       .epoch = epoch,
       .grace = how.grace,
       .on_demand = [this](const bus::demand& wish) { note_demand(wish); },
       .on_link =
           [this, refusals = process::log_every{std::chrono::seconds{10}}](const bus::link_report& x) mutable {
             if (x.what != bus::link_state::handshake_failed)
               env.log.info("consumer", {{"news", x.text}});
             else if (const auto more = refusals.pass(std::chrono::steady_clock::now()))
               env.log.warning("consumer refused", {{"why", x.text}, {"also_before", *more}});
           }},
      instruments);
  if (!made) return std::unexpected{made.error()};
  publisher.emplace(std::move(*made));
  return {};
}

void parts::begin() {
  if (!std::exchange(has_begun, true)) return;
  epoch = std::max(epoch + 1, static_cast<std::uint64_t>(read_clocks().wall_ns));
  publisher->restart(epoch, {});
}

void parts::note_demand(const bus::demand& wish) {
  if (wish.is_wanted)
    wanted.insert(wish.prefix);
  else
    wanted.erase(wish.prefix);
  if (core) core->demand(wish);
}

/// The GATEWAY has a thread of its own, which sleeps on the venue's sockets and on the bus: what arrives leaves for the
/// bus in the same call. A message in its mailbox wakes it.
class gateway_actor final : public caf::blocking_actor {
public:
  gateway_actor(caf::actor_config& config, std::shared_ptr<parts> what)
      : caf::blocking_actor{config}, parts_{std::move(what)} {}

  const char* name() const override { return "gateway"; }
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override {
    caf::blocking_actor::enqueue(std::move(what), from);
    const std::scoped_lock lock{guard_};
    if (loop_) loop_->wake();
  }
  void act() override;

private:
  void serve(net::loop& loop);
  void take_messages();
  void report(const gateway_core& core, gateway_report& to, std::int64_t steady_ns);
  void set_loop(net::loop* x) {
    const std::scoped_lock lock{guard_};
    loop_ = x;
  }

  std::shared_ptr<parts> parts_;
  std::mutex guard_;
  net::loop* loop_ = nullptr; ///< while there is one to be woken; others may keep the actor's handle for longer
  std::int64_t next_report_ns_ = INT64_MIN;
  std::string bytes_;
  bool is_stopping_ = false;
};

void gateway_actor::act() {
  prctl(PR_SET_TIMERSLACK, 1UL); // the kernel's default may wake us 50 us late
  parts_->begin();
  auto loop = net::loop::open({.ca_file = parts_->how.ca_file, .on_warning = [this](std::string_view line) {
                                 parts_->env.log.warning("network", {{"what", line}});
                               }});
  if (!loop) throw std::runtime_error{loop.error().text}; // a death: the supervisor tries again
  set_loop(loop->get());
  try {
    serve(**loop);
  } catch (...) {
    set_loop(nullptr);
    parts_->core = nullptr;
    parts_->publisher->distrust(parts_->how.at, trust::stale); // until the supervisor has started another
    throw;
  }
  set_loop(nullptr);
  parts_->core = nullptr;
  parts_->publisher.reset(); // here and now: the bus must end before its context
}

void gateway_actor::serve(net::loop& loop) {
  auto& x = *parts_;
  auto& publisher = *x.publisher;
  gateway_report shown{x.how.at, x.env.log, x.env.metrics, x.env.ready};
  gateway_core core{
      {.on = loop,
       .report = shown,
       .clock = read_clocks,
       .random =
           [source = std::minstd_rand{std::random_device{}()}]() mutable {
             return std::uniform_real_distribution{}(source);
           },
       .to = {.publish = [&publisher](std::span<const market_event> events) { publisher.publish(events); },
              .distrust = [&publisher](feed::slot which, trust why) { publisher.distrust(which, why); }},
       .data_silence = x.how.data_silence},
      x.instruments,
      x.make(x.instruments)};
  for (const auto& prefix : x.wanted) core.demand({.is_wanted = true, .prefix = prefix});
  x.core = &core;
  loop.watch(publisher.fd(), [] {}); // each round asks the publisher
  for (;;) {
    take_messages();
    if (is_stopping_) return;
    auto next_ns = core.round();
    const auto steady_ns = read_clocks().steady_ns;
    if (steady_ns >= next_report_ns_) report(core, shown, steady_ns);
    next_ns = std::min({next_ns, next_report_ns_, publisher.poll(steady_ns)});
    loop.round(x.how.busy_poll || core.is_due() ? steady_ns : next_ns);
  }
}

void gateway_actor::take_messages() {
  while (has_next_message())
    receive([this](const caf::exit_msg&) { is_stopping_ = true; },
            caf::others >>
                [](caf::message_view&) -> caf::result<caf::message> { return caf::sec::unexpected_message; });
}

void gateway_actor::report(const gateway_core& core, gateway_report& to, std::int64_t steady_ns) {
  next_report_ns_ = steady_ns + report_every_ns;
  const auto at = read_clocks();
  to.update(core.level(), at);
  wire::encode(bytes_, to.heartbeat(parts_->name, parts_->epoch, at));
  parts_->publisher->publish_bytes(*bus::named_topic(bus::topic_root::operations, parts_->name), bytes_);
}

} // namespace

result<running> start(process::environment& env, const bus::context& where, settings how,
                      std::function<std::unique_ptr<venue_feed>(instrument_registry&)> make) {
  // a wrong CA file is the user's to mend, and to be told at once
  if (const auto tried = net::loop::open({.ca_file = how.ca_file, .on_warning = {}}); !tried)
    return std::unexpected{tried.error()};
  const auto made = std::make_shared<parts>(env, std::move(how), std::move(make));
  if (auto ok = made->bind(where); !ok) return std::unexpected{ok.error()};
  running out{.endpoint = made->publisher->endpoint()};
  const auto actor =
      env.supervise({made->name, [made](caf::actor_system& in) { return in.spawn<gateway_actor>(made); }});
  if (!actor) return std::unexpected{actor.error()};
  env.log.info("publishing", {{"service", made->name}, {"endpoint", out.endpoint}});
  return out;
}

} // namespace strike::gateway
