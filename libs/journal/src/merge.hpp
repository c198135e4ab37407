#pragma once

#include "fault_log.hpp"
#include "line_chunks.hpp"
#include "parser.hpp"

#include <filesystem>
#include <vector>

namespace strike::journal {

/// One recording as a stream of events, a chunk at a time.
class event_stream {
public:
  event_stream(std::string name, line_chunks text) : name_{std::move(name)}, text_{std::move(text)} {}

  /// Replaces `events_` by those of the next chunk that has any.
  /// @returns false at the end of the file
  result<bool> refill(parser& lines_to_events, const read_options& options, fault_log& faults);

  bool is_drained() const { return next_ == events_.size(); }
  const market_event& front() const { return events_[next_]; }
  market_event take() { return std::move(events_[next_++]); }
  /// All events of the chunk at once; `spare` becomes the new, empty storage.
  void swap_all(std::vector<market_event>& spare);
  std::uint64_t consumed() const { return text_.consumed(); }
  std::uint64_t time_went_back() const { return time_went_back_; }

private:
  void keep_between(const read_options& options);

  std::string name_;
  line_chunks text_;
  std::vector<market_event> events_;
  std::size_t next_ = 0;
  std::int64_t last_ns_ = INT64_MIN;
  std::uint64_t time_went_back_ = 0;
  bool ended_ = false; ///< `to_ns` was reached
};

/// Several recordings as one, by venue time; ties by the order of the files, lines of one file in their order.
class merge {
public:
  static result<merge> open(const std::vector<std::filesystem::path>& files, const read_options& options);

  /// Fills `out`, which is empty, with the next events.
  /// @returns false at the end of all files
  result<bool> next(std::vector<market_event>& out, parser& lines_to_events, fault_log& faults);
  std::uint64_t consumed() const;
  std::uint64_t time_went_back() const;

private:
  explicit merge(const read_options& options) : options_{&options} {}
  /// Whether stream a comes before stream b.
  bool before(std::size_t a, std::size_t b) const;

  const read_options* options_;
  std::vector<event_stream> streams_;
  std::vector<std::size_t> heap_; ///< streams with events, the earliest at the front
  bool started_ = false;
};

} // namespace strike::journal
