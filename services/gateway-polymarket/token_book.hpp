#pragma once

#include "book/order_book.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace strike::gateway_polymarket {

/// The book of one token: from whole books, and the changes between them. The venue numbers nothing: times order what
/// it says, and the sequence numbers are our own. Pure.
/// Source: Polymarket CLOB, market channel; GET /book.
class token_book {
public:
  bool is_live() const { return book_.state() == trust::live; }
  const order_book& levels() const { return book_; }
  /// What is known, as one event.
  book_snapshot snapshot() const;

  /// A whole book that came in the stream: all that came before is in it.
  void replace(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns);
  /// A whole book that came another way, of a book that is not live: the stream may be ahead of it. What the stream has
  /// said since `distrust` is applied on top.
  /// @returns false: it is older than what the stream had said by then, and is not used
  bool restore(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns);

  /// A part of a message; takes effect with `commit`.
  /// @returns false: older than the last whole book, or kept until there is one
  bool add(side on, const book_level& level, std::int64_t venue_ns);
  /// Ends a message: its parts are one change. None if nothing was added.
  std::optional<book_change> commit();

  /// The book is not live until a whole one comes.
  /// @param not_before_ns venue time: an older whole book will not do
  void distrust(std::int64_t not_before_ns);

private:
  struct late {
    std::int64_t venue_ns;
    side on;
    book_level level;
  };
  void put(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns);
  void keep(const late& x);

  order_book book_;
  book_change staged_;
  std::uint64_t sequence_ = 0;        ///< of the last event
  std::int64_t snapshot_ns_ = 0;      ///< venue time of the last whole book
  std::int64_t last_ns_ = 0;          ///< the latest that the stream has said
  std::deque<late> late_;             ///< changes since it is not live, oldest first; bounded
  std::int64_t complete_from_ns_ = 0; ///< `late_` holds all changes after this
};

} // namespace strike::gateway_polymarket
