#pragma once

#include "sandbox/market_view.hpp"

#include <deque>
#include <map>

namespace strike::sandbox::derive {

struct printed_trade {
  const instrument_view* of;
  std::int64_t ns;
  trade what;
  optional_double mark, index; ///< at that time
};

/// Of the trades so far; in place of the venue's 24 hours.
struct trade_stats {
  double volume = 0, notional = 0, premium = 0; ///< base units, USD, USD
  std::uint64_t count = 0;
  double high = 0, low = 0;
  double first = 0; ///< price
};

/// The venue's trades, the newest of them one by one.
class tape {
public:
  static constexpr std::size_t kept = 10'000;

  const printed_trade& add(const instrument_view& of, const trade& x, std::int64_t ns);
  const std::deque<printed_trade>& trades() const { return trades_; } ///< newest last
  /// Null if it never traded.
  const trade_stats* stats(instrument_id of) const;

private:
  std::deque<printed_trade> trades_;
  std::map<instrument_id, trade_stats> stats_;
};

} // namespace strike::sandbox::derive
