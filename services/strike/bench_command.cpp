#include "strike/bench_command.hpp"

#include "replay/backtest.hpp"
#include "strategies/register_all.hpp"
#include "strike/bench_input.hpp"
#include "strike/bus_bench.hpp"
#include "version.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <thread>

namespace strike {

namespace {

/// Buys and sells the smallest size of whatever instrument comes by, in turn, every n-th event.
class order_every final : public strategy {
public:
  explicit order_every(std::uint64_t n) : n_{n} {}
  std::vector<subscription> subscriptions() const override { return {{.symbol = "", .is_prefix = true}}; }
  void on_event(const market_event& event, context& door) override {
    if (++seen_ % n_ != 0) return;
    door.place({.instrument = event.instrument,
                .side = (seen_ / n_) % 2 == 0 ? side::buy : side::sell,
                .type = order_type::market,
                .size = door.rules_of(event.instrument).minimum,
                .tif = time_in_force::ioc});
  }
  boost::json::object dashboard_state() const override { return {{"seen", seen_}}; }

private:
  std::uint64_t n_, seen_ = 0;
};

/// Both strategies as configured by a user, with thresholds that never fire.
constexpr std::string_view quiet_config = R"(
[[strategy]]
type = "gamma_scalp"
instruments = ["deribit:*"]
threshold = 1.0
[[strategy]]
type = "momentum"
instruments = ["deribit:*"]
threshold = 10.0
)";

struct measurement {
  double seconds = 0;
  std::uint64_t events = 0, orders = 0, fills = 0;
  double events_per_second() const { return static_cast<double>(events) / seconds; }
};

result<measurement> measure_reading(const std::filesystem::path& file) {
  const auto started = std::chrono::steady_clock::now();
  instrument_registry instruments;
  auto from = journal::reader::open({file}, {}, instruments);
  if (!from) return std::unexpected{from.error()};
  measurement out;
  for (;;) {
    auto batch = (*from)->next();
    if (!batch) return std::unexpected{batch.error()};
    if (!*batch) break;
    out.events += (*batch)->events.size();
    (*from)->recycle(std::move(*batch));
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return out;
}

/// @param order_period 0: the two strategies alone; else one more that orders every so many events
result<measurement> measure_backtest(const std::filesystem::path& file, std::uint64_t order_period) {
  auto document = config::document::from_text(quiet_config, "bench");
  if (!document) return std::unexpected{document.error()};
  strategy_registry known;
  register_all_strategies(known);
  auto simulation = simulator::read_simulation(document->root());
  auto strategies = known.make_all(document->root());
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  if (order_period > 0) strategies.push_back({"orders", "order_every", std::make_unique<order_every>(order_period)});
  auto run = replay::backtest::open({.files = {file}}, std::move(simulation), std::move(strategies));
  if (!run) return std::unexpected{run.error()};
  while ((*run)->step(std::chrono::steady_clock::now())) {
  }
  const auto summary = (*run)->finish();
  measurement out{.seconds = summary.wall_seconds, .events = summary.events};
  for (const auto& row : summary.strategies) {
    out.orders += row.did.orders;
    out.fills += row.did.fills;
  }
  return out;
}

/// The fastest of some rounds: what the machine can do when nothing else disturbs it.
template <class F> auto best_of(int rounds, F measure) {
  auto best = measure();
  for (int i = 1; i < rounds && best; ++i)
    if (auto next = measure(); next && next->seconds < best->seconds) best = std::move(next);
  return best;
}

std::string processor_name() {
  std::ifstream from{"/proc/cpuinfo"};
  for (std::string line; std::getline(from, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

struct bench_arguments {
  std::uint64_t events = 3'000'000;
  int rounds = 3;
  std::string file;
  bool json = false;
};

struct bench_report {
  boost::json::object json;
  std::string text;

  void row(std::string_view name, const measurement& x, double bare_per_second, std::string_view more = {}) {
    const auto ratio = x.events_per_second() / bare_per_second;
    text += fmt::format("  {:<34}{:>9.2f} M events/s {:>7.2f} of bare{}{}\n", name, x.events_per_second() / 1e6, ratio,
                        more.empty() ? "" : "   ", more);
    json[name] = {{"events", x.events},    {"seconds", x.seconds}, {"events_per_second", x.events_per_second()},
                  {"of_bare_loop", ratio}, {"orders", x.orders},   {"fills", x.fills}};
  }
};

result<bench_report> run_bench(const bench_arguments& x) {
  auto source = x.file.empty() ? bench::make_input(x.events) : bench::measure_input(x.file);
  if (!source) return std::unexpected{source.error()};
  const auto& file = source->file;
  // our own parts first: the peak of memory is theirs
  const auto reading = best_of(x.rounds, [&] { return measure_reading(file); });
  const auto quiet = best_of(x.rounds, [&] { return measure_backtest(file, 0); });
  const auto some = best_of(x.rounds, [&] { return measure_backtest(file, 1000); });
  const auto many = best_of(x.rounds, [&] { return measure_backtest(file, 10); });
  for (const auto* part : {&reading, &quiet, &some, &many})
    if (!*part) return std::unexpected{part->error()};
  const auto peak = replay::peak_rss_bytes();
  const auto bare = *best_of(x.rounds, [&] { return std::optional{bench::bare_loop(file)}; });
  const auto stream = *best_of(x.rounds, [&] { return std::optional{bench::bare_stream(file)}; });

  bench_report report;
  const auto bare_rate = static_cast<double>(bare.lines) / bare.seconds;
  const auto order_ns = [&](const measurement& with) {
    return (with.seconds - quiet->seconds) / static_cast<double>(std::max<std::uint64_t>(with.orders, 1)) * 1e9;
  };
  report.text = fmt::format("strike {} bench\n  machine   {}, {} threads\n  compiler  g++ {}\n  input     {} lines, {} "
                            "bytes ({:.0f} a line), xxh3 {}\n  best of {} rounds each\n\n",
                            version, processor_name(), std::thread::hardware_concurrency(), __VERSION__, source->lines,
                            source->bytes, static_cast<double>(source->bytes) / static_cast<double>(source->lines),
                            source->checksum, x.rounds);
  report.json = {{"version", version},
                 {"machine", processor_name()},
                 {"threads", std::thread::hardware_concurrency()},
                 {"compiler", "g++ " __VERSION__},
                 {"input", {{"lines", source->lines}, {"bytes", source->bytes}, {"xxh3", source->checksum}}},
                 {"peak_rss_bytes", peak}};
  report.row("bare simdjson loop, a line each", {bare.seconds, bare.lines}, bare_rate);
  report.row("bare simdjson stream", {stream.seconds, stream.lines}, bare_rate);
  report.row("reading", *reading, bare_rate);
  report.row("two strategies, no orders", *quiet, bare_rate);
  report.row("an order every 1,000 events", *some, bare_rate, fmt::format("{:.0f} ns an order", order_ns(*some)));
  report.row("an order every 10 events", *many, bare_rate,
             fmt::format("{:.0f} ns an order, {} orders", order_ns(*many), many->orders));
  report.json["order_ns_every_1000"] = order_ns(*some);
  report.json["order_ns_every_10"] = order_ns(*many);
  report.text += fmt::format("\n  peak memory {} MB\n", peak >> 20);
  return report;
}

} // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("bench", "Measure reading and backtesting on this machine");
  auto x = std::make_shared<bench_arguments>();
  command->add_option("--events", x->events, "Lines of the made-up recording (110 bytes each)")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--rounds", x->rounds, "Rounds of each part; the fastest counts")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  command->add_option("--file", x->file, "A recording of your own (plain) in place of the made-up one")
      ->check(CLI::ExistingFile);
  command->add_flag("--json", x->json, "Print JSON");
  add_bus_bench_command(*command, exit_code);
  command->add_subcommand("exec", "Measure real orders against local venues (strike bench exec --help)");
  command->add_subcommand("gateway", "Measure a gateway from frame to bus (strike bench gateway --help)");
  command->callback([command, x, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    const auto report = run_bench(*x);
    if (!report)
      fmt::print(stderr, "strike bench: {}\n", report.error().text);
    else if (x->json)
      fmt::print("{}\n", boost::json::serialize(report->json));
    else
      fmt::print("{}", report->text);
    exit_code = report ? 0 : 2;
  });
}

} // namespace strike
