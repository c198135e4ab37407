#pragma once

#include "base/market_event.hpp"
#include "base/registry.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace strike::journal {

struct read_options {
  std::optional<venue> default_venue; ///< for lines without `venue`; else the symbol's grammar tells
  time_unit timestamp_unit = time_unit::automatic;
  bool strict = false;                  ///< the first malformed line ends the run
  bool sort = false;                    ///< put lines into time order first (external merge sort)
  std::int64_t from_ns = 0;             ///< events before are skipped
  std::int64_t to_ns = INT64_MAX;       ///< events at or after end the file
  std::size_t max_line_bytes = 1 << 20; ///< a longer line is malformed
};

struct read_stats {
  std::uint64_t events = 0;
  std::uint64_t order_lines = 0; ///< passed over: they are no market events, see line.hpp
  std::uint64_t malformed_lines = 0;
  std::uint64_t time_went_back = 0; ///< lines earlier than the line before them in the same file
  std::uint64_t bytes_read = 0;     ///< of the files, compressed as they are
  std::uint64_t bytes_total = 0;
  std::vector<std::string> complaints; ///< the first 20 malformed lines: "file:line: what"
};

/// Events in the order of the merged recording.
struct event_batch {
  std::vector<market_event> events;
};

/// Reads recordings ahead on a thread of its own; memory does not grow with the files. Several files are merged by
/// venue time; on ties, by the order of the files. Within a file the order of lines is kept.
class reader {
public:
  /// @returns `ec::io` or `ec::not_found` that names the file; `ec::malformed` for one that is empty or binary
  static result<std::unique_ptr<reader>> open(std::vector<std::filesystem::path> files, read_options options,
                                              instrument_registry& instruments);
  virtual ~reader() = default;

  /// Blocks until a batch is there.
  /// @returns null at the end; the error that ended the reading: truncated compression, a file that vanished, the
  /// first malformed line under `strict`
  virtual result<std::unique_ptr<event_batch>> next() = 0;
  /// Gives a batch back, so that its memory serves again.
  virtual void recycle(std::unique_ptr<event_batch> batch) = 0;
  /// Of what was handed out so far; any thread.
  virtual read_stats stats() const = 0;
};

} // namespace strike::journal
