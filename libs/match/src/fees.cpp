// All rates, prices and sizes are counts of 1e-9, so a product of two is a count of 1e-18 and of three of 1e-27. Orders
// are limited to a notional of 9.2e9, which keeps price x size x rate below 2^127. A fee is rounded once, at the end.
#include "match/fees.hpp"

#include "money_rules.hpp"

#include <algorithm>
#include <cmath>

namespace strike::match {

namespace {

constexpr std::int64_t e9 = nanos_per_unit, e18 = nanos_per_unit * nanos_per_unit;

int128 power_of_ten(int n) {
  int128 x = 1;
  while (n-- > 0) x *= 10;
  return x;
}

int128 divide_rounded(int128 a, int128 b) {
  const bool is_negative = (a < 0) != (b < 0);
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  const int128 rest = a % b, whole = a / b + (rest >= b - rest ? 1 : 0);
  return is_negative ? -whole : whole;
}

/// `numerator` / `denominator` in units of 1e-9, rounded to `decimals` places.
money round_to(int128 numerator, int128 denominator, int decimals) {
  const int128 step = power_of_ten(9 - decimals);
  return {divide_rounded(numerator, denominator * step) * step};
}

money round_to(double x, int decimals) {
  const double scaled = std::round(x * static_cast<double>(power_of_ten(decimals)));
  return {static_cast<int128>(scaled) * power_of_ten(9 - decimals)};
}

/// size x multiplier
int128 units(const instrument& what, quantity size) { return mul_div(size.nanos, what.multiplier.nanos, e9); }

money notional_fee(const instrument& what, quantity rate, price at, quantity size, int decimals) {
  if (is_coin_future(what)) return round_to(units(what, size) * rate.nanos, at.nanos, decimals);
  const int128 value = mul_div(int128{at.nanos} * size.nanos, what.multiplier.nanos, e9); // 1e-18
  return round_to(value * rate.nanos, e18, decimals);
}

money capped_fee(const instrument& what, const fee_schedule& by, quantity rate, price at, quantity size,
                 double underlying) {
  int128 per_unit = int128{by.cap.nanos} * at.nanos; // 1e-18
  if (what.info.is_inverse) {
    per_unit = std::min(per_unit, int128{rate.nanos} * e9);
  } else if (std::abs(underlying) < 9.2e9) { // also false for NaN: an unknown underlying leaves the cap
    per_unit = std::min(per_unit, int128{rate.nanos} * std::llround(underlying * 1e9));
  }
  return round_to(mul_div(per_unit, what.multiplier.nanos, e9) * size.nanos, e18, by.decimals);
}

/// quantity x rate x (p x (1 - p))^exponent, times `part`
money curve_fee(const fee_schedule& by, quantity part, price at, quantity size) {
  const int128 spread = int128{at.nanos} * (e9 - at.nanos); // 1e-18
  int128 per_share = 0;                                     // 1e-18
  if (by.exponent == 2)
    per_share = mul_div(mul_div(spread, 1, e9) * mul_div(spread, 1, e9), by.taker_rate.nanos, e9);
  else
    per_share = mul_div(spread, by.taker_rate.nanos, e9);
  if (part.nanos != e9) per_share = mul_div(per_share, part.nanos, e9);
  return round_to(per_share * size.nanos, e18, by.decimals);
}

} // namespace

money fee_schedule::fee(const instrument& what, strike::liquidity by, price at, quantity size,
                        double underlying) const {
  const bool is_taker = by == liquidity::taker;
  const quantity rate = is_taker ? taker_rate : maker_rate;
  const money fixed = is_taker ? flat : money{};
  switch (rule) {
  case fee_rule::notional:
    return notional_fee(what, rate, at, size, decimals) + fixed;
  case fee_rule::capped_premium:
    return capped_fee(what, *this, rate, at, size, underlying) + fixed;
  case fee_rule::curve:
    return curve_fee(*this, is_taker ? quantity{e9} : -rebate, at, size);
  case fee_rule::none:
    break;
  }
  return {};
}

money fee_schedule::delivery_fee(const instrument& what, quantity size, double delivery, double payoff) const {
  if (rule == fee_rule::none || delivery_rate == quantity{}) return {};
  const double rate = to_double(delivery_rate), count = to_double(size) * to_double(what.multiplier);
  double per_unit = rate * delivery;
  if (what.info.kind == instrument_kind::option)
    per_unit = std::min(what.info.is_inverse ? rate : per_unit, to_double(delivery_cap) * payoff);
  else if (is_coin_future(what))
    per_unit = rate / delivery;
  return round_to(per_unit * count, decimals);
}

} // namespace strike::match
