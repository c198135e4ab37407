#include "replay/paced_recording.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace strike::replay {

namespace {
constexpr std::int64_t longest_sleep_ns = 3600 * ns_per_s;
constexpr double most_ns = 9e18; ///< what surely fits into int64

std::int64_t to_ns(double x) { return static_cast<std::int64_t>(std::min(x, most_ns)); }
} // namespace

result<paced_recording> paced_recording::open(opener open_reader, double speed) {
  assert(speed >= lowest_speed && speed <= highest_speed);
  paced_recording made{std::move(open_reader), speed};
  auto opened = made.open_();
  if (!opened) return std::unexpected{opened.error()};
  made.reader_ = std::move(*opened);
  const auto more = made.fetch();
  if (!more) return std::unexpected{more.error()};
  if (*more) made.first_ns_ = made.from_position_ns_ = made.last_event_ns_ = made.batch_->events.front().venue_ns;
  return made;
}

/// @returns whether there is an unread event
result<bool> paced_recording::fetch() {
  while (!batch_ || next_ == batch_->events.size()) {
    if (batch_) reader_->recycle(std::move(batch_));
    auto got = reader_->next();
    if (!got) return std::unexpected{got.error()};
    batch_ = std::move(*got);
    next_ = 0;
    if (!batch_) {
      is_over_ = true;
      return false;
    }
  }
  return true;
}

result<paced_recording::due> paced_recording::step(std::int64_t now_ns) {
  if (seek_) return read_on(now_ns);
  if (is_paused_ || is_over_) return due{};
  const auto more = fetch();
  if (!more) return std::unexpected{more.error()};
  if (!*more) {
    hold_at(last_event_ns_, now_ns);
    return due{};
  }
  const auto limit_ns = position_ns(now_ns);
  const auto& events = batch_->events;
  const auto first = next_;
  while (next_ < events.size() && events[next_].venue_ns <= limit_ns) {
    last_event_ns_ = std::max(last_event_ns_, events[next_].venue_ns);
    ++next_;
  }
  due found{.events = std::span{events}.subspan(first, next_ - first)};
  if (!found.events.empty()) lag_ns_ = to_ns(static_cast<double>(limit_ns - last_event_ns_) / speed_);
  found.next_ns = next_ == events.size() ? now_ns : when_ns(events[next_].venue_ns, now_ns);
  return found;
}

/// A batch on the way to where the seek goes.
result<paced_recording::due> paced_recording::read_on(std::int64_t now_ns) {
  const auto more = fetch();
  if (!more) return std::unexpected{more.error()};
  if (*more) {
    const auto& events = batch_->events;
    if (last_event_ns_ == INT64_MIN) { // the first of the recording
      last_event_ns_ = events.front().venue_ns;
      seek_->to_ns = std::max(seek_->to_ns, last_event_ns_);
    }
    for (; next_ < events.size() && events[next_].venue_ns < seek_->to_ns; ++next_) {
      last_event_ns_ = std::max(last_event_ns_, events[next_].venue_ns);
      seek_->values->apply(events[next_]);
    }
    if (next_ == events.size()) return due{.next_ns = now_ns};
  } else {
    seek_->to_ns = std::max<std::int64_t>(last_event_ns_, 0);
  }
  const auto done = std::move(seek_);
  last_event_ns_ = done->to_ns;
  hold_at(done->to_ns, now_ns);
  return due{.arrived_at = std::move(done->values), .next_ns = now_ns};
}

void paced_recording::hold_at(std::int64_t position, std::int64_t now_ns) {
  from_position_ns_ = position;
  from_ns_ = now_ns;
}

void paced_recording::pause(std::int64_t now_ns) {
  hold_at(position_ns(now_ns), now_ns);
  is_paused_ = true;
}

void paced_recording::resume(std::int64_t now_ns) {
  if (is_paused_) from_ns_ = now_ns;
  is_paused_ = false;
}

void paced_recording::set_speed(std::int64_t now_ns, double factor) {
  assert(factor >= lowest_speed && factor <= highest_speed);
  hold_at(position_ns(now_ns), now_ns);
  speed_ = factor;
}

result<void> paced_recording::seek(std::int64_t to_ns) {
  auto opened = open_();
  if (!opened) return std::unexpected{opened.error()};
  batch_.reset();
  reader_ = std::move(*opened);
  next_ = 0;
  is_over_ = false;
  last_event_ns_ = INT64_MIN;
  seek_ = std::make_unique<seek_state>(seek_state{.to_ns = to_ns});
  return {};
}

std::int64_t paced_recording::position_ns(std::int64_t now_ns) const {
  if (seek_) return seek_->to_ns;
  if (is_paused_ || is_over_) return from_position_ns_;
  const auto passed = static_cast<double>(now_ns - from_ns_) * speed_;
  if (static_cast<double>(from_position_ns_) + passed >= most_ns) return INT64_MAX;
  return from_position_ns_ + static_cast<std::int64_t>(passed);
}

std::int64_t paced_recording::when_ns(std::int64_t event_ns, std::int64_t now_ns) const {
  const auto wait = std::ceil(static_cast<double>(event_ns - from_position_ns_) / speed_);
  const auto most = static_cast<double>(now_ns - from_ns_ + longest_sleep_ns);
  // never now: what rounding leaves not yet due would make the caller spin
  return std::max(now_ns + 1, from_ns_ + to_ns(std::min(wait, most)));
}

} // namespace strike::replay
