#pragma once

#include "journal/reader.hpp"
#include "replay/paced_recording.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace strike::replay {

/// Hands out events of memory, a few a batch.
class fake_reader final : public journal::reader {
public:
  fake_reader(std::vector<market_event> events, std::size_t a_batch) : events_{std::move(events)}, most_{a_batch} {}

  result<std::unique_ptr<journal::event_batch>> next() override {
    if (at_ == events_.size()) return nullptr;
    auto batch = std::make_unique<journal::event_batch>();
    while (batch->events.size() < most_ && at_ < events_.size()) batch->events.push_back(events_[at_++]);
    return batch;
  }
  void recycle(std::unique_ptr<journal::event_batch> batch) override {
    batch->events.clear(); // who still reads it is seen
  }
  journal::read_stats stats() const override { return {.events = at_}; }

private:
  std::vector<market_event> events_;
  std::size_t most_, at_ = 0;
};

inline constexpr instrument_id btc{0};

inline market_event tick_at(std::int64_t venue_ns, std::int64_t bid = 1) {
  return {venue_ns, 0, btc, trust::live, ticker{.best_bid = price{bid * nanos_per_unit}}};
}

inline paced_recording recording_of(std::vector<market_event> events, double speed = 1, std::size_t a_batch = 2) {
  auto made = paced_recording::open(
      [=]() -> result<std::unique_ptr<journal::reader>> { return std::make_unique<fake_reader>(events, a_batch); },
      speed);
  EXPECT_TRUE(made) << made.error().text;
  return std::move(*made);
}

/// What a loop would see that sleeps as it is told, up to and with `until_ns`: venue time and steady time of each
/// event.
struct handed_out {
  std::int64_t venue_ns, at_ns;
  bool operator==(const handed_out&) const = default;
};
inline void PrintTo(const handed_out& x, std::ostream* to) { *to << x.venue_ns << " at " << x.at_ns; }

inline std::vector<handed_out> run(paced_recording& what, std::int64_t from_ns, std::int64_t until_ns) {
  std::vector<handed_out> all;
  for (auto now = from_ns; now <= until_ns;) {
    const auto due = what.step(now);
    if (!due) {
      ADD_FAILURE() << due.error().text;
      return all;
    }
    for (const auto& x : due->events) all.push_back({x.venue_ns, now});
    if (due->next_ns == INT64_MAX) break;
    now = std::max(now, due->next_ns);
  }
  return all;
}

} // namespace strike::replay
