#pragma once

#include "base/market_event.hpp"
#include "book/order_book.hpp"
#include "feed/slot.hpp"

#include <deque>
#include <memory>
#include <optional>

namespace strike::feed {

/// The newest state of every instrument, for those who join late: the last ticker and status, the whole book. Pure; one
/// thread.
class last_values {
public:
  /// Takes an event in. An event that is not `live` makes its book or ticker untrusted.
  void apply(const market_event& event);
  /// The source of a topic fell silent or lost data; the next live snapshot or ticker mends it.
  void distrust(slot which, trust why);

  /// What a late joiner is sent first: a ticker, a book_snapshot or a status, with the times of the last event that
  /// went in, and its trust.
  /// @returns nothing if none is known, for trades, and for a book that has had no snapshot or is not live
  std::optional<market_event> snapshot(slot which) const;
  /// What tells a consumer that a book or ticker is not to be trusted: the ticker, or a change without levels.
  /// @returns nothing if there is nothing to distrust
  std::optional<market_event> mark(slot which, trust why) const;
  void forget(slot which);
  /// Starts to fetch what `apply` will write: first of all, then `prefetch_value` of all.
  void prefetch(slot which) const {
    if (instrument_of(which).index < values_.size()) __builtin_prefetch(&values_[instrument_of(which).index]);
  }
  void prefetch_value(slot which) const;
  bool has(slot which) const; ///< whatever its trust
  bool is_live(slot which) const;
  /// One past the highest slot with a value.
  slot end() const { return static_cast<slot>(values_.size()) * channels; }
  /// @returns null if there is none
  const order_book* book(instrument_id id) const;

private:
  struct book_state {
    order_book book;
    std::int64_t venue_ns = 0, recv_ns = 0;
  };
  struct instrument_values {
    std::unique_ptr<market_event> ticker, status;
    std::unique_ptr<book_state> book;
  };
  std::deque<instrument_values> values_; ///< by instrument
};

} // namespace strike::feed
