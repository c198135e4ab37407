#include "net/limiter.hpp"

#include <algorithm>
#include <cmath>

namespace strike::net {

namespace {

/// `a + b`, at most INT64_MAX; b >= 0.
std::int64_t later(std::int64_t a, std::int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

} // namespace

double credit_pool::at(std::int64_t now_ns) const {
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, now_ns - last_ns_)) / 1e9;
  return std::min(size_, credits_ + passed * per_second_);
}

bool credit_pool::take(double cost, std::int64_t now_ns) {
  if (now_ns < ready_ns(cost, now_ns)) return false;
  credits_ = std::max(0.0, at(now_ns) - cost); // `ready_ns` rounds: a fraction of a nanosecond's refill may be missing
  last_ns_ = std::max(last_ns_, now_ns);
  return true;
}

std::int64_t credit_pool::ready_ns(double cost, std::int64_t now_ns) const {
  if (cost > size_) return INT64_MAX;
  if (at(now_ns) >= cost) return now_ns;
  // counted from the last payment, not from now: whoever asks again at the answered time gets the same answer
  const auto wait_ns = std::ceil((cost - credits_) / per_second_ * 1e9 - 1e-3); // less what rounding may have added
  return wait_ns < 9e18 ? later(last_ns_, static_cast<std::int64_t>(wait_ns)) : INT64_MAX;
}

void credit_pool::drain(std::int64_t now_ns) {
  credits_ = 0;
  last_ns_ = std::max(last_ns_, now_ns);
}

bool window_limit::take(std::int64_t now_ns) {
  if (now_ns >= later(began_ns_, window_ns_)) {
    began_ns_ = now_ns;
    used_ = 0;
  }
  if (used_ >= most_) return false;
  ++used_;
  return true;
}

std::int64_t window_limit::ready_ns(std::int64_t now_ns) const {
  const auto end = later(began_ns_, window_ns_);
  if (most_ == 0) return INT64_MAX;
  return used_ < most_ || now_ns >= end ? now_ns : end;
}

} // namespace strike::net
