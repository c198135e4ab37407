#include "replay/feed_report.hpp"

#include "base/time.hpp"

namespace strike::replay {

namespace {

constexpr std::int64_t look_every_ns = ns_per_s, line_every_ns = 60 * ns_per_s;

/// Of the bytes; the reader is some thousand events ahead.
int percent_read(const journal::read_stats& x) {
  return x.bytes_total > 0 ? static_cast<int>(100 * x.bytes_read / x.bytes_total) : 0;
}

} // namespace

feed_report::feed_report(process::logger& log, process::metric_registry& metrics)
    : log_{log}, events_{metrics.get_counter("strike_replay_events_total", "Recorded events that fell due")},
      position_{metrics.get_gauge("strike_replay_position_seconds", "Recorded time that is now, Unix", {},
                                  process::unit::nanosecond)},
      lag_{metrics.get_gauge("strike_replay_lag_seconds", "How late the latest events were", {},
                             process::unit::nanosecond)},
      malformed_{metrics.get_gauge("strike_replay_malformed_lines", "Lines of the recording that were left out")},
      is_over_{metrics.get_gauge("strike_replay_at_end", "1 when the whole recording was published")} {}

void feed_report::started(const paced_recording& what, std::int64_t now_ns) {
  next_line_ns_ = now_ns + line_every_ns;
  tenths_ = percent_read(what.stats()) / 10;
  log_.info("replay runs", {{"from", iso_from_ns(what.position_ns(now_ns))}, {"speed", what.speed()}});
}

void feed_report::published(std::size_t events, std::int64_t lag_ns) {
  events_.add(events);
  lag_.set(lag_ns);
}

void feed_report::jumped(const paced_recording& what, std::int64_t now_ns) {
  is_over_.set(0);
  tenths_ = percent_read(what.stats()) / 10;
  log_.info("jumped", {{"to", iso_from_ns(what.position_ns(now_ns))}});
}

void feed_report::ended(const paced_recording& what, std::int64_t now_ns) {
  next_look_ns_ = INT64_MIN;
  look(what, now_ns);
  is_over_.set(1);
  const auto stats = what.stats();
  log_.info("end of recording", {{"at", iso_from_ns(what.position_ns(now_ns))},
                                 {"events", events_.value()},
                                 {"malformed_lines", stats.malformed_lines},
                                 {"time_went_back", stats.time_went_back}});
}

void feed_report::look(const paced_recording& what, std::int64_t now_ns) {
  if (now_ns < next_look_ns_) return;
  next_look_ns_ = now_ns + look_every_ns;
  position_.set(what.position_ns(now_ns));
  const auto stats = what.stats();
  malformed_.set(static_cast<std::int64_t>(stats.malformed_lines));
  tell_faults(stats);
  if (!what.is_paused() && !what.is_over() && !what.is_seeking()) tell_progress(what, stats, now_ns);
}

void feed_report::tell_faults(const journal::read_stats& stats) {
  for (; complaints_told_ < stats.complaints.size(); ++complaints_told_)
    log_.warning("malformed line left out", {{"what", stats.complaints[complaints_told_]}});
}

void feed_report::tell_progress(const paced_recording& what, const journal::read_stats& stats, std::int64_t now_ns) {
  const auto percent = percent_read(stats);
  if (percent / 10 <= tenths_ && now_ns < next_line_ns_) return;
  tenths_ = percent / 10;
  next_line_ns_ = now_ns + line_every_ns;
  log_.info(
      "replay",
      {{"read_percent", percent}, {"position", iso_from_ns(what.position_ns(now_ns))}, {"events", events_.value()}});
}

} // namespace strike::replay
