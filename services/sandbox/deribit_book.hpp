#pragma once

#include "book/order_book.hpp"
#include "sandbox/deribit_channel.hpp"

#include <map>
#include <string>

namespace strike::sandbox::deribit {

/// The levels that were touched since the last message of a book channel, with their size before. A later change of the
/// same level leaves the first size: what counts is before and after the whole interval.
class touched_levels {
public:
  /// @param before the book that the change is not yet applied to
  void add(const book_change& x, const order_book& before);
  void clear() { bids_.clear(), asks_.clear(); }

  /// "\"bids\":[["new",1.0,2.0]],\"asks\":[]" against the book as it stands now.
  std::string json(const order_book& now) const;
  /// The same for one event that is all there is.
  static std::string json(const book_change& x, const order_book& before);

private:
  using sizes = std::map<price, quantity>; ///< before
  sizes bids_, asks_;
};

/// The data of `book.{instrument}.{interval}`: section 8.1 of the page.
std::string book_snapshot_json(std::string_view instrument, const order_book& x, std::int64_t venue_ns);
std::string book_change_json(std::string_view instrument, std::int64_t venue_ns, std::uint64_t sequence,
                             std::uint64_t previous, std::string_view levels);
/// The data of `book.{instrument}.{group}.{depth}.{interval}`: section 8.2.
std::string grouped_book_json(std::string_view instrument, const order_book& x, std::int64_t venue_ns, price group,
                              std::size_t depth);

} // namespace strike::sandbox::deribit
