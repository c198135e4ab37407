#pragma once

#include "replay/backtest_actor.hpp"

#include <functional>

namespace strike {

/// Called now and then with how far the run is.
using progress_sink = std::function<void(const replay::backtest_progress&)>;

/// Blocks SIGINT and SIGTERM in this thread and all that it will start. Call it before the run's threads start.
void block_stop_signals();

/// Waits for SIGINT or SIGTERM, which are blocked.
void wait_for_stop();

/// Runs a backtest as an actor and waits for its end; SIGINT or SIGTERM end it early and orderly.
replay::run_summary run_to_end(std::unique_ptr<replay::backtest> run, const progress_sink& progress);

} // namespace strike
