#pragma once

#include "base/market_event.hpp"
#include "sandbox/random_source.hpp"

#include <optional>
#include <vector>

namespace strike::sandbox {

/// A made-up book that follows a target touch level by level: what crosses the target goes, the target gets a level,
/// and levels behind it come, change and go. Never crossed; all prices on tick, all sizes on lot.
class quote_book {
public:
  struct limits {
    optional_price lowest, highest; ///< of levels; none: as far as it goes
    quantity lot, typical;          ///< of sizes
    std::size_t depth = 10;         ///< levels a side, >= 2
  };
  /// A side without a target is emptied; bid < ask.
  struct target {
    optional_price bid, ask;
  };

  explicit quote_book(limits x) : limits_{x} {}

  /// What changed; at least a level, unless both sides are and stay empty.
  void follow(const target& to, const tick_table& ticks, random_source& chance, book_change& out);
  /// A taker takes from the touch: a part of it, or all of it if a level is left behind it.
  /// @returns what was traded; none if that side has no two levels
  std::optional<book_level> take(side taker, random_source& chance, book_change& out);
  /// Removes everything.
  void clear(book_change& out);

  const std::vector<book_level>& bids() const { return bids_; } ///< best last
  const std::vector<book_level>& asks() const { return asks_; } ///< best last

private:
  struct half; ///< one side and which way is better there
  half side_of(side which, book_change& out);
  void follow_side(half on, optional_price to, const tick_table& ticks, random_source& chance);
  void add_behind(half& on, price touch, const tick_table& ticks, random_source& chance);
  quantity some_size(random_source& chance) const;

  limits limits_;
  std::vector<book_level> bids_, asks_;
};

} // namespace strike::sandbox
