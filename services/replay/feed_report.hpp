#pragma once

#include "process/log.hpp"
#include "process/metrics.hpp"
#include "replay/paced_recording.hpp"

#include <cstdint>

namespace strike::replay {

/// What an operator sees of a replay: metrics, a line when a tenth of it or a minute is over, and every malformed line
/// that the reader shows.
class feed_report {
public:
  feed_report(process::logger& log, process::metric_registry& metrics);

  void started(const paced_recording& what, std::int64_t now_ns);
  void published(std::size_t events, std::int64_t lag_ns);
  void jumped(const paced_recording& what, std::int64_t now_ns);
  void ended(const paced_recording& what, std::int64_t now_ns);
  /// To be called now and then; looks once a second.
  void look(const paced_recording& what, std::int64_t now_ns);
  std::int64_t next_look_ns() const { return next_look_ns_; }
  std::uint64_t events() const { return events_.value(); }

private:
  void tell_faults(const journal::read_stats& stats);
  void tell_progress(const paced_recording& what, const journal::read_stats& stats, std::int64_t now_ns);

  process::logger& log_;
  process::counter& events_;
  process::gauge &position_, &lag_, &malformed_, &is_over_;
  std::int64_t next_look_ns_ = INT64_MIN, next_line_ns_ = 0;
  int tenths_ = 0;                  ///< of the recording, that were told
  std::size_t complaints_told_ = 0; ///< a seek reads the same lines again
};

} // namespace strike::replay
