#pragma once

#include "sandbox/made_contract.hpp"
#include "sandbox/quote_book.hpp"
#include "sandbox/valuation.hpp"

namespace strike::sandbox {

/// An instrument of the made-up market with its book; a market of Polymarket counts as one, that of its first outcome,
/// whose mirror image is the book of the second.
struct made_instrument {
  venue at = venue::deribit;
  std::size_t listing = 0; ///< among those of the venue; the second outcome's follows it
  std::size_t coin = 0;
  quote_book book;
  wandering strays;            ///< of its quotes, from the model
  std::int64_t strayed_ns = 0; ///< `strays` is as of then
  std::int64_t ends_ns = 0;    ///< 0: never
  std::uint64_t sequence = 0;  ///< of its last book message
  std::uint64_t mirror_sequence = 0;
  optional_price last;
  optional_double open_interest;
  std::optional<call_spread> spread;
  std::optional<std::size_t> market; ///< among the binary markets
  binary_terms terms;                ///< if it is one
};

/// What a market of two outcomes shows on the other side: bids at p are asks at 1 - p.
price mirrored(price p);
book_levels mirrored(const book_levels& levels);
ticker mirrored(const ticker& x);

/// The touch around a fair value, on tick: a side that would be below a tick is none. Binaries keep a tick from 0
/// and 1.
quote_book::target touch_about(const valuation& value, const instrument& rules);
quote_book::limits book_limits(const made_contract& of, std::size_t depth);

} // namespace strike::sandbox
