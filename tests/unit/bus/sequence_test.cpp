#include "bus/sequence.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

using namespace strike::bus;

namespace {

TEST(sequencer, numbers_each_topic_from_one) {
  sequencer numbers{77};
  EXPECT_EQ(numbers.next(0), (stamp{77, 1, 1}));
  EXPECT_EQ(numbers.next(5, 3), (stamp{77, 1, 3}));
  EXPECT_EQ(numbers.next(5), (stamp{77, 4, 1}));
  EXPECT_EQ(numbers.next(0, 2), (stamp{77, 2, 2}));
}

TEST(gap_tracker, names_each_case) {
  gap_tracker tracker;
  EXPECT_EQ(tracker.observe(3, {10, 5, 2}), (verdict{continuity::first}));
  EXPECT_EQ(tracker.observe(3, {10, 7, 1}), (verdict{continuity::in_order}));
  EXPECT_EQ(tracker.observe(3, {10, 7, 1}), (verdict{continuity::duplicate, 0, 1}));
  EXPECT_EQ(tracker.observe(3, {10, 7, 3}), (verdict{continuity::in_order, 0, 1}));
  EXPECT_EQ(tracker.observe(3, {10, 15, 1}), (verdict{continuity::gap, 5}));
  EXPECT_EQ(tracker.observe(3, {11, 1, 1}), (verdict{continuity::new_epoch}));
  EXPECT_EQ(tracker.observe(3, {10, 16, 1}), (verdict{continuity::duplicate, 0, 1}));
  EXPECT_EQ(tracker.observe(3, {11, 2, 1}), (verdict{continuity::in_order}));
  EXPECT_EQ(tracker.observe(2, {11, 2, 1}), (verdict{continuity::first}));
  EXPECT_EQ(tracker.counts(), (gap_tracker::totals{9, 9, 2, 1, 5, 1}));
}

TEST(gap_tracker, sees_a_loss_at_the_end_from_a_message_without_events) {
  gap_tracker tracker;
  tracker.observe(0, {1, 1, 4});
  EXPECT_EQ(tracker.observe(0, {1, 5, 0}), (verdict{continuity::in_order}));
  EXPECT_EQ(tracker.observe(0, {1, 7, 0}), (verdict{continuity::gap, 2}));
  EXPECT_EQ(tracker.observe(0, {1, 7, 1}), (verdict{continuity::in_order}));
}

TEST(gap_tracker, starts_afresh_with_a_forgotten_topic) {
  gap_tracker tracker;
  tracker.observe(0, {1, 1, 1});
  tracker.forget(0);
  tracker.forget(99);
  EXPECT_EQ(tracker.observe(0, {1, 50, 1}), (verdict{continuity::first}));
}

TEST(gap_tracker, is_not_fooled_by_numbers_at_the_end_of_their_range) {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  gap_tracker tracker;
  tracker.observe(0, {1, 1, 1});
  EXPECT_EQ(tracker.observe(0, {1, largest, 5}), (verdict{continuity::gap, largest - 2}));
  EXPECT_EQ(tracker.observe(0, {1, 2, 1}), (verdict{continuity::duplicate, 0, 1}));
}

/// Keeps every event that it knows of, or that it knows to be missing.
struct slow_model {
  std::map<std::uint32_t, std::pair<std::uint64_t, std::set<std::uint64_t>>> topics;

  verdict observe(std::uint32_t topic, const stamp& x) {
    const auto found = topics.find(topic);
    if (found == topics.end() || x.epoch > found->second.first) {
      const auto kind = found == topics.end() ? continuity::first : continuity::new_epoch;
      auto& [epoch, past] = topics[topic];
      epoch = x.epoch;
      past.clear();
      for (std::uint64_t n = 0; n < x.first + x.count; ++n) past.insert(n);
      return {kind};
    }
    auto& [epoch, past] = found->second;
    if (x.epoch < epoch) return {continuity::duplicate, 0, x.count};
    std::uint32_t seen = 0;
    for (std::uint64_t n = x.first; n < x.first + x.count; ++n) seen += past.contains(n) ? 1 : 0;
    if (x.count > 0 ? seen == x.count : x.first < past.size()) return {continuity::duplicate, 0, x.count};
    std::uint64_t lost = 0;
    for (std::uint64_t n = 0; n < x.first; ++n) lost += past.insert(n).second ? 1 : 0;
    for (std::uint64_t n = x.first; n < x.first + x.count; ++n) past.insert(n);
    return {lost > 0 ? continuity::gap : continuity::in_order, lost, seen};
  }
};

TEST(gap_tracker_property, agrees_with_a_slow_model_on_all_short_histories) {
  std::vector<stamp> all;
  for (std::uint64_t epoch = 1; epoch <= 2; ++epoch)
    for (std::uint64_t first = 1; first <= 4; ++first)
      for (std::uint32_t count = 0; count <= 2; ++count) all.push_back({epoch, first, count});
  const auto n = all.size();
  for (std::size_t code = 0; code < n * n * n * n; ++code) {
    gap_tracker tracker;
    slow_model model;
    for (auto rest = code, step = std::size_t{0}; step < 4; ++step, rest /= n)
      ASSERT_EQ(tracker.observe(0, all[rest % n]), model.observe(0, all[rest % n])) << code << " step " << step;
  }
}

TEST(gap_tracker_property, agrees_with_a_slow_model_on_long_histories_of_several_topics) {
  std::mt19937 random{3};
  for (int run = 0; run < 50; ++run) {
    gap_tracker tracker;
    slow_model model;
    gap_tracker::totals expected;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const stamp x{1 + i / 200, 1 + (i % 200) + random() % 7, static_cast<std::uint32_t>(random() % 4)};
      const auto topic = static_cast<std::uint32_t>(random() % 3);
      const auto want = model.observe(topic, x);
      ASSERT_EQ(tracker.observe(topic, x), want);
      ++expected.messages;
      expected.events += want.kind == continuity::duplicate ? 0 : x.count - want.seen;
      expected.duplicates += want.kind == continuity::duplicate ? 1 : 0;
      expected.gaps += want.kind == continuity::gap ? 1 : 0;
      expected.new_epochs += want.kind == continuity::new_epoch ? 1 : 0;
      expected.lost += want.lost;
    }
    ASSERT_EQ(tracker.counts(), expected);
  }
}

} // namespace
