#include "bus/sequence.hpp"

namespace strike::bus {
namespace {

/// The number behind the last event; a stamp off the wire must not make it wrap around.
std::uint64_t end_of(const stamp& x) {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  return x.first > largest - x.count ? largest : x.first + x.count;
}

} // namespace

verdict gap_tracker::observe(std::uint32_t topic, const stamp& x) {
  if (topic >= topics_.size()) topics_.resize(std::size_t{topic} + 1);
  auto& known = topics_[topic];
  ++totals_.messages;
  const auto end = end_of(x);
  const auto restart_at = [&](continuity kind) {
    known = {x.epoch, end == 0 ? 1 : end};
    totals_.events += x.count;
    return verdict{kind};
  };
  if (known.next == 0) return restart_at(continuity::first);
  if (x.epoch > known.epoch) {
    ++totals_.new_epochs;
    return restart_at(continuity::new_epoch);
  }
  const bool is_past = x.epoch < known.epoch || (x.count == 0 ? x.first < known.next : end <= known.next);
  if (is_past) {
    ++totals_.duplicates;
    return {continuity::duplicate, 0, x.count};
  }
  verdict out{continuity::in_order};
  if (x.first > known.next) {
    out = {continuity::gap, x.first - known.next};
    ++totals_.gaps;
    totals_.lost += out.lost;
  } else {
    out.seen = static_cast<std::uint32_t>(known.next - x.first);
  }
  totals_.events += x.count - out.seen;
  known.next = end;
  return out;
}

void gap_tracker::forget(std::uint32_t topic) {
  if (topic < topics_.size()) topics_[topic] = {};
}

} // namespace strike::bus
