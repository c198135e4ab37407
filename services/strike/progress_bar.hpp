#pragma once

#include "replay/backtest.hpp"

#include <chrono>

namespace strike {

/// One line on a terminal's standard error, drawn again at every call: percent, events/s, time left.
class progress_bar {
public:
  explicit progress_bar(std::chrono::steady_clock::time_point started) : started_{started} {}
  ~progress_bar() { clear(); }
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  static bool is_wanted(); ///< standard error is a terminal
  /// The line without control characters.
  static std::string text(const replay::backtest_progress& x, double seconds);
  void draw(const replay::backtest_progress& x);
  void clear();

private:
  std::chrono::steady_clock::time_point started_;
  bool is_drawn_ = false;
};

} // namespace strike
