// What the dashboard costs with many viewers: starts one, shows it strategies as strategies do, every 500 ms, opens
// WebSockets that read all they get, and tells the processor time that the dashboard's process took.
//
//     dashboard_load STRIKE_DASHBOARD [viewers=50] [strategies=20] [seconds=20]
#include "bus/publisher.hpp"
#include "bus/topic.hpp"
#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"
#include "wire/dashboard.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <list>
#include <poll.h>
#include <thread>
#include <vector>

using namespace strike;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

/// A state of the size that the bundled strategies have: figures, two charts of 240 points, a log.
std::string state_of(int round) {
  std::string made = "{";
  for (int i = 0; i < 30; ++i) made += fmt::format("\"value_{}\":{},", i, (i + 1) * 1.25 + (i % 3 == 0 ? round : 0));
  for (const auto* chart : {"delta_history", "pnl_history"}) {
    made += fmt::format("\"{}\":[", chart);
    for (int i = 0; i < 240; ++i)
      made += fmt::format("{}[{},{}]", i == 0 ? "" : ",", 1'764'000'000'000 + (round / 2 + i) * 1000LL, i * 0.0625);
    made += "],";
  }
  return made + fmt::format("\"log\":[{{\"time\":{},\"level\":\"info\",\"text\":\"hedged 0.1 at 90,000\"}}]}}", round);
}

/// Processor time in seconds, of user and kernel.
double cpu_s(pid_t of) {
  std::ifstream from{fmt::format("/proc/{}/stat", of)};
  std::string text;
  std::getline(from, text);
  std::istringstream rest{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  long user = 0, system = 0;
  rest >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// A WebSocket that reads all it gets.
class viewer {
public:
  explicit viewer(const std::string& address) : socket_{address} {
    socket_.write("GET /ws HTTP/1.1\r\nHost: " + address +
                  "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n\r\n");
  }
  std::size_t read() { return socket_.read(1).size(); }

private:
  tcp_client socket_;
};

int number(char** argv, int argc, int at, int fallback) { return argc > at ? std::atoi(argv[at]) : fallback; }

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) return fmt::print("dashboard_load STRIKE_DASHBOARD [viewers] [strategies] [seconds]\n"), 2;
  const int viewers = number(argv, argc, 2, 50), strategies = number(argv, argc, 3, 20),
            seconds = number(argv, argc, 4, 20);
  auto source = bus::threaded_publisher::open(bus::context{}, {.bind = {.endpoint = "tcp://127.0.0.1:*"}}).value();
  temp_folder folder;
  process service{
      {std::filesystem::absolute(argv[1]).string(), "--upstream", source->endpoint(), "--listen", "127.0.0.1:0"},
      folder / "",
      folder / ""};
  if (!service.wait_for_err("url=http://") || !service.wait_for_err("upstream connected"))
    return fmt::print("{}", service.err()), 1;
  const auto text = service.err();
  const auto at = text.find("url=http://") + 11;
  const auto address = text.substr(at, text.find('/', at) - at);

  std::atomic<bool> is_over = false;
  std::atomic<std::uint64_t> bytes = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < viewers; ++i)
    readers.emplace_back([&] {
      for (viewer x{address}; !is_over;) bytes += x.read();
    });
  double before = 0;
  auto begun = steady_clock::now();
  for (int round = 0; round < 2 * (seconds + 3); ++round) {
    if (round == 6) before = cpu_s(service.pid()), begun = steady_clock::now(), bytes = 0; // warm
    for (int i = 0; i < strategies; ++i) {
      const auto name = fmt::format("strategy-{}", i);
      std::string out;
      wire::encode(out, wire::dashboard_state{.strategy = name,
                                              .epoch = 7,
                                              .sequence = static_cast<std::uint64_t>(round + 1),
                                              .state_json = state_of(round)});
      source->publish(*bus::named_topic(bus::topic_root::dashboard, name), out);
    }
    std::this_thread::sleep_for(500ms);
  }
  const std::chrono::duration<double> passed = steady_clock::now() - begun;
  const auto used = cpu_s(service.pid()) - before;
  is_over = true;
  fmt::print("{} viewers, {} strategies, {:.1f} s: {:.3f} of a core, {:.1f} MB/s to viewers\n", viewers, strategies,
             passed.count(), used / passed.count(), static_cast<double>(bytes.load()) / 1e6 / passed.count());
  service.signal(SIGKILL); // the readers end with it
}
