#include "strike/backtest_command.hpp"

#include "base/time.hpp"
#include "catalog/settings.hpp"
#include "dashboard/dashboard.hpp"
#include "strategies/register_all.hpp"
#include "strike/backtest_page.hpp"
#include "strike/bundled.hpp"
#include "strike/progress_bar.hpp"
#include "strike/run_actor.hpp"
#include "strike/show_dashboard.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

namespace strike {

namespace {

/// The command line as it was written.
struct backtest_arguments {
  std::vector<std::string> files, catalog;
  std::string config, out, venue_name, unit_name = "auto", from, to, dashboard;
  double speed = 1;
  bool realtime = false, strict = false, sort = false, log = false, json = false, keep = false;
};

result<replay::backtest_options> options_from(const backtest_arguments& x) {
  replay::backtest_options made;
  made.files.assign(x.files.begin(), x.files.end());
  made.catalog.assign(x.catalog.begin(), x.catalog.end());
  made.out = x.out;
  made.log_to_terminal = x.log;
  made.speed = x.realtime ? x.speed : 0;
  made.read.strict = x.strict;
  made.read.sort = x.sort;
  if (!x.venue_name.empty()) {
    const auto at = from_text<venue>(x.venue_name);
    if (!at) return fail(ec::invalid_config, "--venue: " + at.error().text);
    made.read.default_venue = *at;
  }
  const auto unit = from_text<time_unit>(x.unit_name);
  if (!unit) return fail(ec::invalid_config, "--timestamp-unit: " + unit.error().text);
  made.read.timestamp_unit = *unit;
  for (auto [text, name, ns] :
       {std::tuple{&x.from, "--from: ", &made.read.from_ns}, {&x.to, "--to: ", &made.read.to_ns}}) {
    if (text->empty()) continue;
    const auto at = ns_from_text(*text);
    if (!at) return fail(ec::invalid_config, name + at.error().text);
    *ns = *at;
  }
  if (made.read.from_ns >= made.read.to_ns) return fail(ec::invalid_config, "--from must be before --to");
  return made;
}

/// What a configuration file asks for.
struct run_plan {
  simulator::simulation_config simulation;
  std::vector<strategy_registry::instance> strategies;
  std::vector<std::filesystem::path> catalog; ///< the cache files of `[catalog]`, where there is that table
  std::optional<dashboard::settings> page;    ///< with --dashboard
};

result<run_plan> plan_from(const backtest_arguments& given) {
  const auto& config_file = given.config;
  auto document = config_file.empty() ? config::document::from_text(bundled_config(), "bundled backtest.toml")
                                      : config::document::from_file(config_file);
  if (!document) return std::unexpected{document.error()};
  document->root().has("process"); // of the services; one file serves all programs
  strategy_registry known;
  register_all_strategies(known);
  run_plan plan;
  plan.simulation = simulator::read_simulation(document->root());
  plan.strategies = known.make_all(document->root());
  document->root().has("dashboard"); // its keys are read where there is one
  if (!given.dashboard.empty())
    plan.page = dashboard::read_settings(document->root(), {}, listen_from(given.dashboard));
  if (document->root().has("catalog")) plan.catalog = catalog::cache_files(catalog::read_settings(document->root()));
  if (auto done = document->finish(); !done) return std::unexpected{done.error()};
  if (plan.strategies.empty())
    return fail(ec::invalid_config,
                config_file + ": no enabled [[strategy]]; add one, as in deploy/strike.example.toml");
  return plan;
}

/// @param page set where one is asked for: to be kept as long as it is to be looked at
result<replay::run_summary> run(const backtest_arguments& x, std::unique_ptr<backtest_page>& page) {
  auto options = options_from(x);
  if (!options) return std::unexpected{options.error()};
  auto plan = plan_from(x);
  if (!plan) return std::unexpected{plan.error()};
  if (options->catalog.empty()) options->catalog = std::move(plan->catalog);
  std::optional<bundled_recording> bundled;
  if (options->files.empty()) {
    auto unpacked = bundled_recording::unpack();
    if (!unpacked) return std::unexpected{unpacked.error()};
    bundled.emplace(std::move(*unpacked));
    options->files = {bundled->file()};
    if (!x.json) fmt::print("No --file given: running the bundled mock recording (15 minutes of made-up market).\n");
  }
  block_stop_signals();
  if (plan->page) {
    auto made = backtest_page::open(std::move(*plan->page), plan->strategies);
    if (!made) return std::unexpected{made.error()};
    page = *std::move(made);
    fmt::print(stderr, "dashboard: {}\n", page->url());
    page->watch(*options);
  }
  auto opened = replay::backtest::open(std::move(*options), std::move(plan->simulation), std::move(plan->strategies));
  if (!opened) return std::unexpected{opened.error()};
  if (!progress_bar::is_wanted()) return run_to_end(std::move(*opened), {});
  progress_bar bar{std::chrono::steady_clock::now()};
  return run_to_end(std::move(*opened), [&](const replay::backtest_progress& how_far) { bar.draw(how_far); });
}

int print_result(const backtest_arguments& x, const result<replay::run_summary>& done) {
  if (!done) {
    fmt::print(stderr, "strike backtest: {}\n", done.error().text);
    return 2;
  }
  if (x.json)
    fmt::print("{}\n", boost::json::serialize(to_json(*done)));
  else
    fmt::print("{}", to_report(*done));
  if (!x.out.empty() && !x.json) fmt::print("  {:<14} {}\n", "results in", x.out);
  return done->is_complete ? 0 : 1;
}

} // namespace

void add_backtest_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("backtest", "Run strategies on a recording, against the simulated venue");
  auto x = std::make_shared<backtest_arguments>();
  command->add_option("--file,file", x->files,
                      "Recording: JSON lines, plain, .gz or .zst; several are merged by time (default: a bundled one)");
  command->add_option("--config", x->config,
                      "Strategies and simulated venue (default: bundled; see deploy/strike.example.toml)");
  command->add_option("--out", x->out,
                      "Folder for fills.csv, orders.csv, signals.csv, settlements.csv, equity.csv, summary.json "
                      "(default: none is written)");
  command
      ->add_option("--catalog", x->catalog,
                   "What strategies see of the venues' lists, as of the time of the run: <venue>_markets.jsonl of "
                   "[catalog] folder; several are merged")
      ->check(CLI::ExistingFile);
  command->add_flag("--realtime", x->realtime, "At the pace of the recording");
  command
      ->add_option("--speed", x->speed,
                   "Recorded seconds a second, with or without --realtime; default: as fast as it goes")
      ->check(CLI::PositiveNumber);
  command->add_option("--from", x->from,
                      "Skip events before this time (2026-07-01, 2026-07-01T07:18Z, or a Unix time)");
  command->add_option("--to", x->to, "End at this time");
  command->add_option("--venue", x->venue_name, "Venue of lines that do not name one (default: told by the symbol)");
  command->add_option("--timestamp-unit", x->unit_name, "auto, s, ms, us or ns (default: auto, told by the magnitude)");
  command->add_flag("--strict", x->strict, "Stop at the first malformed line");
  command->add_flag("--sort", x->sort, "Put lines into time order first (needs temporary disk space)");
  command->add_flag("--log", x->log, "Print the strategies' log on standard error");
  command->add_flag("--json", x->json, "Print the summary as JSON");
  command->add_option("--dashboard", x->dashboard, "Show the run in a browser at this port, while it runs")
      ->type_name("PORT");
  command->add_flag("--keep", x->keep, "With --dashboard: show the results until Ctrl-C");
  command->callback([command, x, &exit_code] {
    x->realtime = x->realtime || command->count("--speed") > 0;
    std::unique_ptr<backtest_page> page;
    const auto done = run(*x, page);
    if (page && done) page->finish(done->is_complete ? std::string{} : done->ended);
    exit_code = print_result(*x, done);
    if (!page || !done || !x->keep) return;
    std::fflush(stdout);
    fmt::print(stderr, "the dashboard shows the results until Ctrl-C: {}\n", page->url());
    wait_for_stop();
  });
}

} // namespace strike
