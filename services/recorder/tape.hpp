#pragma once

#include "feed/last_values.hpp"
#include "journal/manifest.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace strike::recorder {

/// When what is written must survive a power failure, not just the end of the process.
enum class sync_policy : std::uint8_t {
  never,    ///< whenever the system likes
  rotate,   ///< at the end of each file
  interval, ///< with every flush
};
} // namespace strike::recorder

namespace strike {
template <> struct enum_names<recorder::sync_policy> {
  using policy = recorder::sync_policy;
  static constexpr std::string_view what = "fsync policy";
  static constexpr std::array table = {enum_name{policy::never, "never"}, enum_name{policy::rotate, "rotate"},
                                       enum_name{policy::interval, "interval"}};
};
} // namespace strike

namespace strike::recorder {

struct tape_settings {
  std::filesystem::path folder = "recordings";
  std::string prefix = "md"; ///< of the files' names
  int compression = 3;       ///< of zstd; 0: plain
  std::uint64_t rotate_bytes = 256'000'000;
  std::chrono::nanoseconds rotate_every = std::chrono::hours{1}; ///< files end at whole multiples of it since 1970, UTC
  sync_policy fsync = sync_policy::rotate;
  std::uint64_t min_free_bytes = 512'000'000; ///< it stops before the disk is full, for everything else on the machine
};

/// "md-20261122T214448Z-000001.jsonl.zst": sorted by name is sorted by time.
std::string recording_name(std::string_view prefix, std::int64_t at_ns, std::uint64_t number, bool is_compressed);

/// Writes all events to one file after the other, each of use by itself: it begins with what was known when it began.
/// Those lines carry the latest times seen before them, so that files read together stay in order; to a reader that
/// knows the state they change nothing.
///
/// When the disk fails or has too little room, it stops; what comes until `start` succeeds again is counted, as lost,
/// for the file that follows. One thread, which waits for the disk.
class tape {
public:
  struct totals {
    std::uint64_t events = 0;  ///< in files; also the lines that a file begins with
    std::uint64_t orders = 0;  ///< in files
    std::uint64_t bytes = 0;   ///< in files
    std::uint64_t files = 0;   ///< begun
    std::uint64_t dropped = 0; ///< events and orders that came while there was no file to write them to
  };

  /// @param on, instruments outlive the tape
  tape(tape_settings settings, journal::disk& on, const instrument_registry& instruments);

  /// Begins to record, or, after a fault, tries again: takes the folder, mends and lists what a process that died left
  /// there, begins a file.
  /// @param now_ns UTC
  /// @returns whether it records now; else `fault` says why not
  bool start(std::int64_t now_ns);
  void write(const market_event& event);
  void write(const journal::order_line& order);
  /// Something was lost before it got here.
  void count_gap(std::uint64_t lost_events);
  void distrust(feed::slot which) { values_.distrust(which, trust::stale); }
  /// Puts what is in memory into the file; begins the next file when it is time.
  void flush(std::int64_t now_ns);
  /// Ends the file and lists it. `start` begins anew.
  void stop();

  bool is_recording() const { return file_.has_value(); }
  /// Why it does not record.
  const std::optional<error>& fault() const { return fault_; }
  const totals& counts() const { return totals_; }
  /// What a process that died had left behind, found by `start`; each is told once.
  std::vector<journal::recorded_file> take_recovered() { return std::exchange(recovered_, {}); }
  /// The file that is being written; empty if there is none.
  std::filesystem::path path() const { return file_ ? file_->path() : std::filesystem::path{}; }

private:
  result<void> try_start(std::int64_t now_ns);
  result<void> recover_folder();
  result<void> check_room(std::uint64_t needed);
  result<void> begin_file(std::int64_t now_ns);
  result<void> end_file();
  result<void> put(bool durable);
  result<void> list_finished();
  void write_head();
  void finish_file();
  void drop();
  void fail_with(error why);

  tape_settings settings_;
  journal::disk& disk_;
  const instrument_registry& instruments_;
  feed::last_values values_;
  std::optional<journal::manifest> manifest_;
  std::optional<journal::recording_file> file_;
  std::uint64_t head_lines_ = 0; ///< of the file
  std::int64_t ends_ns_ = 0;     ///< of the file, by time
  std::uint64_t number_ = 0;     ///< of the last file
  std::int64_t latest_venue_ns_ = 0, latest_recv_ns_ = 0;
  std::uint64_t gaps_ = 0, lost_ = 0;            ///< not yet in the manifest
  bool is_outage_ = false;                       ///< something was dropped since the last file
  std::vector<journal::recorded_file> unlisted_; ///< finished, and not yet in the manifest
  std::vector<journal::recorded_file> recovered_;
  std::optional<error> fault_;
  totals totals_;
};

} // namespace strike::recorder
