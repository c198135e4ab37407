#pragma once

#include "base/registry.hpp"
#include "journal/reader.hpp"
#include "replay/kernel.hpp"
#include "replay/summary.hpp"
#include "simulator/simulation_config.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace strike::replay {

struct backtest_options {
  std::vector<std::filesystem::path> files;
  journal::read_options read;
  std::vector<std::filesystem::path> catalog; ///< cache files of libs/catalog; empty: strategies see no markets
  std::filesystem::path out;                  ///< folder for results; empty: none are written
  double speed = 0;                           ///< recorded seconds a second; 0: as fast as possible
  bool log_to_terminal = false;
  /// Who looks on: is given the output that it must pass everything on to. None: nobody.
  std::function<std::unique_ptr<run_output>(std::unique_ptr<run_output>, const instrument_registry&)> watch;
  std::function<void(const market_event&)> on_market;       ///< each, right after the simulated venue saw it
  std::function<void(const kernel&, bool is_over)> on_step; ///< often, between events, and once at the end
};

/// How far a run is.
struct backtest_progress {
  std::uint64_t events = 0;
  double fraction = 0; ///< of the bytes of the recording
};

/// A recording, the strategies and the simulated venue, run step by step by whoever owns it.
class backtest {
public:
  /// @returns `ec::io`, `ec::not_found`, `ec::malformed` of a recording; `ec::invalid_config`; each names the culprit
  static result<std::unique_ptr<backtest>> open(backtest_options options, simulator::simulation_config simulation,
                                                std::vector<strategy_registry::instance> strategies);

  /// Processes the next batch, or what is due of it when paced.
  /// @param wall a steady clock's time
  /// @returns how long to wait before the next step; nothing when the run is over
  std::optional<std::chrono::nanoseconds> step(std::chrono::steady_clock::time_point wall);
  /// The next step ends the run.
  void stop() { is_stopped_ = true; }
  backtest_progress progress() const;
  /// Ends the run, if it is not over, and writes `summary.json`.
  run_summary finish();

private:
  backtest(backtest_options options, std::unique_ptr<instrument_registry> instruments);
  bool fetch();

  backtest_options options_;
  std::unique_ptr<instrument_registry> instruments_;
  std::unique_ptr<run_output> output_;
  std::unique_ptr<journal::reader> reader_;
  std::unique_ptr<kernel> kernel_;
  std::chrono::steady_clock::time_point started_;
  std::optional<std::int64_t> paced_from_ns_; ///< venue time of the first event
  std::optional<std::int64_t> next_event_ns_; ///< paced: of what is queued in the kernel
  std::optional<error> fault_;
  bool is_stopped_ = false, is_over_ = false;
};

} // namespace strike::replay
