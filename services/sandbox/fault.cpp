#include "sandbox/fault.hpp"

#include <algorithm>

namespace strike::sandbox {

void fault_state::set(const fault& x, std::int64_t now_ns) {
  auto& to = active_[static_cast<std::size_t>(x.what)];
  if (x.for_ns > 0)
    to.until_ns = now_ns + x.for_ns;
  else
    to.left = x.count;
  to.delay_ns = x.delay_ns;
  to.only_orders = x.only_orders || is_of_orders(x.what);
}

void fault_state::set(const fault_mix& x, std::int64_t now_ns) {
  chance_.seed(x.seed);
  every_ns_ = x.every_ns;
  mix_ends_ns_ = now_ns + x.for_ns;
  drawn_kinds_ = x.has_orders ? fault_count : static_cast<std::size_t>(fault_kind::mute);
  next_draw_ns_ = now_ns + pause();
}

void fault_state::clear() { *this = {}; }

bool fault_state::is_any(std::int64_t now_ns) const {
  return std::ranges::any_of(active_, [&](const active& x) { return x.left > 0 || x.until_ns > now_ns; });
}

bool fault_state::hits(fault_kind x, bool is_order, std::int64_t now_ns) {
  auto& which = active_[static_cast<std::size_t>(x)];
  if (which.only_orders && !is_order) return false;
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
  fault made{.what = enum_names<fault_kind>::table[chance_() % drawn_kinds_].value};
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
  case fault_kind::mute:
  case fault_kind::twice:
  case fault_kind::fail:
  case fault_kind::sever:
  case fault_kind::revert:
    made.count = upto(3);
    break;
  case fault_kind::early:
    made.count = upto(3);
    made.delay_ns = static_cast<std::int64_t>(upto(1'000)) * ns_per_ms;
    break;
  }
  return made;
}

} // namespace strike::sandbox
