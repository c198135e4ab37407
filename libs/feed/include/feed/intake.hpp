#pragma once

#include "base/registry.hpp"
#include "bus/sequence.hpp"
#include "feed/slot.hpp"
#include "feed/topic_index.hpp"
#include "wire/market.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::feed {

/// What a message was, beside its events.
struct arrival {
  slot what = 0;
  wire::market_header header;  ///< as it was sent
  bus::verdict order;          ///< what its sequence says about those before it
  bool is_synced = true;       ///< the state of the topic, after this message, is whole
  std::size_t first_event = 0; ///< in the events read: those from here to the end are new
};

/// Reads market data from the bus: names to ids, bytes to events, and nothing lost without being noticed. Pure: it asks
/// for nothing itself, but says what must be asked for. One thread.
///
/// A gap, a restart of the publisher, an event of a newer version, or a connection that ended leaves a book or status
/// out of sync until a snapshot comes; book changes until then are `trust::resyncing`. A ticker is whole by itself.
/// Trades that were lost stay lost and are counted.
class intake {
public:
  struct totals {
    std::uint64_t messages = 0;   ///< of market data, whatever became of them
    std::uint64_t events = 0;     ///< handed out
    std::uint64_t duplicates = 0; ///< messages, also snapshots meant for somebody else
    std::uint64_t snapshots = 0;  ///< taken
    std::uint64_t gaps = 0;
    std::uint64_t lost = 0; ///< events in gaps
    std::uint64_t new_epochs = 0;
    std::uint64_t unreadable = 0; ///< events that only a newer version knows
    std::uint64_t malformed = 0;  ///< messages
  };

  explicit intake(instrument_registry& instruments) : instruments_{instruments} {}

  /// @param endpoint over which it came
  /// @param now_ns of a steady clock
  /// @param out new events are appended
  /// @returns nothing for what is not market data, is malformed or was seen before
  std::optional<arrival> read(std::string_view topic, std::string_view bytes, std::size_t endpoint, std::int64_t now_ns,
                              std::vector<market_event>& out);

  /// Looking ahead, for who reads many messages in a row: with a hundred thousand instruments each message waits for
  /// memory, and all can wait at the same time. First `prefetch` of all, then `expect` of all, then `prefetch_name` of
  /// all, then `read` of all.
  void prefetch(std::uint64_t topic_hash) const { slots_.prefetch(topic_hash); }
  /// @returns the slot that it probably is, or UINT32_MAX
  slot expect(std::uint64_t topic_hash) const;
  void prefetch_name(slot which) const { __builtin_prefetch(names_[which].data()); }

  /// The topics whose snapshot must be asked for now. One that gets no answer is due again, after 0.5 s, then twice as
  /// long each time up to 30 s.
  std::vector<std::string> due(std::int64_t now_ns);
  /// When `due` has something to say; INT64_MAX: not before another message.
  std::int64_t next_due_ns() const { return due_.empty() ? INT64_MAX : due_.begin()->first; }

  /// The connection has ended: what came over it is out of sync until the other side, once it is back, sends
  /// snapshots, which it does by itself.
  /// @returns the topics concerned
  std::vector<slot> disconnected(std::size_t endpoint);
  /// Nobody wants the topic any more; if it comes again, it is new.
  void forget(slot which);

  /// Of a topic that is known.
  const std::string& topic_of(slot which) const { return names_[which]; }
  bool is_known(slot which) const { return which < topics_.size() && topics_[which].is_known; }
  bool is_synced(slot which) const { return is_known(which) && topics_[which].is_synced; }
  /// What a snapshot of the topic's present state carries when it is sent on.
  wire::market_header snapshot_header(slot which) const {
    const auto [epoch, last] = tracker_.position(which);
    return {.epoch = epoch, .sequence = last, .is_snapshot = true};
  }
  const totals& counts() const { return totals_; }
  /// What was wrong with the last malformed message.
  const std::string& complaint() const { return complaint_; }

private:
  struct topic_state {
    bool is_known = false, is_synced = false;
    std::uint16_t endpoint = 0;
  };
  struct ask {
    std::int64_t at_ns = 0, wait_ns = 0;
  };
  std::optional<slot> slot_of_topic(std::string_view topic);
  void learn(slot which, std::string_view topic);
  /// Decides whether the state is whole, and marks the events of a book that is not.
  void judge(arrival& got, bool is_readable, std::int64_t now_ns, std::vector<market_event>& events);
  void judge_book(arrival& got, std::int64_t now_ns, std::vector<market_event>& events);
  void drop_foreign_definitions(const arrival& got, std::vector<market_event>& events);
  void lose_sync(slot which, std::int64_t ask_ns);
  void regain_sync(slot which);

  instrument_registry& instruments_;
  wire::market_decoder decoder_;
  bus::gap_tracker tracker_; ///< by slot
  topic_index slots_;
  std::vector<topic_state> topics_;             ///< by slot
  std::deque<std::string> names_;               ///< topics, by slot
  std::set<std::pair<std::int64_t, slot>> due_; ///< when, what
  std::map<slot, ask> asks_;
  totals totals_;
  std::string complaint_;
};

} // namespace strike::feed
