#include "index_feed.hpp"

#include <algorithm>
#include <cmath>

namespace strike::match {

void index_feed::expect(std::int64_t expiry_ns, std::int64_t now_ns) {
  const auto at = std::ranges::lower_bound(windows_, expiry_ns, {}, &window::expiry_ns);
  if (at != windows_.end() && at->expiry_ns == expiry_ns) return;
  const auto start_ns = expiry_ns - window_ns_;
  windows_.insert(at, {expiry_ns, std::max(start_ns, now_ns), 0, 0, value_ && value_ns_ >= start_ns});
  next_start_ns_ = windows_.front().expiry_ns - window_ns_;
}

void index_feed::extend(window& w, std::int64_t to_ns) const {
  to_ns = std::min(to_ns, w.expiry_ns);
  if (to_ns <= w.known_until_ns) return;
  if (value_) {
    const auto span = to_ns - w.known_until_ns;
    w.sum += int128{std::llround(*value_ * 1e9)} * span;
    w.weight_ns += span;
  }
  w.known_until_ns = to_ns;
}

void index_feed::integrate(std::int64_t now_ns) {
  std::erase_if(windows_, [&](const window& w) { return w.expiry_ns < now_ns; }); // settled, or nobody asked
  for (auto& w : windows_) {
    if (now_ns < w.expiry_ns - window_ns_) break;
    extend(w, now_ns);
    w.has_sample = true;
  }
  next_start_ns_ =
      windows_.empty() ? std::numeric_limits<std::int64_t>::max() : windows_.front().expiry_ns - window_ns_;
}

index_feed::average index_feed::over(std::int64_t expiry_ns) {
  const auto at = std::ranges::lower_bound(windows_, expiry_ns, {}, &window::expiry_ns);
  if (at == windows_.end() || at->expiry_ns != expiry_ns) return {value_, true};
  extend(*at, expiry_ns);
  if (at->weight_ns == 0) return {value_, !at->has_sample}; // the only value came at the expiry itself
  return {static_cast<double>(at->sum / at->weight_ns) / 1e9, !at->has_sample};
}

} // namespace strike::match
