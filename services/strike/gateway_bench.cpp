#include "strike/gateway_bench.hpp"

#include "gateway-deribit/start.hpp"
#include "process/app.hpp"
#include "strike/bench_metrics.hpp"
#include "strike/gateway_bench_peer.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace strike {

namespace {

/// The process that is venue and consumer; ended with the object.
class peer {
public:
  /// To be called before there are other threads, as it forks.
  peer(const bench::gateway_plan& how, const std::filesystem::path& folder) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::signal(SIGINT, SIG_IGN); // from a terminal; the parent ends it
      ::close(ends[0]);
      ::_exit(bench::run_gateway_peer(how, folder, bench::line_pipe{ends[1]}));
    }
    ::close(ends[1]);
    lines_ = ends[0];
  }
  ~peer() {
    end();
    ::close(lines_);
  }
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  bench::line_pipe lines() const { return bench::line_pipe{lines_}; }
  /// Whoever waits for its next line gets an empty one.
  void end() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

private:
  pid_t child_ = 0;
  int lines_ = -1;
};

std::string config_text(const std::filesystem::path& folder, std::string_view venue_address, bool busy_poll) {
  return fmt::format(R"(
[process]
log_level = "error"
[gateway.deribit]
publish = "tcp://127.0.0.1:0"
testnet = true
url = "wss://{0}/ws/api/v2"
rest = "https://{0}/api/v2"
ca_file = "{1}/ca.pem"
busy_poll = {2}
)",
                     venue_address, folder.string(), busy_poll);
}

/// What this process has done so far.
struct reading {
  double cpu_seconds = 0;
  std::chrono::steady_clock::time_point at;
  std::uint64_t frames = 0;
  bench::buckets to_bus;
};

reading read_all(const process::metric_registry& metrics, const process::counter& frames) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + 1e-6 * static_cast<double>(x.tv_usec);
  };
  return {.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime),
          .at = std::chrono::steady_clock::now(),
          .frames = frames.value(),
          .to_bus = bench::buckets_of(metrics.to_text(), "strike_gateway_receipt_to_bus_seconds", "deribit")};
}

/// @param told "end SENT EVENTS LOST P50 P90 P99" of the peer
std::string report(const bench::gateway_plan& how, const reading& begin, const reading& end, const std::string& told) {
  std::istringstream words{told};
  std::string word, p50, p90, p99;
  double sent = 0, events = 0, lost = 0;
  words >> word >> sent >> events >> lost >> p50 >> p90 >> p99;
  const auto seconds = std::chrono::duration<double>(end.at - begin.at).count();
  const auto frames = static_cast<double>(std::max<std::uint64_t>(end.frames - begin.frames, 1));
  const auto cpu_seconds = end.cpu_seconds - begin.cpu_seconds;
  const auto to_bus = bench::between(begin.to_bus, end.to_bus);
  return fmt::format("strike bench gateway: {} instruments, a ticker and a book each, {:.1f} s{}\n\n"
                     "  frames sent       {:>9.0f} /s\n"
                     "  frames received   {:>9.0f} /s\n"
                     "  events on the bus {:>9.0f} /s at the consumer, {:.0f} lost\n"
                     "  CPU of the gateway's process {:.2f} cores, {:.1f} us a frame\n\n"
                     "  us{:>46}{:>8}{:>8}\n"
                     "  {:<40}{:>8}{:>8}{:>8}\n"
                     "  {:<40}{:>8}{:>8}{:>8}\n\n"
                     "  From the receipt: the whole frame decrypted and inflated; parse included; interpolated in the\n"
                     "  metric's buckets. To the consumer: book changes, over TLS, gateway and bus.\n",
                     how.instruments, seconds, how.busy_poll ? ", busy polling" : "", sent / seconds, frames / seconds,
                     events / seconds, lost, cpu_seconds / seconds, 1e6 * cpu_seconds / frames, "p50", "p90", "p99",
                     "frame's receipt to the bus", bench::percentile(to_bus, 0.5), bench::percentile(to_bus, 0.9),
                     bench::percentile(to_bus, 0.99), "venue's frame made to event at consumer", p50, p90, p99);
}

result<void> start(process::environment& env, const std::shared_ptr<peer>& other, const bench::gateway_plan& how,
                   std::string& told) {
  const auto gateway = gateway_deribit::start(env, bus::context{});
  if (!gateway) return std::unexpected{gateway.error()};
  other->lines().write(gateway->endpoint);
  const auto& frames =
      env.metrics.get_counter("strike_gateway_frames_total", "Messages from the venue", {{"venue", "deribit"}});
  auto watcher = std::make_shared<std::jthread>([&env, &frames, other, how, &told] {
    const auto ended = [&env] {
      if (!env.stop.stop_requested()) env.fail({ec::io, "the process of venue and consumer has ended"});
    };
    if (other->lines().read() != "begin") return ended();
    const auto begin = read_all(env.metrics, frames);
    const auto said = other->lines().read();
    if (!said.starts_with("end ")) return ended();
    told = report(how, begin, read_all(env.metrics, frames), said);
    env.finish();
  });
  env.on_stop("watcher", [watcher, other] { other->end(); });
  return {};
}

} // namespace

int run_gateway_bench(int argc, char** argv) {
  bench::gateway_plan how;
  const auto add_options = [&how](CLI::App& app) {
    app.add_option("--instruments", how.instruments, "how many, each with a ticker and a book")
        ->check(CLI::Range(1, 50'000))
        ->capture_default_str();
    app.add_option("--rate", how.frames_per_second, "frames a second, over all of them")
        ->check(CLI::Range(1.0, 1e6))
        ->capture_default_str();
    app.add_option("--seconds", how.seconds, "how long to measure")
        ->check(CLI::Range(1.0, 3600.0))
        ->capture_default_str();
    app.add_flag("--busy-poll", how.busy_poll, "it never sleeps, as with busy_poll; it needs a core of its own");
  };
  CLI::App early; // the venue is started with them; what is wrong with them is said below
  early.set_help_flag();
  early.allow_extras();
  add_options(early);
  try {
    early.parse(argc, argv);
  } catch (const CLI::ParseError&) {
  }
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("strike-bench-gateway-{}", ::getpid());
  std::filesystem::create_directories(folder);
  const auto other = std::make_shared<peer>(how, folder);
  std::string told;
  const int code = process::run(
      argc, argv,
      {.name = "strike bench gateway",
       .help =
           "Runs Deribit's gateway on a local venue that sends tickers and book changes over TLS, with a consumer of "
           "all of them on the bus, and says what the gateway takes for that. Venue and consumer are a process of "
           "their own, whose work does not count.",
       .start = [&](process::environment& env) { return start(env, other, how, told); },
       .add_options = add_options,
       .default_config = config_text(folder, other->lines().read(), how.busy_poll)});
  other->end();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  fmt::print("{}", told);
  return code;
}

} // namespace strike
