#pragma once

#include "base/registry.hpp"
#include "feed/market_publisher.hpp"
#include "replay/feed_report.hpp"
#include "replay/feed_settings.hpp"
#include "replay/paced_recording.hpp"
#include "wire/control.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace strike::replay {

struct replay_status {
  bool is_waiting = false; ///< for the first demand, or for consumers to settle
  bool is_paused = false, is_over = false;
  double speed = 1;
  std::int64_t position_ns = 0; ///< recorded time
  std::uint64_t events = 0;     ///< that fell due, wanted or not
};

/// A recording on the bus in place of gateways, round by round, with the time handed in. Times are those of a steady
/// clock, in nanoseconds. One thread.
class feed_loop {
public:
  struct tools {
    process::logger& log;
    process::metric_registry& metrics;
    std::function<void()> on_end; ///< all was published, and the settings say `exit`
  };
  /// @returns what is wrong with files or endpoint, by name
  static result<std::unique_ptr<feed_loop>> open(const bus::context& where, feed_settings settings, tools with);

  /// Publishes what is due, answers demand.
  /// @returns when the next round is due, at the latest; sooner when `fd` is readable. Or what ended the reading
  result<std::int64_t> round(std::int64_t now_ns);
  /// Takes effect at once; a round must follow.
  wire::control_reply answer(const wire::control_request& request, std::int64_t now_ns);
  replay_status status(std::int64_t now_ns) const;

  int fd() const { return publisher_->fd(); }
  const std::string& endpoint() const { return publisher_->endpoint(); }

private:
  feed_loop(feed_settings settings, tools with)
      : settings_{std::move(settings)}, tools_{std::move(with)}, report_{tools_.log, tools_.metrics} {}
  feed::market_publisher::config publisher_config();
  void beat(std::int64_t now_ns);
  void jump(std::unique_ptr<feed::last_values> state, std::int64_t now_ns);
  void start_if_wanted(std::int64_t now_ns);
  void note_end(std::int64_t now_ns);

  feed_settings settings_;
  tools tools_;
  feed_report report_;
  std::uint64_t epoch_ = 0;
  instrument_registry instruments_;
  std::optional<paced_recording> recording_;
  std::optional<feed::market_publisher> publisher_;
  bool is_waiting_ = true;                ///< the start policy has not yet let the clock run
  std::optional<std::int64_t> starts_ns_; ///< while waiting: consumers settle until then
  bool end_is_told_ = false;
  std::int64_t next_beat_ns_ = INT64_MIN; ///< when the next sign of life is due
  std::string bytes_;
};

} // namespace strike::replay
