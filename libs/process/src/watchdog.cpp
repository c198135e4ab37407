#include "watchdog.hpp"

#include "signals.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace strike::process {

watchdog::watchdog(std::chrono::nanoseconds limit, int signals_before, logger& log,
                   std::function<std::string()> what_runs)
    : log_{log}, what_runs_{std::move(what_runs)}, thread_{[=, this] { watch(limit, signals_before); }} {}

watchdog::~watchdog() {
  is_over_ = true;
  signals::wake();
  thread_.join();
}

void watchdog::watch(std::chrono::nanoseconds limit, int signals_seen) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_over_) {
    const auto got = signals::wait_for(end - std::chrono::steady_clock::now());
    if (is_over_) return;
    if (!got) end_now(fmt::format("not stopped after {} s", std::chrono::duration<double>(limit).count()));
    if (*got != SIGINT && *got != SIGTERM) continue;
    if (++signals_seen > 1) end_now(fmt::format("second stop signal {}", signals::name_of(*got)));
    log_.info("already stopping", {{"signal", signals::name_of(*got)}});
  }
}

void watchdog::end_now(std::string_view why) const {
  log_.error("ending at once", {{"reason", why}, {"still_running", what_runs_()}});
  std::_Exit(1);
}

} // namespace strike::process
