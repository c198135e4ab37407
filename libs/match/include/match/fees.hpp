#pragma once

#include "base/order.hpp"

namespace strike::match {

enum class fee_rule : std::uint8_t {
  none,
  notional,       ///< rate x quantity x price x multiplier (inverse: rate x quantity / price), plus `flat` for takers
  capped_premium, ///< options: min(rate x underlying, cap x premium) per unit, in coin for inverse, plus `flat` for
                  ///< takers
  curve,          ///< binary: quantity x rate x (p x (1 - p))^exponent; makers get `rebate` of it back
};
} // namespace strike::match

namespace strike {
template <> struct enum_names<match::fee_rule> {
  using rule = match::fee_rule;
  static constexpr std::string_view what = "fee rule";
  static constexpr std::array table = {enum_name{rule::none, "none"}, enum_name{rule::notional, "notional"},
                                       enum_name{rule::capped_premium, "capped_premium"},
                                       enum_name{rule::curve, "curve"}};
};
} // namespace strike

namespace strike::match {

/// What a venue charges for an instrument. Rates are fractions.
/// Sources: the venues' public schedules; the values come from configuration.
struct fee_schedule {
  fee_rule rule = fee_rule::none;
  quantity maker_rate, taker_rate;    ///< as exact fractions; negative = rebate
  quantity cap{125'000'000};          ///< capped_premium: of the premium
  money flat;                         ///< per taker order, in settlement currency
  int exponent = 1;                   ///< curve: 1 or 2
  quantity rebate;                    ///< curve: the part of the taker fee that the maker gets
  int decimals = 9;                   ///< the fee without `flat` is rounded (half away from zero) to this many, 0 to 9
  quantity delivery_rate;             ///< at expiry, of the delivered value
  quantity delivery_cap{125'000'000}; ///< options: of the option's value

  /// The fee of one fill; positive = paid.
  /// @param underlying the index or forward in quote currency; needed by linear `capped_premium` only, where NaN
  ///   (unknown) charges the cap
  money fee(const instrument& what, liquidity by, price at, quantity size, double underlying) const;
  /// @param size unsigned; @param delivery the underlying's delivery price; @param payoff per unit
  money delivery_fee(const instrument& what, quantity size, double delivery, double payoff) const;
};

} // namespace strike::match
