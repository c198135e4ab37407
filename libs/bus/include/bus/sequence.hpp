#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace strike::bus {

/// Where a message stands among those of its topic; every message carries one.
struct stamp {
  std::uint64_t epoch = 0; ///< of the publisher's start; a later start has a larger one
  std::uint64_t first = 0; ///< sequence number of the first event in the message; the first of a topic is 1
  std::uint32_t count = 1; ///< events in the message, numbered on from `first`
  bool operator==(const stamp&) const = default;
};

/// Numbers a publisher's events, per topic. Not thread-safe.
class sequencer {
public:
  /// @param epoch the publisher's start in nanoseconds since 1970, given by the caller: the sequencer reads no clock
  explicit sequencer(std::uint64_t epoch) : epoch_{epoch} {}

  /// Numbers `count` events. O(1); allocates only when a topic is the largest so far.
  /// @param topic a dense index: the memory used is 8 bytes times the largest
  stamp next(std::uint32_t topic, std::uint32_t count = 1) {
    if (topic >= used_.size()) used_.resize(std::size_t{topic} + 1);
    const auto first = used_[topic] + 1;
    used_[topic] += count;
    return {epoch_, first, count};
  }
  /// The number of the topic's last event; 0 if there was none.
  std::uint64_t last(std::uint32_t topic) const { return topic < used_.size() ? used_[topic] : 0; }
  std::uint64_t epoch() const { return epoch_; }

private:
  std::uint64_t epoch_;
  std::vector<std::uint64_t> used_;
};

/// What a stamp says about the messages before it.
enum class continuity : std::uint8_t {
  first,     ///< nothing was seen of this topic yet; what came before is unknown
  in_order,  ///< follows what was seen
  duplicate, ///< all of it was seen, or it belongs to an earlier epoch: ignore it
  gap,       ///< `lost` events are missing before it: take it, distrust the state, ask for a snapshot
  new_epoch, ///< the publisher has restarted: take it, distrust the state, ask for a snapshot
};

struct verdict {
  continuity kind = continuity::first;
  std::uint64_t lost = 0; ///< events missing; > 0 only with `gap`
  std::uint32_t seen = 0; ///< leading events of the message that were seen before: skip them
  bool operator==(const verdict&) const = default;
};

/// Tells per topic whether anything was lost on the way. Pure; not thread-safe.
class gap_tracker {
public:
  struct totals {
    std::uint64_t messages = 0;
    std::uint64_t events = 0;     ///< new ones; those seen before do not count
    std::uint64_t duplicates = 0; ///< messages
    std::uint64_t gaps = 0;
    std::uint64_t lost = 0; ///< events
    std::uint64_t new_epochs = 0;
    bool operator==(const totals&) const = default;
  };

  /// Judges the next message of a topic, O(1). A message of no events (a heartbeat) shows a loss before it.
  /// @param topic a dense index, as in `sequencer`
  verdict observe(std::uint32_t topic, const stamp& x);

  /// Starts to fetch what `observe` will read.
  void prefetch(std::uint32_t topic) const {
    if (topic < topics_.size()) __builtin_prefetch(&topics_[topic], 1);
  }

  /// Forgets a topic; its next message is `first` again. Call it when the topic was unsubscribed.
  void forget(std::uint32_t topic);

  /// The epoch of a topic and the number of its last event seen; {0, 0} if nothing was seen.
  std::pair<std::uint64_t, std::uint64_t> position(std::uint32_t topic) const {
    if (topic >= topics_.size() || topics_[topic].next == 0) return {};
    return {topics_[topic].epoch, topics_[topic].next - 1};
  }
  const totals& counts() const { return totals_; }

private:
  struct state {
    std::uint64_t epoch = 0;
    std::uint64_t next = 0; ///< 0 = nothing seen
  };
  std::vector<state> topics_;
  totals totals_;
};

} // namespace strike::bus
