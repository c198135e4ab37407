#pragma once

#include "feed/last_values.hpp"
#include "journal/reader.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace strike::replay {

/// Recorded seconds in a second; beyond these a mistake is likelier than a wish.
inline constexpr double lowest_speed = 1e-6, highest_speed = 1e9;

/// A recording at the pace of its venue times, times a factor. It starts paused at its first event. Whoever owns it
/// hands in the time of a steady clock, in nanoseconds; apart from the reading of files it is pure. One thread.
///
/// The order of the recording is kept: an event that is earlier than one before it is due together with that one.
class paced_recording {
public:
  using opener = std::function<result<std::unique_ptr<journal::reader>>()>;

  /// @param open_reader called at once, and again for each seek
  /// @param speed within `lowest_speed` and `highest_speed`, as in `set_speed`
  /// @returns what `open_reader` or its first batch says
  static result<paced_recording> open(opener open_reader, double speed);

  struct due {
    std::span<const market_event> events; ///< to be published now; valid until the next call
    /// A seek has arrived: the state there, which replaces what is known. Comes without events.
    std::unique_ptr<feed::last_values> arrived_at;
    std::int64_t next_ns = INT64_MAX; ///< steady time of the next call; INT64_MAX: not before a call of another kind
  };
  /// What is due, up to a batch of the reader; `next_ns` is then now.
  /// @returns the error that ended the reading
  result<due> step(std::int64_t now_ns);

  void pause(std::int64_t now_ns);
  void resume(std::int64_t now_ns);
  /// Keeps the position.
  void set_speed(std::int64_t now_ns, double factor);
  /// Goes to a recorded time, both ways: the next steps read the recording from its beginning, so that the state there
  /// is known, and then go on from there, or stay paused. A time before the first event is the beginning; one behind
  /// the last is the end.
  /// @returns what the opening says; nothing has changed then
  result<void> seek(std::int64_t to_ns);

  bool is_paused() const { return is_paused_; }
  /// All was handed out. A seek makes it go on.
  bool is_over() const { return is_over_; }
  bool is_seeking() const { return seek_ != nullptr; }
  double speed() const { return speed_; }
  /// The recorded time that is now; while seeking, where that goes.
  std::int64_t position_ns(std::int64_t now_ns) const;
  /// Venue time of the recording's first event.
  std::int64_t first_ns() const { return first_ns_; }
  /// How far, in real time, the events handed out last were behind the schedule.
  std::int64_t lag_ns() const { return lag_ns_; }
  /// Of the reading since the start or the last seek.
  journal::read_stats stats() const { return reader_->stats(); }

private:
  struct seek_state {
    std::int64_t to_ns = 0;
    std::unique_ptr<feed::last_values> values = std::make_unique<feed::last_values>();
  };

  paced_recording(opener open_reader, double speed) : open_{std::move(open_reader)}, speed_{speed} {}
  result<bool> fetch();
  result<due> read_on(std::int64_t now_ns);
  std::int64_t when_ns(std::int64_t event_ns, std::int64_t now_ns) const;
  void hold_at(std::int64_t position_ns, std::int64_t now_ns);

  opener open_;
  std::unique_ptr<journal::reader> reader_;
  std::unique_ptr<journal::event_batch> batch_;
  std::size_t next_ = 0; ///< in the batch
  std::unique_ptr<seek_state> seek_;
  double speed_;
  bool is_paused_ = true, is_over_ = false;
  std::int64_t from_position_ns_ = 0; ///< at `from_ns_` the recording stood here
  std::int64_t from_ns_ = 0;
  std::int64_t first_ns_ = 0;
  std::int64_t last_event_ns_ = 0; ///< latest venue time handed out
  std::int64_t lag_ns_ = 0;
};

} // namespace strike::replay
