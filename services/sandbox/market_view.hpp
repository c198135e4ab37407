#pragma once

#include "book/order_book.hpp"
#include "sandbox/market_source.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox {

/// What everybody could know of one instrument by now.
struct instrument_view {
  std::optional<market_source::listing> listing; ///< with the rules of now; none: not listed yet
  order_book book;
  std::int64_t book_ns = 0; ///< venue time of its last change; 0: none yet
  ticker quote;
  std::int64_t quote_ns = 0; ///< 0: none yet
  instrument_state state = instrument_state::listed;
  optional_double settlement;
  std::uint64_t trades = 0; ///< so far
};

/// The market as it stands after all events so far; the venues and `/truth` read it. One thread.
class market_view {
public:
  explicit market_view(const market_source& of) : source_{of} {}

  /// Null for a symbol that is not listed.
  const instrument_view* find(venue at, std::string_view symbol) const;
  /// An id of the source's registry. The reference stays valid.
  const instrument_view& at(instrument_id id) const;
  /// The venue's index, "btc_usd", as its last ticker told it.
  optional_double index(venue at, std::string_view name) const;

  void apply(const market_event& x);

private:
  instrument_view& slot(instrument_id id) const;

  const market_source& source_;
  // Listings are taken over when they are first asked for.
  mutable std::deque<instrument_view> views_;            ///< by id
  mutable std::array<std::size_t, venue_count> taken_{}; ///< how many listings of each venue
  std::array<std::map<std::string, double, std::less<>>, venue_count> indices_;
};

} // namespace strike::sandbox
