#pragma once

#include "base/market_event.hpp"
#include "base/risk.hpp"

#include <map>
#include <optional>
#include <vector>

namespace strike::exec {

/// What risk knows of one instrument's market.
struct market_view {
  optional_double mark;       ///< the venue's; else the middle of the touch; else the last price
  optional_double underlying; ///< options and combos: of one unit of it, in quote currency
  optional_double delta, gamma, vega;
  std::int64_t seen_ns = 0;                ///< wall time of the newest live event; 0: none came
  trust state = trust::live;               ///< of the newest ticker
  bool is_halted = false, is_over = false; ///< by the venue's own word

private:
  friend class risk_market;
  bool has_venue_mark = false;
};

/// The market data that risk lives on. One thread.
class risk_market {
public:
  /// @returns whether a value changed that weights are made of
  bool apply(const market_event& event, const instrument& rules, std::int64_t wall_ns);
  const market_view& of(instrument_id id) const; ///< an empty one before the first event
  /// USD for one unit of a currency: 1 for USD, USDC, USDT, pUSD; a coin by the newest index price.
  optional_double usd(std::string_view currency) const;

private:
  static void take(market_view& to, const ticker& from);

  std::vector<market_view> views_; ///< by instrument
  std::map<std::string, double, std::less<>> usd_;
};

} // namespace strike::exec
