#include "strike/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace strike {

bool progress_bar::is_wanted() { return isatty(STDERR_FILENO) == 1; }

std::string progress_bar::text(const replay::backtest_progress& x, double seconds) {
  constexpr int width = 30;
  const auto filled = static_cast<int>(x.fraction * width);
  const double rate = seconds > 0 ? static_cast<double>(x.events) / seconds : 0;
  auto line = fmt::format("[{:=<{}}{: <{}}] {:5.1f} %  {:.2f} M events/s", "", filled, "", width - filled,
                          x.fraction * 100, rate / 1e6);
  if (x.fraction > 0.01) line += fmt::format("  {:.0f} s left", seconds * (1 - x.fraction) / x.fraction);
  return line;
}

void progress_bar::draw(const replay::backtest_progress& x) {
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  fmt::print(stderr, "\r\x1b[K{}", text(x, seconds)); // \x1b[K: clear to the end of the line
  std::fflush(stderr);
  is_drawn_ = true;
}

void progress_bar::clear() {
  if (is_drawn_) fmt::print(stderr, "\r\x1b[K");
  is_drawn_ = false;
}

} // namespace strike
