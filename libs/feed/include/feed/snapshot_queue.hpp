#pragma once

#include "base/registry.hpp"
#include "feed/slot.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace strike::feed {

/// Snapshots owed to late joiners. A wildcard over ten thousand instruments would overflow a subscriber's queue at
/// once, so that they leave in portions. Pure; one thread.
class snapshot_queue {
public:
  explicit snapshot_queue(const instrument_registry& instruments) : instruments_{instruments} {}

  /// A subscriber joined. Two that wait for the same wildcard are served by one round.
  void add(std::string_view prefix);

  /// Sends the next portion, when it is time.
  /// @param end one past the highest slot that has a value
  /// @param matches (slot, prefix): whether the slot has a value, and a topic that starts with the prefix
  /// @param send (slot)
  template <class Matches, class Send> void send(std::int64_t now_ns, slot end, Matches matches, Send send) {
    if (waiting_.empty() || now_ns < next_ns_) return;
    for (int looked = 0, sent = 0; !waiting_.empty() && looked < most_looked && sent < most_sent;) {
      auto& x = waiting_.front();
      const auto last = std::min(x.last, end);
      for (; x.next < last && looked < most_looked && sent < most_sent; ++x.next, ++looked) {
        if (!matches(x.next, x.prefix)) continue;
        send(x.next);
        ++sent;
      }
      if (x.next >= last) waiting_.pop_front();
    }
    next_ns_ = now_ns + pause_ns;
  }
  /// When `send` has something to do; INT64_MAX: not before another `add`.
  std::int64_t next_ns() const { return waiting_.empty() ? INT64_MAX : next_ns_; }

private:
  static constexpr int most_sent = 500, most_looked = 50'000; ///< at once: about a millisecond of work
  static constexpr std::int64_t pause_ns = 1'000'000;
  struct request {
    std::string prefix;
    slot next, last; ///< those it may concern
  };
  const instrument_registry& instruments_;
  std::deque<request> waiting_;
  std::int64_t next_ns_ = 0;
};

} // namespace strike::feed
