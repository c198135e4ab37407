// What a gateway adds to a frame: from its arrival to its event on the bus, on a made-up venue with a trivial parse. A
// subscriber on a thread of its own takes what is published.

#include "gateway_core.hpp"

#include "bus/subscriber.hpp"
#include "feed/market_publisher.hpp"
#include "kit/made_up_venue.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

using namespace strike;
using namespace std::chrono_literals;

namespace {

gateway::moment read_clocks() {
  using namespace std::chrono;
  return {steady_clock::now().time_since_epoch() / 1ns, system_clock::now().time_since_epoch() / 1ns};
}

/// A socket that takes everything, and a way to its handlers.
struct one_socket final : net::network {
  struct sink final : net::socket {
    result<void> send(std::string_view) override { return {}; }
    void close(std::uint16_t, std::string_view) override {}
  };
  result<std::unique_ptr<net::socket>> open_socket(const net::socket_options&, net::socket_handlers x) override {
    handlers = std::move(x);
    return std::make_unique<sink>();
  }
  void fetch(net::http_request, std::function<void(result<net::http_response>)>) override {}
  net::socket_handlers handlers;
};

struct consumer {
  consumer(const bus::context& where, const std::string& endpoint)
      : socket{bus::polled_subscriber::open(where, {.endpoints = {{.endpoint = endpoint}}}).value()} {
    socket.subscribe("md/deribit/");
    thread = std::jthread{[this](const std::stop_token& stop) {
      while (!stop.stop_requested()) received += socket.receive(10ms).size();
    }};
  }
  bus::polled_subscriber socket;
  std::atomic<std::size_t> received{0};
  std::jthread thread;
};

void frame_to_bus(benchmark::State& state) {
  const auto topics = static_cast<std::uint32_t>(state.range(0));
  const bool with_bus = state.range(1) != 0;
  bus::context where;
  instrument_registry names;
  auto out = feed::market_publisher::bind(where, {.bind = {.endpoint = "inproc://bench"}, .epoch = 1}, names).value();
  process::logger quiet{"bench", process::level::error, process::log_format::text};
  process::metric_registry metrics;
  process::readiness ready;
  gateway::gateway_report report{venue::deribit, quiet, metrics, ready};
  one_socket network;
  const auto inside = std::make_shared<test::made_up_feed::inside>();
  inside->limit.topics_per_socket = topics;
  inside->on_start = [&](gateway::feed_port& port) {
    for (std::uint32_t i = 0; i < topics; ++i)
      port.define(test::made_up_feed::rules(fmt::format("BTC-27NOV26-{}-C", 10'000 + i)), 1);
  };
  gateway::gateway_core core{{.on = network,
                              .report = report,
                              .clock = read_clocks,
                              .random = [] { return 0.5; },
                              .to = {.publish =
                                         [&](std::span<const market_event> x) {
                                           if (with_bus) out.publish(x);
                                         },
                                     .distrust = [&](feed::slot which, trust why) { out.distrust(which, why); }}},
                             names,
                             std::make_unique<test::made_up_feed>(inside)};
  core.demand({true, "md/deribit/"});
  core.round();
  network.handlers.on_open();
  std::vector<std::string> frames;
  for (std::uint32_t i = 0; i < topics; ++i)
    frames.push_back(fmt::format("t {} 100", feed::slot_of({(i * 2'654'435'761U) % topics}, channel::ticker)));
  consumer reader{where, out.endpoint()};
  while (!out.has_demand()) out.poll(read_clocks().steady_ns);
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    network.handlers.on_text(frames[next]);
    if (++next == frames.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(frame_to_bus)->ArgNames({"topics", "bus"})->Args({10, 0})->Args({5'000, 0})->Args({10, 1})->Args({5'000, 1});

} // namespace
