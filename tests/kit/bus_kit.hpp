#pragma once

#include "base/time.hpp"
#include "bus/subscriber.hpp"
#include "feed/intake.hpp"
#include "feed/market_publisher.hpp"
#include "kit/book_text.hpp"
#include "kit/service.hpp"
#include "unit/feed/feed_kit.hpp"
#include "wire/dashboard.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

/// Processes on a bus: what the system tests of router, strategies, recorder and replay share.
namespace bus_kit {

using namespace feed_kit;
using namespace std::chrono_literals;

inline constexpr auto patience = 30s;

inline std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch() / 1ns; }
inline std::int64_t utc_ns() { return std::chrono::system_clock::now().time_since_epoch() / 1ns; }

/// An endpoint that a process can be started on again: its port is not one that the system gives to clients.
inline std::string free_endpoint() {
  static int next = 0;
  for (;;) {
    const int port = 15'000 + (getpid() * 31 + next++ * 7) % 15'000;
    sockaddr_in at{
        .sin_family = AF_INET, .sin_port = htons(static_cast<in_port_t>(port)), .sin_addr = {}, .sin_zero = {}};
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool is_free = bind(probe, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    close(probe);
    if (is_free) return fmt::format("tcp://127.0.0.1:{}", port);
  }
}

/// Lets all parts work (`pump`) until it is so; false when patience ends.
template <class F, class... Parts> bool eventually(F is_so, Parts&... parts) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  for (;;) {
    (parts.pump(), ...);
    if (is_so()) return true;
    if (std::chrono::steady_clock::now() > limit) return false;
    usleep(1'000);
  }
}

/// Stands where a gateway stands. Each move of an instrument is a ticker and a change of its book; the n-th has the bid
/// n.
struct gateway {
  gateway(const bus::context& where, const instrument_registry& instruments, const std::string& endpoint)
      : out{open(where, instruments, endpoint, *demands)} {}
  void pump() {
    for (const auto id : moving) move(id);
    out.poll(steady_ns());
  }
  void move(instrument_id id) {
    const auto n = ++moves[id.index];
    publish(tick(id, n, utc_ns()));
    if (truth.book(id))
      publish(bid_change(id, 100 - n % 7, 1 + n % 5, utc_ns()));
    else
      publish(whole_book(id, 100, utc_ns()));
  }
  void publish(const market_event& x) {
    truth.apply(x);
    out.publish({&x, 1});
  }
  std::string book(instrument_id id) const { return book_text(truth.book(id)); }

  std::shared_ptr<std::vector<bus::demand>> demands = std::make_shared<std::vector<bus::demand>>();
  std::vector<instrument_id> moving; ///< with each pump
  std::map<std::uint32_t, std::int64_t> moves;
  last_values truth;
  market_publisher out;

private:
  /// An endpoint becomes free a moment after its last owner has gone.
  static market_publisher open(const bus::context& where, const instrument_registry& instruments,
                               const std::string& endpoint, std::vector<bus::demand>& demands) {
    const market_publisher::config config{.bind = {.endpoint = endpoint},
                                          .epoch = static_cast<std::uint64_t>(utc_ns()),
                                          .on_demand = [&demands](const bus::demand& x) { demands.push_back(x); }};
    auto made = market_publisher::bind(where, config, instruments);
    eventually([&] { return made || (made = market_publisher::bind(where, config, instruments)); });
    return std::move(made).value();
  }
};

/// Receives market data as every consumer of the product does.
struct reader {
  reader(const bus::context& where, instrument_registry& instruments, const std::string& endpoint,
         const std::vector<std::string>& prefixes)
      : intake{instruments}, socket{
                                 bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = endpoint}}}).value()} {
    for (const auto& x : prefixes) socket.subscribe(x);
  }
  void pump() {
    for (const auto& x : socket.receive(1ms)) {
      const auto before = events.size();
      intake.read(x.topic(), x.bytes(), x.endpoint(), steady_ns(), events);
      for (auto i = before; i < events.size(); ++i) values.apply(events[i]);
    }
    for (const auto& topic : intake.due(steady_ns())) socket.ask_again(topic);
  }
  std::int64_t bid(instrument_id id) const {
    const auto last = values.snapshot(slot_of(id, channel::ticker));
    return last ? best_bid(*last) : 0;
  }
  std::string book(instrument_id id) const { return book_text(values.book(id)); }
  /// Whether bids of an instrument's tickers rise by one, from the first to the last.
  bool is_gapless(instrument_id id) const {
    std::int64_t last = 0;
    for (const auto& x : events) {
      if (x.instrument != id || !std::holds_alternative<ticker>(x.body)) continue;
      if (last != 0 && best_bid(x) != last + 1) return false;
      last = best_bid(x);
    }
    return true;
  }

  feed::intake intake;
  bus::polled_subscriber socket;
  last_values values;
  std::vector<market_event> events;
};

/// What strategies show.
struct dashboard {
  dashboard(const bus::context& where, const service& strategies)
      : socket{bus::polled_subscriber::open(
                   where, {.endpoints = {{.endpoint = strategies.logged("dashboard published endpoint=")}}})
                   .value()} {
    socket.subscribe("dash/");
  }
  void pump() {
    for (const auto& x : socket.receive(1ms)) {
      auto state = wire::decode_dashboard_state(x.bytes()).value();
      const auto name = state.strategy;
      shown[name] = std::move(state);
    }
  }
  boost::json::object of(const std::string& strategy) const {
    const auto at = shown.find(strategy);
    return at == shown.end() ? boost::json::object{} : boost::json::parse(at->second.state_json).as_object();
  }
  /// A number that the strategy shows; 0 if it does not (yet).
  std::int64_t number(const std::string& strategy, std::string_view key) const { return number_in(of(strategy), key); }
  /// One that its host shows.
  std::int64_t host(const std::string& strategy, std::string_view key) const {
    const auto all = of(strategy);
    const auto* facts = all.if_contains("host");
    return facts ? number_in(facts->as_object(), key) : 0;
  }
  std::string text(const std::string& strategy, std::string_view key) const {
    const auto all = of(strategy);
    const auto* value = all.if_contains({key.data(), key.size()});
    return value ? std::string{value->as_string().c_str()} : std::string{};
  }

  bus::polled_subscriber socket;
  std::map<std::string, wire::dashboard_state> shown;

private:
  static std::int64_t number_in(const boost::json::object& in, std::string_view key) {
    const auto* value = in.if_contains({key.data(), key.size()});
    return value ? value->to_number<std::int64_t>() : 0;
  }
};

/// Names of instruments, a folder, and what starts the services of a chain.
struct bus_test : names {
  temp_folder folder;
  bus::context where;
  std::string upstream = free_endpoint(); ///< where gateway or replay publish
  std::string routed = free_endpoint();   ///< where the router does

  std::string router_config(std::string_view more = "") const {
    return fmt::format("[router]\nupstream = \"{}\"\npublish = \"{}\"\n{}\n", upstream, routed, more);
  }
  service router(std::string_view more = "") { return {folder, "router", ROUTER_BINARY, router_config(more)}; }
  /// @param tables one [[strategy]] each
  static std::string strategies_config(const std::string& from, std::string_view tables, std::string_view more = "") {
    return fmt::format("[strategies]\nupstream = \"{}\"\npublish = \"tcp://127.0.0.1:0\"\ncontrol = "
                       "\"tcp://127.0.0.1:0\"\ndashboard_every = \"20ms\"\n{}\n{}",
                       from, more, tables);
  }
  /// Of the type that tests/system/example_strategies.cpp makes.
  static std::string watcher(std::string_view name, std::string_view instruments = "deribit:BTC-PERPETUAL",
                             std::string_view channels = R"(["ticker", "book"])", std::string_view more = "") {
    return fmt::format("[[strategy]]\ntype = \"watcher\"\nname = \"{}\"\ninstruments = \"{}\"\nchannels = {}\n{}\n",
                       name, instruments, channels, more);
  }
};

} // namespace bus_kit
