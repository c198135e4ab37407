#pragma once

#include "process/log.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace strike::process {

/// Sees that the orderly stop ends: while it lives it waits for signals in place of the main thread. A stop signal on
/// top of `signals_before`, or the limit, ends the process at once with code 1.
class watchdog {
public:
  /// @param signals_before 1 if a signal began the stop, 0 if not: one more is then the first and only noted
  /// @param what_runs asked at the end, from the watchdog's thread
  watchdog(std::chrono::nanoseconds limit, int signals_before, logger& log, std::function<std::string()> what_runs);
  ~watchdog();

private:
  void watch(std::chrono::nanoseconds limit, int signals_seen);
  [[noreturn]] void end_now(std::string_view why) const;

  logger& log_;
  std::function<std::string()> what_runs_;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

} // namespace strike::process
