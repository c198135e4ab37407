#pragma once

#include "base/enums.hpp"
#include "exec/order_venue.hpp"

#include <optional>
#include <string>

namespace strike::exec {

/// What an order can be refused by; the text labels the metric of refusals.
enum class risk_rule : std::uint8_t {
  label,
  terms, ///< a combination that no venue takes
  instrument,
  state,
  mark,
  collar,
  order_size,
  order_notional,
  position_size,
  position_notional,
  portfolio_notional,
  open_orders,
  greeks,
  reduce_only,
  self_trade,
  order_rate,
};

/// An order does not pass. The text names the rule or limit, its value and the order's, and what would do.
struct refusal {
  risk_rule rule;
  std::string text;
};
using refused = std::optional<refusal>; ///< none: it passes

/// A client id that every venue takes as label: 1 to 36 of A-Z a-z 0-9 . _ -
refused check_label(std::string_view label);
/// What type, time in force and flags say together.
refused check_terms(const order_request& what, std::int64_t wall_ns);
/// Ticks, lot, minimum, expiry and price bounds of the instrument.
refused check_instrument(const instrument& rules, const order_request& what, std::int64_t wall_ns);
/// The part of it that an amend can break.
refused check_price_and_size(const instrument& rules, const order_request& what);

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::risk_rule> {
  using risk_rule = exec::risk_rule;
  static constexpr std::string_view what = "risk rule";
  static constexpr std::array table = {enum_name{risk_rule::label, "label"},
                                       enum_name{risk_rule::terms, "terms"},
                                       enum_name{risk_rule::instrument, "instrument"},
                                       enum_name{risk_rule::state, "state"},
                                       enum_name{risk_rule::mark, "mark"},
                                       enum_name{risk_rule::collar, "collar"},
                                       enum_name{risk_rule::order_size, "max_order_size"},
                                       enum_name{risk_rule::order_notional, "max_order_notional"},
                                       enum_name{risk_rule::position_size, "max_position_size"},
                                       enum_name{risk_rule::position_notional, "max_position_notional"},
                                       enum_name{risk_rule::portfolio_notional, "max_portfolio_notional"},
                                       enum_name{risk_rule::open_orders, "max_open_orders"},
                                       enum_name{risk_rule::greeks, "greeks"},
                                       enum_name{risk_rule::reduce_only, "reduce_only"},
                                       enum_name{risk_rule::self_trade, "self_trade_prevention"},
                                       enum_name{risk_rule::order_rate, "orders_per_second"}};
};
