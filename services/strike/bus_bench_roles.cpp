// The processes that `strike bench bus` starts. Each tells what it measured in one line on standard output.
#include "feed/market_publisher.hpp"
#include "process/app.hpp"
#include "router/router.hpp"
#include "strategies/start.hpp"
#include "strategy/registry.hpp"
#include "strike/bus_bench.hpp"

#include <fmt/format.h>
#include <zmq.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/prctl.h>
#include <thread>

namespace strike {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// The same in all roles.
constexpr std::size_t warm_up = 2'000; ///< messages whose latency does not count
constexpr std::size_t message_bytes = 100;
constexpr std::string_view bare_topic = "md/deribit/BTC-27NOV26-90000-C/ticker/";

std::int64_t now_ns() { return steady_clock::now().time_since_epoch().count(); } // one clock for all processes

void say(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

/// Latencies of one way.
class latencies {
public:
  void add(std::int64_t ns) {
    if (++seen_ > warm_up) values_.push_back(ns);
  }
  /// "<count> <p50> <p99>", in nanoseconds.
  std::string text() {
    std::ranges::sort(values_);
    const auto at = [&](std::size_t percent) { return values_.empty() ? 0 : values_[values_.size() * percent / 100]; };
    return fmt::format("{} {} {}", values_.size(), at(50), at(99));
  }

private:
  std::size_t seen_ = 0;
  std::vector<std::int64_t> values_;
};

/// Calls `send` so many times a second.
template <class Send> void at_rate(std::uint64_t count, double per_second, Send send) {
  prctl(PR_SET_TIMERSLACK, 1); // nanosecond; 50 us else
  const std::chrono::nanoseconds step{static_cast<std::int64_t>(1e9 / per_second)};
  auto due = steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(due += step);
    send(i);
  }
}

// ---- bare ZeroMQ: what every figure stands beside ------------------------------------------------------------------

void send_pair(zmq::socket_t& to, std::string_view topic, std::string_view bytes) {
  to.send(zmq::buffer(topic), zmq::send_flags::sndmore);
  to.send(zmq::buffer(bytes));
}

/// ENDPOINT MESSAGES RATE
int bare_publisher(char** argv) {
  zmq::context_t context;
  zmq::socket_t out{context, zmq::socket_type::xpub};
  out.bind(argv[0]);
  say(out.get(zmq::sockopt::last_endpoint));
  zmq::message_t wish;
  (void)out.recv(wish); // the subscriber is there
  std::string bytes(message_bytes, 'x');
  at_rate(std::stoull(argv[1]) + warm_up, std::stod(argv[2]), [&](std::uint64_t) {
    const auto sent = now_ns();
    std::memcpy(bytes.data(), &sent, sizeof sent);
    send_pair(out, bare_topic, bytes);
  });
  send_pair(out, bare_topic, "end");
  std::this_thread::sleep_for(200ms);
  return 0;
}

/// UPSTREAM
int bare_subscriber(char** argv) {
  zmq::context_t context;
  zmq::socket_t in{context, zmq::socket_type::sub};
  in.set(zmq::sockopt::subscribe, "md/");
  in.connect(argv[0]);
  latencies seen;
  for (zmq::message_t topic, body;;) {
    (void)in.recv(topic);
    (void)in.recv(body);
    const auto now = now_ns();
    std::int64_t sent = 0;
    if (body.size() < sizeof sent) break;
    std::memcpy(&sent, body.data(), sizeof sent);
    seen.add(now - sent);
  }
  say(seen.text());
  return 0;
}

/// UPSTREAM ENDPOINT: what a router does, without doing anything.
int bare_relay(char** argv) {
  zmq::context_t context;
  zmq::socket_t in{context, zmq::socket_type::sub};
  zmq::socket_t out{context, zmq::socket_type::xpub};
  out.bind(argv[1]);
  say(out.get(zmq::sockopt::last_endpoint));
  zmq::message_t topic;
  zmq::message_t body;
  (void)out.recv(topic);
  in.set(zmq::sockopt::subscribe, "md/");
  in.connect(argv[0]);
  for (bool is_over = false; !is_over;) {
    (void)in.recv(topic);
    (void)in.recv(body);
    is_over = body.size() < sizeof(std::int64_t);
    out.send(topic, zmq::send_flags::sndmore);
    out.send(body, zmq::send_flags::none);
  }
  std::this_thread::sleep_for(200ms);
  return 0;
}

// ---- Strike --------------------------------------------------------------------------------------------------------

/// Sends events of so many instruments as a gateway does, once somebody wants them.
class event_source {
public:
  event_source(const bus::context& where, const std::string& endpoint, int instruments)
      : out_{feed::market_publisher::bind(where, {.bind = {endpoint}, .epoch = 1}, names_)} {
    for (int i = 0; i < instruments; ++i)
      ids_.push_back(*names_.intern(venue::deribit, fmt::format("BTC-27NOV26-{}-C", 10'000 + i)));
  }
  bool is_open() const { return out_.has_value(); }
  const std::string& endpoint() const { return out_->endpoint(); }

  void wait_for_demand() {
    while (!std::ranges::all_of(ids_, [&](instrument_id x) { return out_->is_wanted(x, channel::ticker); })) {
      out_->poll(now_ns());
      std::this_thread::sleep_for(1ms);
    }
    const auto settled = steady_clock::now() + 300ms;
    while (steady_clock::now() < settled) {
      out_->poll(now_ns());
      std::this_thread::sleep_for(1ms);
    }
  }
  /// @param burst events of one instrument that are ready at once
  void send(std::uint64_t events, double per_second, std::size_t burst) {
    std::vector<market_event> ready(burst, prototype());
    at_rate(events / burst, per_second / static_cast<double>(burst), [&](std::uint64_t i) {
      for (auto& x : ready) {
        x.instrument = ids_[i % ids_.size()];
        x.venue_ns = now_ns();
      }
      out_->publish(ready);
      out_->poll(now_ns());
    });
  }
  /// The last event of an instrument has the time 0.
  void end() {
    auto last = prototype();
    for (const auto id : ids_) {
      last.instrument = id;
      out_->publish({&last, 1});
    }
    std::this_thread::sleep_for(300ms);
  }

private:
  static market_event prototype() {
    return {.body = ticker{.best_bid = price{42'000'000},
                           .best_ask = price{42'500'000},
                           .best_bid_size = quantity{1'000'000'000},
                           .best_ask_size = quantity{2'000'000'000},
                           .mark = 0.0422,
                           .underlying = 90'123.5,
                           .mark_iv = 0.55,
                           .delta = 0.51}};
  }
  instrument_registry names_;
  std::vector<instrument_id> ids_;
  result<feed::market_publisher> out_;
};

/// ENDPOINT EVENTS RATE INSTRUMENTS BURST
int publisher(char** argv) {
  event_source source{bus::context{}, argv[0], std::stoi(argv[3])};
  if (!source.is_open()) return 1;
  say(source.endpoint());
  source.wait_for_demand();
  source.send(std::stoull(argv[1]), std::stod(argv[2]), std::stoull(argv[4]));
  source.end();
  return 0;
}

/// Measures how old events are when they reach it; says so when the last one has come.
class latency_probe final : public strategy {
public:
  explicit latency_probe(config::section& settings)
      : instruments_{settings.texts("instruments")}, bursts_{settings.flag("bursts", false)} {}

  std::vector<subscription> subscriptions() const override {
    std::vector<subscription> out;
    for (const auto& x : instruments_) out.push_back(*parse_subscription(x));
    return out;
  }
  void on_event(const market_event& event, context& door) override {
    if (event.venue_ns == 0) {
      if (++ended_ == instruments_.size()) say(fmt::format("{} {} {}", door.strategy_name(), events_, seen_.text()));
      return;
    }
    ++events_;
    if (!bursts_ || events_ % 64 == 0) seen_.add(now_ns() - event.venue_ns);
  }
  boost::json::object dashboard_state() const override { return {{"events", events_}}; }

private:
  std::vector<std::string> instruments_;
  bool bursts_;
  std::size_t ended_ = 0;
  std::uint64_t events_ = 0;
  latencies seen_;
};

std::shared_ptr<const strategy_registry> probes() {
  auto types = std::make_shared<strategy_registry>();
  types->add("latency_probe",
             [](config::section& x) -> std::unique_ptr<strategy> { return std::make_unique<latency_probe>(x); });
  return types;
}

/// The service strike-strategies, with --config and the like.
int strategies_service(int argc, char** argv) {
  return process::run(argc, argv, {.name = "strategies", .help = "", .start = [](auto& env) {
                                     return strategies::start_service(env, probes());
                                   }});
}

int router_service(int argc, char** argv) {
  return process::run(argc, argv, {.name = "router", .help = "", .start = router::start_service});
}

/// Publisher and strategies in one process over inproc, with --config; the last arguments are EVENTS RATE.
int all_in_one(int argc, char** argv) {
  const bus::context shared;
  event_source source{shared, "inproc://bench", 1};
  const auto events = std::stoull(argv[argc - 2]);
  const auto rate = std::stod(argv[argc - 1]);
  std::jthread sender;
  const auto start = [&](process::environment& env) {
    if (auto ok = strategies::start_service(env, probes(), shared); !ok) return ok;
    sender = std::jthread{[&source, events, rate] {
      source.wait_for_demand();
      source.send(events, rate, 1);
      source.end();
    }};
    return result<void>{};
  };
  return process::run(argc - 2, argv, {.name = "all-in-one", .help = "", .start = start});
}

} // namespace

int run_bus_bench_role(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  const int count = argc - 2;
  if (role == "bare-publisher" && count == 3) return bare_publisher(argv + 2);
  if (role == "bare-subscriber" && count == 1) return bare_subscriber(argv + 2);
  if (role == "bare-relay" && count == 2) return bare_relay(argv + 2);
  if (role == "publisher" && count == 5) return publisher(argv + 2);
  if (role == "strategies") return strategies_service(argc - 1, argv + 1);
  if (role == "router") return router_service(argc - 1, argv + 1);
  if (role == "all-in-one" && count >= 2) return all_in_one(argc - 1, argv + 1);
  fmt::print(stderr, "this is for `strike bench bus` itself\n");
  return 2;
}

} // namespace strike
