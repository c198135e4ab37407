// What the bus costs over ZeroMQ itself: `bus_bench`. The latencies are of messages of 100 bytes over loopback TCP, at
// 20,000 a second, from a thread to another; bare and bus take turns, so that a busy machine is busy for both.
#include "bus/publisher.hpp"
#include "bus/subscriber.hpp"

#include <algorithm>
#include <atomic>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstring>
#include <sys/prctl.h>
#include <thread>
#include <vector>

using namespace strike;
using namespace strike::bus;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr std::string_view topic = "md/deribit/BTC-27NOV26-90000-C/ticker/";
constexpr std::size_t message_bytes = 100;
constexpr int slice_messages = 5'000; // a quarter of a second
constexpr int slices = 4;

std::int64_t now_ns() { return steady_clock::now().time_since_epoch().count(); }

/// Latencies of one way, in nanoseconds; filled by the receiving thread, read when `count` says so.
struct samples {
  std::vector<std::int64_t> values = std::vector<std::int64_t>(slices * slice_messages);
  std::atomic<std::size_t> count{0};
  void add(std::string_view bytes) {
    std::int64_t sent = 0;
    std::memcpy(&sent, bytes.data(), sizeof sent);
    const auto n = count.load(std::memory_order_relaxed);
    if (n < values.size()) values[n] = now_ns() - sent;
    count.store(n + 1, std::memory_order_release);
  }
  void wait_for(std::size_t n) const {
    const auto end = steady_clock::now() + 2s; // what PUB has dropped never comes
    while (count.load(std::memory_order_acquire) < n && steady_clock::now() < end) std::this_thread::sleep_for(100us);
  }
  double us(double part) {
    const auto n = static_cast<std::ptrdiff_t>(std::min(count.load(), values.size()));
    std::sort(values.begin(), values.begin() + n);
    return static_cast<double>(values[static_cast<std::size_t>(part * static_cast<double>(n - 1))]) / 1e3;
  }
};

/// Sends a slice at 20,000 a second.
template <class Send> void paced(Send send) {
  prctl(PR_SET_TIMERSLACK, 1); // nanosecond; 50 us else
  std::string bytes(message_bytes, 'x');
  auto due = steady_clock::now();
  for (int i = 0; i < slice_messages; ++i) {
    std::this_thread::sleep_until(due += 50us);
    const auto t = now_ns();
    std::memcpy(bytes.data(), &t, sizeof t);
    send(bytes);
  }
}

/// ZeroMQ and nothing else: the same two frames, received one by one.
struct bare_hop {
  zmq::context_t context;
  zmq::socket_t out{context, zmq::socket_type::pub};
  zmq::socket_t in{context, zmq::socket_type::sub};
  samples got;
  std::thread thread;

  bare_hop() {
    out.bind("tcp://127.0.0.1:*");
    in.set(zmq::sockopt::subscribe, "");
    in.connect(out.get(zmq::sockopt::last_endpoint));
    thread = std::thread{[this] {
      zmq::message_t frame;
      for (;;) {
        (void)in.recv(frame);
        if (frame.to_string_view() == "end") return;
        (void)in.recv(frame);
        if (frame.size() == message_bytes) got.add(frame.to_string_view());
      }
    }};
    std::this_thread::sleep_for(200ms); // PUB does not tell when its subscriber is there
  }
  ~bare_hop() {
    out.send(zmq::buffer("end", 3));
    thread.join();
  }
  void send(std::string_view bytes) {
    out.send(zmq::buffer(topic), zmq::send_flags::sndmore);
    out.send(zmq::buffer(bytes));
  }
};

struct bus_hop {
  context shared;
  publisher out;
  std::unique_ptr<subscriber> in;
  samples got;
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> batches{0};

  explicit bus_hop(const char* endpoint, socket_options options = {})
      : out{publisher::bind(shared, {.endpoint = endpoint, .options = options}).value()} {
    subscriber::config config{.endpoints = {{.endpoint = out.endpoint(), .options = options}}};
    config.on_batch = [this](std::vector<message>& batch) {
      for (const auto& x : batch) got.add(x.bytes());
      ++batches;
      received += batch.size();
    };
    in = subscriber::open(shared, std::move(config)).value();
    in->subscribe("md/deribit/");
    bool is_wanted = false;
    while (!is_wanted) {
      std::this_thread::sleep_for(1ms);
      out.poll_demand([&](const demand& x) { is_wanted = x.is_wanted; });
    }
  }
};

void one_way_latency(benchmark::State& state) {
  for (auto _ : state) {
    bare_hop bare;
    bus_hop ours{"tcp://127.0.0.1:0"};
    bus_hop within{"inproc://bench"};
    for (std::size_t i = 1; i <= slices; ++i) {
      paced([&](std::string_view x) { bare.send(x); });
      bare.got.wait_for(i * slice_messages);
      paced([&](std::string_view x) { ours.out.publish(topic, x); });
      ours.got.wait_for(i * slice_messages);
      paced([&](std::string_view x) { within.out.publish(topic, x); });
      within.got.wait_for(i * slice_messages);
    }
    state.counters["bare_p50_us"] = bare.got.us(0.50);
    state.counters["bare_p99_us"] = bare.got.us(0.99);
    state.counters["bus_p50_us"] = ours.got.us(0.50);
    state.counters["bus_p99_us"] = ours.got.us(0.99);
    state.counters["ratio_p50"] = ours.got.us(0.50) / bare.got.us(0.50);
    state.counters["ratio_p99"] = ours.got.us(0.99) / bare.got.us(0.99);
    state.counters["inproc_p50_us"] = within.got.us(0.50);
    state.counters["inproc_p99_us"] = within.got.us(0.99);
  }
}
BENCHMARK(one_way_latency)->Iterations(1)->Unit(benchmark::kMillisecond);

/// One call of publish, by the number of subscribers (0: matched against nobody and dropped).
void publish_cost(benchmark::State& state) {
  context shared;
  auto out = publisher::bind(shared, {.endpoint = "tcp://127.0.0.1:0", .options = {.send_hwm = 1000}}).value();
  std::vector<std::unique_ptr<subscriber>> all;
  for (int i = 0; i < state.range(0); ++i) {
    subscriber::config config{.endpoints = {{out.endpoint()}}, .on_batch = [](std::vector<message>&) {}};
    all.push_back(subscriber::open(shared, std::move(config)).value());
    all.back()->subscribe("md/deribit/");
  }
  for (std::int64_t seen = 0; seen < state.range(0); std::this_thread::sleep_for(1ms))
    out.poll_demand([&](const demand&) { ++seen; });
  const std::string bytes(message_bytes, 'x');
  for (auto _ : state) out.publish(topic, bytes);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publish_cost)->Arg(0)->Arg(1)->MinTime(0.3);

/// Messages of 100 bytes through loopback TCP, none dropped.
void throughput(benchmark::State& state) {
  bus_hop hop{"tcp://127.0.0.1:0", {.send_hwm = 0, .receive_hwm = 0}};
  const std::string bytes(message_bytes, 'x');
  constexpr std::uint64_t burst = 200'000;
  std::uint64_t sent = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < burst; ++i) hop.out.publish(topic, bytes);
    for (sent += burst; hop.received < sent;) std::this_thread::sleep_for(200us);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.counters["per_batch"] = static_cast<double>(sent) / static_cast<double>(hop.batches);
}
BENCHMARK(throughput)->Iterations(5)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
