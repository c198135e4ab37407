#pragma once

#include "wake_signal.hpp"

#include <deque>
#include <mutex>
#include <optional>

namespace strike::bus {

/// A bounded queue from any thread to the one that owns a socket and sleeps in poll() on `fd()`.
template <class T> class mailbox {
public:
  explicit mailbox(std::size_t capacity) : capacity_{capacity} {}

  /// @returns false, and leaves x as it was, if the mailbox is full
  bool push(T& x) {
    std::unique_lock lock{mutex_};
    if (items_.size() >= capacity_) return false;
    put(lock, x);
    return true;
  }
  /// @returns false if the oldest was dropped to make room
  bool push_over_oldest(T& x) {
    std::unique_lock lock{mutex_};
    const bool full = items_.size() >= capacity_;
    if (full) items_.pop_front();
    put(lock, x);
    return !full;
  }
  std::optional<T> pop() {
    const std::lock_guard lock{mutex_};
    if (items_.empty()) return std::nullopt;
    std::optional<T> out{std::move(items_.front())};
    items_.pop_front();
    return out;
  }
  /// Swaps everything into an empty queue.
  void take_all(std::deque<T>& into) {
    const std::lock_guard lock{mutex_};
    into.swap(items_);
  }
  bool is_empty() const {
    const std::lock_guard lock{mutex_};
    return items_.empty();
  }

  int fd() const { return signal_.fd(); }
  void wake() const { signal_.set(); }
  /// Call before taking, so that what arrives in between signals again.
  void clear_signal() const { signal_.clear(); }

private:
  void put(std::unique_lock<std::mutex>& lock, T& x) {
    const bool was_empty = items_.empty();
    items_.push_back(std::move(x));
    lock.unlock();
    if (was_empty) signal_.set(); // otherwise the owner still has items to take
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<T> items_;
  wake_signal signal_;
};

} // namespace strike::bus
