#include "replay/strategy_host.hpp"

namespace strike::replay {

namespace {

/// An order id carries its venue in the lowest bits, so that a cancel finds its session without a table.
constexpr std::uint64_t venue_bits = 2;
static_assert(venue_count <= 1 << venue_bits);

order_id make_order_id(std::uint64_t number, venue at) {
  return {number << venue_bits | static_cast<std::uint64_t>(at)};
}
venue venue_of(order_id id) { return static_cast<venue>(id.value & ((1 << venue_bits) - 1)); }

} // namespace

order_id strategy_host::place(const order_request& order) {
  const auto at = kernel_.instruments_.at(order.instrument).at;
  const auto id = make_order_id(++kernel_.last_order_, at);
  kernel_.output_.on_order(index_, now_ns(), id, order);
  kernel_.send({.action = match::order_action::place, .strategy = index_, .order = id, .terms = order}, at);
  return id;
}

void strategy_host::amend(order_id order, price limit, quantity size) {
  kernel_.send({.action = match::order_action::amend,
                .strategy = index_,
                .order = order,
                .terms = {.limit = limit, .size = size}},
               venue_of(order));
}

void strategy_host::cancel(order_id order) {
  kernel_.send({.action = match::order_action::cancel, .strategy = index_, .order = order}, venue_of(order));
}

void strategy_host::cancel_all() {
  for (const auto& row : enum_names<venue>::table)
    kernel_.send({.action = match::order_action::cancel, .cancels_all = true, .strategy = index_}, row.value);
}

position strategy_host::position_of(instrument_id instrument) const {
  const auto& held = kernel_.seen_.of(index_, instrument);
  if (held.size.nanos == 0) return {};
  return {held.size, held.average_price(kernel_.rules_.of(instrument))};
}

} // namespace strike::replay
