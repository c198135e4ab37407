#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace strike::replay {

/// A queue in one block of memory that grows by doubling and never shrinks: no allocation once it is warm.
template <class T> class fifo {
public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  void push(T x) {
    if (size_ == slots_.size()) grow();
    slots_[(head_ + size_++) & (slots_.size() - 1)] = std::move(x);
  }
  T pop() {
    assert(size_ > 0);
    T x = std::move(slots_[head_]);
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return x;
  }

private:
  void grow() {
    std::vector<T> bigger(slots_.empty() ? 16 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) bigger[i] = std::move(slots_[(head_ + i) & (slots_.size() - 1)]);
    slots_ = std::move(bigger);
    head_ = 0;
  }
  std::vector<T> slots_; ///< a power of two of them
  std::size_t head_ = 0, size_ = 0;
};

} // namespace strike::replay
