#include "replay/backtest.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace strike::replay {

backtest::backtest(backtest_options options, std::unique_ptr<instrument_registry> instruments)
    : options_{std::move(options)}, instruments_{std::move(instruments)}, started_{std::chrono::steady_clock::now()} {}

result<std::unique_ptr<backtest>> backtest::open(backtest_options options, simulator::simulation_config simulation,
                                                 std::vector<strategy_registry::instance> strategies) {
  std::unique_ptr<backtest> made{new backtest{std::move(options), std::make_unique<instrument_registry>()}};
  auto& x = *made;
  run_output::options output{.folder = x.options_.out, .log_to_terminal = x.options_.log_to_terminal};
  for (const auto& row : strategies) output.strategies.push_back(row.name);
  for (const auto& row : simulation.cash) output.starting_cash[row.currency] += to_double(row.amount);
  auto opened_output = run_output::create(std::move(output), *x.instruments_);
  if (!opened_output) return std::unexpected{opened_output.error()};
  x.output_ = std::move(*opened_output);
  if (x.options_.watch) x.output_ = x.options_.watch(std::move(x.output_), *x.instruments_);
  auto opened_reader = journal::reader::open(x.options_.files, x.options_.read, *x.instruments_);
  if (!opened_reader) return std::unexpected{opened_reader.error()};
  x.reader_ = std::move(*opened_reader);
  x.kernel_ = std::make_unique<kernel>(std::move(simulation), *x.instruments_, std::move(strategies), *x.output_,
                                       [&x](auto batch) { x.reader_->recycle(std::move(batch)); });
  x.kernel_->set_observer(x.options_.on_market);
  if (x.options_.catalog.empty()) return made;
  auto markets = catalog::history::open(x.options_.catalog);
  if (!markets) return std::unexpected{markets.error()};
  x.kernel_->set_catalog(std::move(*markets));
  return made;
}

bool backtest::fetch() {
  auto batch = reader_->next();
  if (!batch) fault_ = batch.error();
  if (!batch || !*batch) return false;
  kernel_->add(std::move(*batch));
  return true;
}

std::optional<std::chrono::nanoseconds> backtest::step(std::chrono::steady_clock::time_point wall) {
  using std::chrono::nanoseconds;
  constexpr nanoseconds at_once{0}, longest_wait{100'000'000};
  if (is_stopped_ || is_over_) return {};
  if (options_.on_step) options_.on_step(*kernel_, false);
  if (!next_event_ns_ && !fetch()) {
    is_over_ = true;
    return {};
  }
  if (options_.speed <= 0) {
    kernel_->run_until(INT64_MAX);
    return at_once;
  }
  if (!paced_from_ns_) { // the recording's first event is now
    paced_from_ns_ = kernel_->queued_ns();
    started_ = wall;
  }
  const auto elapsed = static_cast<double>((wall - started_).count()) * options_.speed;
  const auto limit_ns = *paced_from_ns_ + static_cast<std::int64_t>(elapsed);
  const auto next_ns = kernel_->run_until(limit_ns);
  if (next_ns == INT64_MAX) {
    next_event_ns_.reset();
    return at_once;
  }
  next_event_ns_ = next_ns;
  const nanoseconds wait{static_cast<std::int64_t>(static_cast<double>(next_ns - limit_ns) / options_.speed)};
  return std::clamp(wait, at_once, longest_wait);
}

backtest_progress backtest::progress() const {
  const auto read = reader_->stats();
  return {kernel_->events(),
          read.bytes_total > 0 ? static_cast<double>(read.bytes_read) / static_cast<double>(read.bytes_total) : 0};
}

run_summary backtest::finish() {
  kernel_->finish();
  if (options_.on_step) options_.on_step(*kernel_, true);
  const auto wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  auto summary = summarize(*kernel_, *output_, reader_->stats(), wall);
  if (fault_) {
    summary.ended = fault_->text;
    summary.is_complete = false;
  } else if (!is_over_) {
    summary.ended = "stopped";
  }
  if (auto done = output_->close(); !done) summary.warnings.push_back(done.error().text);
  if (!options_.out.empty()) {
    const auto file = options_.out / "summary.json";
    std::ofstream to{file};
    to << boost::json::serialize(to_json(summary)) << '\n';
    if (!to.flush()) summary.warnings.push_back(fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  return summary;
}

} // namespace strike::replay
