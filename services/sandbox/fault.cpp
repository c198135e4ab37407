#include "sandbox/fault.hpp"

namespace strike::sandbox {

void fault_state::set(const fault& x, std::int64_t now_ns) {
  auto& to = active_[static_cast<std::size_t>(x.what)];
  if (x.for_ns > 0)
    to.until_ns = now_ns + x.for_ns;
  else
    to.left = x.count;
  if (x.what == fault_kind::delay) delay_ns_ = x.delay_ns;
}

void fault_state::set(const fault_mix& x, std::int64_t now_ns) {
  chance_.seed(x.seed);
  every_ns_ = x.every_ns;
  mix_ends_ns_ = now_ns + x.for_ns;
  next_draw_ns_ = now_ns + pause();
}

void fault_state::clear() { *this = {}; }

bool fault_state::hits(fault_kind x, std::int64_t now_ns) {
  auto& which = active_[static_cast<std::size_t>(x)];
  if (which.until_ns > now_ns) return true;
  if (which.left == 0) return false;
  --which.left;
  return true;
}

/// Between a half and one and a half of the average.
std::int64_t fault_state::pause() {
  return every_ns_ / 2 + static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(every_ns_ + 1));
}

std::optional<fault> fault_state::draw(std::int64_t now_ns) {
  if (now_ns < next_draw_ns_) return {};
  if (next_draw_ns_ > mix_ends_ns_) {
    next_draw_ns_ = INT64_MAX;
    return {};
  }
  next_draw_ns_ += pause();
  const auto upto = [&](std::uint64_t x) { return 1 + chance_() % x; };
  fault made{.what = enum_names<fault_kind>::table[chance_() % fault_count].value};
  switch (made.what) {
  case fault_kind::drop:
    break;
  case fault_kind::silence:
  case fault_kind::refuse:
    made.for_ns = static_cast<std::int64_t>(upto(3'000)) * ns_per_ms;
    break;
  case fault_kind::delay:
    made.for_ns = static_cast<std::int64_t>(upto(3'000)) * ns_per_ms;
    made.delay_ns = static_cast<std::int64_t>(upto(1'000)) * ns_per_ms;
    break;
  case fault_kind::skip:
  case fault_kind::garbage:
  case fault_kind::reject:
  case fault_kind::throttle:
    made.count = upto(3);
    break;
  }
  return made;
}

} // namespace strike::sandbox
