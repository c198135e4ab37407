#pragma once

#include "base/market_event.hpp"

#include <span>
#include <vector>

namespace strike {

/// What applying a message did.
enum class book_result : std::uint8_t {
  applied,
  duplicate, ///< an id not after the last one: dropped
  gap,       ///< did not follow the last one: dropped; the book is `resyncing` until a snapshot
  no_book,   ///< a change before any snapshot, or while resyncing: dropped
};
template <> struct enum_names<book_result> {
  static constexpr std::string_view what = "book result";
  static constexpr std::array table = {enum_name{book_result::applied, "applied"},
                                       enum_name{book_result::duplicate, "duplicate"},
                                       enum_name{book_result::gap, "gap"}, enum_name{book_result::no_book, "no_book"}};
};

/// How far a walk through one side would go.
struct depth_walk {
  quantity filled;      ///< at most the quantity asked for
  money cost;           ///< sum of price x quantity
  optional_price worst; ///< the last price touched; none if nothing filled
};

/// An L2 book of one instrument: from a snapshot and the changes that follow it. Levels are flat arrays, best last, so
/// that the touch is changed at the end. Prices may be zero or negative (combos).
class order_book {
public:
  /// Replaces the book, whatever state it was in; a new epoch begins.
  void apply(const book_snapshot& snapshot);
  book_result apply(const book_change& change);
  /// The source says that data was lost, or fell silent; a snapshot makes the book live again.
  void distrust(trust why);

  trust state() const { return trust_; }
  std::uint64_t sequence() const { return sequence_; }
  std::uint32_t epoch() const { return epoch_; } ///< counts snapshots; 0 = none yet
  bool is_crossed() const;                       ///< best bid >= best ask

  std::span<const book_level> bids() const { return bids_; } ///< worst first, best last
  std::span<const book_level> asks() const { return asks_; } ///< worst first, best last
  const book_level* best_bid() const { return bids_.empty() ? nullptr : &bids_.back(); }
  const book_level* best_ask() const { return asks_.empty() ? nullptr : &asks_.back(); }
  quantity bid_size_at(price p) const; ///< 0 if there is no such level
  quantity ask_size_at(price p) const;
  /// What a taker of `size` on side `taker` would get, down to `limit` (none = the whole depth).
  depth_walk walk(side taker, quantity size, optional_price limit = {}) const;

private:
  static void set_level(std::vector<book_level>& levels, const book_level& level, bool ascending);
  std::vector<book_level> bids_, asks_;
  std::uint64_t sequence_ = 0;
  std::uint32_t epoch_ = 0;
  trust trust_ = trust::stale;
};

} // namespace strike
