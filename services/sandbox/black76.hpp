#pragma once

#include "base/instrument.hpp"

#include <functional>

namespace strike::sandbox {

/// A European option on a forward, undiscounted (Black 1976):
///
///     price = w (F N(w d1) - K N(w d2)),  d1,2 = ln(F/K) / (s sqrt T) +- s sqrt T / 2,  w = 1 for calls, -1 for puts
struct option_terms {
  double forward = 0, strike = 0;
  double years = 0; ///< > 0
  option_type right = option_type::call;
};

/// In the units that both venues use. Sources: Deribit API v2, what the greeks of `ticker` mean; Derive, units and
/// recomputation of option pricing values.
struct option_value {
  double price = 0; ///< in quote currency
  double delta = 0; ///< N(d1), N(d1) - 1
  double gamma = 0; ///< per 1 of quote currency
  double vega = 0;  ///< per 0.01 of volatility
  double theta = 0; ///< per day
  double rho = 0;   ///< Deribit's: per percentage point of rate, K T N(d2) / 100
};

option_value black76(const option_terms& of, double sigma);
/// @param guess where to start: near the answer
/// @returns none where the price tells no volatility (at or below intrinsic value, or worth next to nothing)
optional_double implied_volatility(const option_terms& of, double price, double guess);

/// The chance of ending above a strike, as the options around it imply: -dC/dK.
/// @param sigma volatility by strike
double chance_above(double forward, double strike, double years, const std::function<double(double)>& sigma);

} // namespace strike::sandbox
