#include "merge.hpp"

#include <algorithm>

namespace strike::journal {

namespace {
constexpr std::size_t merged_batch = 512; ///< events handed over at once
}

result<bool> event_stream::refill(parser& lines_to_events, const read_options& options, fault_log& faults) {
  events_.clear();
  next_ = 0;
  while (events_.empty() && !ended_) {
    auto chunk = text_.next();
    if (!chunk) return std::unexpected{chunk.error()};
    if (chunk->oversized_line != 0) {
      faults.malformed(name_, chunk->oversized_line, line_too_long(options));
      continue;
    }
    if (chunk->lines.empty()) return false;
    text_.count(lines_to_events.parse(chunk->lines, {name_, chunk->first_line}, events_, faults));
    for (const auto& event : events_) {
      time_went_back_ += event.venue_ns < last_ns_ ? 1 : 0;
      last_ns_ = event.venue_ns;
    }
    keep_between(options);
    if (faults.fatal()) break;
  }
  return !events_.empty();
}

void event_stream::keep_between(const read_options& options) {
  if (options.to_ns != INT64_MAX) {
    const auto end = std::ranges::find_if(events_, [&](const auto& x) { return x.venue_ns >= options.to_ns; });
    ended_ = end != events_.end();
    events_.erase(end, events_.end());
  }
  if (options.from_ns > 0) std::erase_if(events_, [&](const auto& x) { return x.venue_ns < options.from_ns; });
}

void event_stream::swap_all(std::vector<market_event>& spare) {
  spare.clear();
  spare.swap(events_);
  next_ = 0;
}

result<merge> merge::open(const std::vector<std::filesystem::path>& files, const read_options& options) {
  merge made{options};
  for (const auto& file : files) {
    auto text = line_chunks::open(file, options.max_line_bytes);
    if (!text) return std::unexpected{text.error()};
    made.streams_.emplace_back(file.string(), std::move(*text));
  }
  return made;
}

bool merge::before(std::size_t a, std::size_t b) const {
  const auto at_a = streams_[a].front().venue_ns, at_b = streams_[b].front().venue_ns;
  return at_a != at_b ? at_a < at_b : a < b;
}

result<bool> merge::next(std::vector<market_event>& out, parser& lines_to_events, fault_log& faults) {
  if (streams_.size() == 1) { // nothing to merge: the chunk is the batch
    auto more = streams_[0].refill(lines_to_events, *options_, faults);
    if (more) streams_[0].swap_all(out);
    return more;
  }
  const auto later = [this](std::size_t a, std::size_t b) { return before(b, a); };
  // An emptied stream is filled again before anything else is taken: its next event may be the earliest.
  const auto enter = [&](std::size_t i) -> result<void> {
    auto more = streams_[i].refill(lines_to_events, *options_, faults);
    if (!more) return std::unexpected{more.error()};
    if (!*more) return {};
    heap_.push_back(i);
    std::ranges::push_heap(heap_, later);
    return {};
  };
  if (!started_) {
    started_ = true;
    for (std::size_t i = 0; i < streams_.size(); ++i)
      if (auto done = enter(i); !done) return std::unexpected{done.error()};
  }
  while (!heap_.empty() && out.size() < merged_batch && !faults.fatal()) {
    std::ranges::pop_heap(heap_, later);
    const auto i = heap_.back();
    heap_.pop_back();
    out.push_back(streams_[i].take());
    if (!streams_[i].is_drained()) {
      heap_.push_back(i);
      std::ranges::push_heap(heap_, later);
    } else if (auto done = enter(i); !done) {
      return std::unexpected{done.error()};
    }
  }
  return !out.empty();
}

std::uint64_t merge::consumed() const {
  std::uint64_t sum = 0;
  for (const auto& x : streams_) sum += x.consumed();
  return sum;
}

std::uint64_t merge::time_went_back() const {
  std::uint64_t sum = 0;
  for (const auto& x : streams_) sum += x.time_went_back();
  return sum;
}

} // namespace strike::journal
