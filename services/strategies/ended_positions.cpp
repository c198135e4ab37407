#include "strategies/ended_positions.hpp"

#include <algorithm>

namespace strike::strategies {

namespace {

double close(const ended_positions::position& x, double p) {
  return cash_flow(-to_double(x.size), p, x.multiplier, x.is_inverse);
}

} // namespace

double payoff(const symbol_info& what, double delivery) {
  if (!what.strike || !what.right) return delivery;
  const auto strike = to_double(*what.strike);
  const auto gain = std::max(0.0, *what.right == option_type::call ? delivery - strike : strike - delivery);
  return what.is_inverse ? gain / delivery : gain;
}

double ended_positions::settle(instrument_id id, const symbol_info& what, optional_double delivery) {
  const auto at = std::ranges::find(all_, id, &position::id);
  if (at == all_.end()) return 0;
  const auto x = std::move(*at);
  all_.erase(at);
  return close(x, delivery ? payoff(what, *delivery) : x.mark);
}

double ended_positions::worth() const {
  double sum = 0;
  for (const auto& x : all_) sum += close(x, x.mark);
  return sum;
}

} // namespace strike::strategies
