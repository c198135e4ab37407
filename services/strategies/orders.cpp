#include "strategies/orders.hpp"

namespace strike::strategies {

quantity whole_lots(const instrument& rules, quantity size) {
  const quantity rounded{size.nanos - size.nanos % rules.lot.nanos};
  return rounded < rules.minimum ? quantity{} : rounded;
}

quantity nearest_lots(const instrument& rules, double size) {
  const auto exact = nearest_decimal<quantity>(size);
  return exact ? whole_lots(rules, *exact + quantity{rules.lot.nanos / 2}) : quantity{};
}

price with_slippage(const instrument& rules, side by, price from, std::int64_t ticks) {
  const bool is_combo =
      rules.info.kind == instrument_kind::future_combo || rules.info.kind == instrument_kind::option_combo;
  const bool is_binary = rules.info.kind == instrument_kind::binary;
  auto p = by == side::buy ? rules.ticks.round_down(from) : rules.ticks.round_up(from);
  for (std::int64_t i = 0; i < ticks; ++i) {
    const auto next = by == side::buy ? rules.ticks.next_above(p) : rules.ticks.next_below(p);
    if ((!is_combo && next <= price{}) || (is_binary && next >= price{nanos_per_unit})) break;
    p = next;
  }
  return p;
}

order_request taker_order(const instrument& rules, instrument_id what, side by, quantity size, const touch& at,
                          order_type type, std::int64_t slippage) {
  order_request order{.instrument = what, .side = by, .type = type, .size = size, .tif = time_in_force::ioc};
  if (type == order_type::limit) order.limit = with_slippage(rules, by, *at.opposite_of(by), slippage);
  return order;
}

} // namespace strike::strategies
