#include "strike/bus_bench.hpp"

#include "base/error.hpp"
#include "strike/routing_bench.hpp"

#define BOOST_PROCESS_USE_STD_FS // else it needs Boost.Filesystem
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/process.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace strike {

namespace {

namespace bp = boost::process;

/// One of the processes of a measurement; ended with the object.
class role_process {
public:
  explicit role_process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bus-bench-role");
    child_ = bp::child{std::filesystem::read_symlink("/proc/self/exe").string(), bp::args(arguments),
                       bp::std_out > out_, bp::std_err > bp::null};
  }
  ~role_process() {
    std::error_code ignored;
    if (child_.running(ignored)) ::kill(child_.id(), SIGTERM);
    child_.wait(ignored);
  }
  role_process(const role_process&) = delete;
  role_process& operator=(const role_process&) = delete;

  /// The next line that it says; empty if it ended instead.
  std::string line() {
    std::string text;
    std::getline(out_, text);
    return text;
  }

private:
  bp::ipstream out_;
  bp::child child_;
};

/// A folder for the configurations of the processes.
class workspace {
public:
  workspace() {
    auto pattern = (std::filesystem::temp_directory_path() / "strike-bench-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error{"cannot make a folder in " + pattern};
    folder_ = pattern;
  }
  ~workspace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    const auto file = (folder_ / name).string();
    std::ofstream{file} << text;
    return file;
  }
  std::string endpoint(const std::string& name) const { return "ipc://" + (folder_ / name).string(); }

private:
  std::filesystem::path folder_;
};

/// A port that is free now: the router's endpoint must be known to others before it is up.
std::string free_tcp_endpoint() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
  return fmt::format("tcp://127.0.0.1:{}", probe.local_endpoint().port());
}

struct latency {
  double p50_us = 0, p99_us = 0;
};

struct bench_options {
  std::uint64_t messages = 40'000;
  double rate = 20'000;
  int rounds = 3;
  std::uint64_t flood = 2'000'000;
  double flood_rate = 400'000;
};

/// "<count> <p50> <p99>"; none if nothing came.
latency parse_latency(std::istream& from) {
  std::uint64_t count = 0;
  double p50 = 0, p99 = 0;
  from >> count >> p50 >> p99;
  return {p50 / 1e3, p99 / 1e3};
}

/// The median of rounds, of each figure on its own.
latency median(std::vector<latency> rounds) {
  const auto middle = [&](double latency::*figure) {
    std::ranges::sort(rounds, {}, figure);
    return rounds[rounds.size() / 2].*figure;
  };
  return {middle(&latency::p50_us), middle(&latency::p99_us)};
}

class bus_bench {
public:
  explicit bus_bench(bench_options x) : options_{x} {}
  void run();

private:
  latency bare();
  latency bare_relay();
  latency direct();
  latency routed() { return via_router("tcp://127.0.0.1:0", free_tcp_endpoint()); }
  latency routed_over_ipc() { return via_router(files_.endpoint("source"), files_.endpoint("router")); }
  latency via_router(const std::string& first, const std::string& second);
  latency in_one_process();
  void flood(double rate);
  std::string strategies_config(const std::string& upstream, int strategies, int instruments, bool bursts) const;
  std::string router_config(const std::string& upstream, const std::string& publish) const;
  latency probe(role_process& strategies) const;

  bench_options options_;
  workspace files_;
};

std::string bus_bench::strategies_config(const std::string& upstream, int strategies, int instruments,
                                         bool bursts) const {
  std::string text = fmt::format("[process]\nhealth = \"127.0.0.1:0\"\n[strategies]\nupstream = \"{}\"\npublish = "
                                 "\"{}\"\ncontrol = \"{}\"\nqueue = 1000000\n",
                                 upstream, files_.endpoint("dash"), files_.endpoint("control"));
  std::string list;
  for (int i = 0; i < instruments; ++i) list += fmt::format("\"deribit:BTC-27NOV26-{}-C\",", 10'000 + i);
  for (int i = 0; i < strategies; ++i)
    text += fmt::format("[[strategy]]\ntype = \"latency_probe\"\nname = \"probe{}\"\ninstruments = [{}]\nbursts = {}\n",
                        i, list, bursts);
  return files_.write("strategies.toml", text);
}

std::string bus_bench::router_config(const std::string& upstream, const std::string& publish) const {
  return files_.write("router.toml", fmt::format("[process]\nhealth = \"127.0.0.1:0\"\n[router]\nupstream = \"{}\"\n"
                                                 "publish = \"{}\"\n",
                                                 upstream, publish));
}

latency bus_bench::probe(role_process& strategies) const {
  std::istringstream words{strategies.line()};
  std::string name;
  std::uint64_t events = 0;
  words >> name >> events;
  return parse_latency(words);
}

latency bus_bench::bare() {
  role_process sender{
      {"bare-publisher", "tcp://127.0.0.1:0", std::to_string(options_.messages), std::to_string(options_.rate)}};
  role_process receiver{{"bare-subscriber", sender.line()}};
  std::istringstream words{receiver.line()};
  return parse_latency(words);
}

latency bus_bench::bare_relay() {
  role_process sender{
      {"bare-publisher", "tcp://127.0.0.1:0", std::to_string(options_.messages), std::to_string(options_.rate)}};
  role_process relay{{"bare-relay", sender.line(), "tcp://127.0.0.1:0"}};
  role_process receiver{{"bare-subscriber", relay.line()}};
  std::istringstream words{receiver.line()};
  return parse_latency(words);
}

latency bus_bench::direct() {
  role_process source{
      {"publisher", "tcp://127.0.0.1:0", std::to_string(options_.messages), std::to_string(options_.rate), "1", "1"}};
  role_process strategies{{"strategies", "--config", strategies_config(source.line(), 1, 1, false)}};
  return probe(strategies);
}

latency bus_bench::via_router(const std::string& first, const std::string& second) {
  role_process source{{"publisher", first, std::to_string(options_.messages), std::to_string(options_.rate), "1", "1"}};
  role_process router{{"router", "--config", router_config(source.line(), second)}};
  role_process strategies{{"strategies", "--config", strategies_config(second, 1, 1, false)}};
  return probe(strategies);
}

latency bus_bench::in_one_process() {
  role_process all{{"all-in-one", "--config", strategies_config("inproc://bench", 1, 1, false),
                    std::to_string(options_.messages), std::to_string(options_.rate)}};
  return probe(all);
}

/// Ten strategies get every event of ten instruments, through a router.
void bus_bench::flood(double rate) {
  constexpr int strategies_count = 10, instruments = 10, burst = 40;
  role_process source{{"publisher", "tcp://127.0.0.1:0", std::to_string(options_.flood), std::to_string(rate),
                       std::to_string(instruments), std::to_string(burst)}};
  const auto middle = free_tcp_endpoint();
  role_process router{{"router", "--config", router_config(source.line(), middle)}};
  role_process strategies{{"strategies", "--config", strategies_config(middle, strategies_count, instruments, true)}};
  const auto sent = options_.flood / burst * burst;
  std::uint64_t fewest = UINT64_MAX;
  double p99_us = 0;
  for (int i = 0; i < strategies_count; ++i) {
    std::istringstream words{strategies.line()};
    std::string name;
    std::uint64_t events = 0;
    words >> name >> events;
    fewest = std::min(fewest, events);
    p99_us = std::max(p99_us, parse_latency(words).p99_us);
  }
  fmt::print("  {:>9.0f} events/s   {:>10} of {} reached every strategy   p99 {:.0f} us\n", rate, fewest, sent, p99_us);
}

void bus_bench::run() {
  struct leg {
    const char* name;
    latency (bus_bench::*measure)();
    std::vector<latency> rounds;
  };
  std::vector<leg> legs{{"bare ZeroMQ hop", &bus_bench::bare, {}},
                        {"publisher to strategy, direct", &bus_bench::direct, {}},
                        {"bare ZeroMQ relay, two hops", &bus_bench::bare_relay, {}},
                        {"publisher to strategy, via router", &bus_bench::routed, {}},
                        {"the same over ipc", &bus_bench::routed_over_ipc, {}},
                        {"publisher to strategy, one process", &bus_bench::in_one_process, {}}};
  for (int i = 0; i < options_.rounds; ++i)
    for (auto& x : legs) x.rounds.push_back((this->*x.measure)());

  fmt::print("Latency one way, {:.0f} events/s, one a message, separate processes over tcp loopback, median of {} "
             "rounds\n  {:<36} {:>9} {:>9} {:>14} {:>8}\n",
             options_.rate, options_.rounds, "", "p50 us", "p99 us", "p50 / bare hop", "p99");
  const auto floor = median(legs[0].rounds);
  for (const auto& x : legs) {
    const auto got = median(x.rounds);
    fmt::print("  {:<36} {:>9.1f} {:>9.1f} {:>14.2f} {:>8.2f}\n", x.name, got.p50_us, got.p99_us,
               got.p50_us / floor.p50_us, got.p99_us / floor.p99_us);
  }
  fmt::print("Through a router to 10 strategies, each of which gets every event, 40 a message\n");
  for (const double factor : {0.5, 1.0, 2.0}) flood(options_.flood_rate * factor);
  fmt::print("Routing, one event a message, one thread\n");
  for (const auto& x : measure_routing())
    fmt::print("  {:>9} instruments {:>12.0f} ns an event\n", x.instruments, x.ns_an_event);
}

} // namespace

void add_bus_bench_command(CLI::App& bench, int& exit_code) {
  auto* command = bench.add_subcommand("bus", "Measure the way of an event from publisher to strategy");
  auto x = std::make_shared<bench_options>();
  command->add_option("--messages", x->messages, "Events of each latency; the first 2,000 do not count")
      ->capture_default_str()
      ->check(CLI::Range(4'000, 10'000'000));
  command->add_option("--rate", x->rate, "Events a second of each latency")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--rounds", x->rounds, "Rounds in which all latencies take turns")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  command->add_option("--flood", x->flood, "Events of the throughput")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 1'000'000'000));
  command->add_option("--flood-rate", x->flood_rate, "Events a second of it; half and double are tried too")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->callback([x, &exit_code] {
    bus_bench{*x}.run();
    exit_code = 0;
  });
}

} // namespace strike
