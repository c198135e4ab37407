#pragma once

#include "base/decimal.hpp"
#include "base/market_event.hpp"
#include "base/symbol.hpp"

#include <optional>
#include <string>
#include <vector>

namespace strike::strategies {

/// The cash that buying `amount` (negative: selling) at `p` moves, in the settlement currency.
inline double cash_flow(double amount, double p, double multiplier, bool is_inverse) {
  return is_inverse ? amount * multiplier / p : -amount * multiplier * p;
}

/// What one unit pays at a delivery price, in the unit of the instrument's prices: an option its gain, all else the
/// price.
double payoff(const symbol_info& what, double delivery);

/// What a strategy holds of instruments that trade no more, until the venue says at which price they are settled: some
/// seconds later for options, hours for a prediction market. For a strategy's own view of its profit.
class ended_positions {
public:
  struct position {
    instrument_id id;
    std::string symbol;
    quantity size; ///< signed
    double mark;   ///< the last one; NaN if there was none
    double multiplier = 1;
    bool is_inverse = false; ///< of futures; options pay by `payoff`
  };

  void add(position x) { all_.push_back(std::move(x)); }
  /// @param delivery what the venue said with `settled`; none: the mark has to do
  /// @returns the cash that it pays; 0 if nothing of it is held
  double settle(instrument_id id, const symbol_info& what, optional_double delivery);
  /// At their marks; NaN if one is not known.
  double worth() const;
  const std::vector<position>& all() const { return all_; }

private:
  std::vector<position> all_;
};

} // namespace strike::strategies
