#pragma once

#include "base/market_event.hpp"
#include "sandbox/prediction_markets.hpp"

namespace strike::sandbox {

/// What an instrument is worth, in the unit of its prices, and how wide it is quoted.
struct valuation {
  double fair = 0, half_spread = 0;
  ticker analytics; ///< mark, index, underlying, funding, volatility and greeks, in the units of the venue's page
};

/// A vertical spread: long a call at the first strike, short one at the second.
struct call_spread {
  double long_strike = 0, short_strike = 0;
};

/// @param strays how far the venue's quotes are from the model, as a fraction of the volatility or of the price
valuation value_of(const instrument& rules, const coin& of, std::int64_t now_ns, double strays);
valuation value_of(const call_spread& what, const instrument& rules, const coin& of, std::int64_t now_ns);
/// The first outcome; from the volatility surface of the options.
/// @param strays added to the odds
valuation value_of(const binary_terms& what, const coin& of, std::int64_t ends_ns, std::int64_t now_ns, double strays);

/// Fills in the volatilities of the touch, where it tells any.
void add_touch_volatility(ticker& x, const instrument& rules, std::int64_t now_ns);

} // namespace strike::sandbox
