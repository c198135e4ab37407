#pragma once

#include "bus/message.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace strike::recorder {

/// Bounds what waits between the thread that receives and the recorder, which waits for the disk. What finds no room is
/// dropped, and its topics are asked for again once there is room: a topic that stays quiet would never show its gap.
class backlog {
public:
  /// @param most messages that may wait
  explicit backlog(std::size_t most) : most_{most} {}

  /// On the receiving thread.
  /// @returns whether there is room: all of them are handed over, or none
  bool admit(std::span<const bus::message> messages) {
    if (waiting_.load(std::memory_order_relaxed) + messages.size() <= most_) {
      waiting_.fetch_add(messages.size(), std::memory_order_relaxed);
      return true;
    }
    dropped_.fetch_add(messages.size(), std::memory_order_relaxed);
    const std::scoped_lock lock{guard_};
    for (const auto& x : messages) topics_.emplace(x.topic());
    has_topics_.store(true, std::memory_order_release);
    return false;
  }

  /// On the recorder's thread: so many have been handled.
  /// @returns topics to be asked for again; none while more than half of the room is taken
  std::set<std::string> handled(std::size_t messages) {
    const auto left = waiting_.fetch_sub(messages, std::memory_order_relaxed) - messages;
    if (left > most_ / 2 || !has_topics_.exchange(false, std::memory_order_acquire)) return {};
    const std::scoped_lock lock{guard_};
    return std::exchange(topics_, {});
  }

  /// Messages, so far.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
  const std::size_t most_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<bool> has_topics_{false};
  std::mutex guard_;
  std::set<std::string> topics_;
};

} // namespace strike::recorder
