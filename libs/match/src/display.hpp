#pragma once

#include "book/order_book.hpp"

#include <limits>
#include <memory>
#include <vector>

namespace strike::match {

inline constexpr price no_bid{std::numeric_limits<std::int64_t>::min()};
inline constexpr price no_ask{std::numeric_limits<std::int64_t>::max()};

/// `a` is a worse price than `b` for a taker of that side: higher for a buyer.
constexpr bool is_worse(side taker, price a, price b) { return taker == side::buy ? a > b : a < b; }
/// The limit of an order that takes any price.
constexpr price any_price(side taker) { return taker == side::buy ? no_ask : no_bid; }

struct touch {
  price at;
  quantity size; ///< 0: nothing is displayed
};

/// What one instrument displays: its L2 book while that is live, else the touch of its tickers; and how much of each
/// level own orders have used up.
class display {
public:
  /// A side without a price above 0, or of size 0, is absent.
  /// @param assumed stands in for a size that the ticker does not tell
  /// @returns whether it had to
  bool quote(const ticker& t, quantity assumed) {
    is_quoted_ = true;
    bool is_assumed = false;
    bid_ = touch_of(t.best_bid, t.best_bid_size, no_bid, assumed, is_assumed);
    ask_ = touch_of(t.best_ask, t.best_ask_size, no_ask, assumed, is_assumed);
    return is_assumed;
  }
  order_book& book(); ///< made at the first call
  bool uses_book() const { return book_ && book_->state() == trust::live; }
  bool has_broken_book() const { return book_ && book_->state() != trust::live; }

  /// The best displayed price whether used up or not; `no_bid`, `no_ask` if there is none.
  price best(side of) const;
  bool is_crossed() const { return best(side::buy) >= best(side::sell); }
  /// None where it cannot be known: behind the touch on ticker-only data, or before any data.
  optional_quantity size_at(side of, price p) const;

  /// Calls `visit(price, available)` for what a taker meets, best first, down to `limit`, until it returns false.
  /// @param ticks ticker-only data: one tick beyond the touch any quantity is available; null = no more than is shown
  template <class Visit> void each_offer(side taker, price limit, const tick_table* ticks, Visit visit) const;
  /// An own order of side `taker` used up `size` of the level.
  void consume(side taker, price at, quantity size);
  /// After a change: forgets what was used up of levels that now show another size.
  void forget_changed();
  bool has_consumption() const { return !used_[0].empty() || !used_[1].empty(); }

private:
  struct used_level {
    price at;
    quantity shown; ///< when it was first used
    quantity used;
  };
  static touch touch_of(optional_price at, optional_quantity size, price none, quantity assumed, bool& is_assumed) {
    if ((*at).nanos <= 0) return {none, {}}; // none is the lowest price
    if (!size) return is_assumed = true, touch{*at, assumed};
    return *size > quantity{} ? touch{*at, *size} : touch{none, {}};
  }
  const touch& touch_on(side of) const { return of == side::buy ? bid_ : ask_; }
  std::vector<used_level>& used_by(side taker) { return used_[taker == side::buy ? 0 : 1]; }
  /// What is left of a level for own orders.
  quantity left(side taker, price at, quantity shown) const;

  touch bid_{no_bid, {}}, ask_{no_ask, {}};
  std::unique_ptr<order_book> book_;
  bool is_quoted_ = false;
  std::vector<used_level> used_[2]; ///< by the taker's side: of the asks, of the bids
};

template <class Visit> void display::each_offer(side taker, price limit, const tick_table* ticks, Visit visit) const {
  if (uses_book()) {
    const auto levels = taker == side::buy ? book_->asks() : book_->bids();
    for (auto x = levels.rbegin(); x != levels.rend() && !is_worse(taker, x->at, limit); ++x)
      if (const auto size = left(taker, x->at, x->size); size > quantity{} && !visit(x->at, size)) return;
    return;
  }
  const auto& top = touch_on(opposite(taker));
  if (top.size <= quantity{} || is_worse(taker, top.at, limit)) return;
  if (const auto size = left(taker, top.at, top.size); size > quantity{} && !visit(top.at, size)) return;
  if (ticks == nullptr) return;
  const auto worse = taker == side::buy ? ticks->next_above(top.at) : ticks->next_below(top.at);
  if (worse > price{} && !is_worse(taker, worse, limit))
    visit(worse, quantity{std::numeric_limits<std::int64_t>::max()});
}

} // namespace strike::match
