#pragma once

#include "feed/slot.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::feed {

/// From a topic's text to its slot, by a hash that its user computes once and can look ahead with. Open addressing;
/// only grows.
class topic_index {
public:
  static std::uint64_t hash_of(std::string_view topic) { return std::hash<std::string_view>{}(topic) | 1; }

  /// Starts to fetch what `find` will read.
  void prefetch(std::uint64_t hash) const {
    if (!rows_.empty()) __builtin_prefetch(&rows_[hash >> shift_]);
  }
  /// The first slot with that hash for which `is_it(slot)`.
  /// @returns UINT32_MAX if there is none
  template <class IsIt> slot find(std::uint64_t hash, IsIt is_it) const {
    if (rows_.empty()) return UINT32_MAX;
    for (auto i = hash >> shift_; rows_[i].hash != 0; i = (i + 1) & (rows_.size() - 1))
      if (rows_[i].hash == hash && is_it(rows_[i].value)) return rows_[i].value;
    return UINT32_MAX;
  }
  void insert(std::uint64_t hash, slot value) {
    if (2 * (size_ + 1) > rows_.size()) grow();
    place({hash, value});
    ++size_;
  }

private:
  struct row {
    std::uint64_t hash = 0; ///< never that of a topic
    slot value = 0;
  };
  void place(row x) {
    auto i = x.hash >> shift_;
    while (rows_[i].hash != 0) i = (i + 1) & (rows_.size() - 1);
    rows_[i] = x;
  }
  void grow() {
    auto old = std::move(rows_);
    rows_.assign(old.empty() ? 64 : old.size() * 2, {});
    shift_ = 64 - __builtin_ctzll(rows_.size());
    for (const auto& x : old)
      if (x.hash != 0) place(x);
  }
  std::vector<row> rows_; ///< a power of two, at most half of them used
  int shift_ = 64;        ///< the highest bits of a hash are its place
  std::size_t size_ = 0;
};

} // namespace strike::feed
