#include "order_fields.hpp"

#include "enums.hpp"
#include "message.hpp"

#include <fmt/format.h>

namespace strike::wire {
namespace {

/// Converts the enums of one message and remembers the first that is not known.
struct enum_reader {
  std::string_view message;
  unknown_field unknown{};

  template <class Domain> void operator()(Domain& to, int from, std::string_view field) {
    if (const auto known = from_proto<Domain>(from))
      to = *known;
    else if (unknown.empty())
      unknown = fmt::format("{}: unknown {} {}", message, field, from);
  }
};

void write_instrument(v1::Instrument& to, instrument_id from, const instrument_registry& names) {
  const auto& entry = names.at(from);
  to.set_venue(to_proto(entry.at));
  set_text(to.mutable_symbol(), entry.symbol);
}

/// @returns what is unknown about it, or `ec::malformed`
template <class Proto>
result<unknown_field> read_instrument(instrument_id& to, const Proto& from, enum_reader& read,
                                      instrument_registry& names) {
  venue at{};
  read(at, from.instrument().venue(), "venue");
  if (!read.unknown.empty()) return read.unknown;
  const auto id = names.intern(at, from.instrument().symbol());
  if (!id) return broken(from, id.error().text);
  to = *id;
  return unknown_field{};
}

void write_money(v1::Money& to, money from) {
  to.set_high(static_cast<std::int64_t>(from.nanos >> 64));
  to.set_low(static_cast<std::uint64_t>(from.nanos));
}

money read_money(const v1::Money& from) {
  const auto high = static_cast<uint128>(static_cast<std::uint64_t>(from.high()));
  return {static_cast<int128>(high << 64 | from.low())};
}

void write_fill(v1::Fill& to, const fill& from, std::string_view venue_trade_id) {
  to.set_venue_ns(from.venue_ns);
  to.set_side(to_proto(from.side));
  to.set_price(from.at.nanos);
  to.set_size(from.size.nanos);
  write_money(*to.mutable_fee(), from.fee);
  to.set_liquidity(to_proto(from.liquidity));
  to.set_reason(to_proto(from.reason));
  set_text(to.mutable_venue_trade_id(), venue_trade_id);
}

unknown_field read_fill(fill& to, const v1::Fill& from) {
  enum_reader read{"Fill"};
  to.venue_ns = from.venue_ns();
  read(to.side, from.side(), "side");
  to.at = {from.price()};
  to.size = {from.size()};
  to.fee = read_money(from.fee());
  read(to.liquidity, from.liquidity(), "liquidity");
  read(to.reason, from.reason(), "reason");
  return read.unknown;
}

} // namespace

void write_place(v1::PlaceOrder& to, const place_order& from, const instrument_registry& names) {
  const auto& request = from.request;
  set_text(to.mutable_client_id(), from.client_id);
  to.set_order_id(from.order.value);
  write_instrument(*to.mutable_instrument(), request.instrument, names);
  to.set_side(to_proto(request.side));
  to.set_type(to_proto(request.type));
  to.set_limit(request.limit.nanos);
  to.set_size(request.size.nanos);
  to.set_time_in_force(to_proto(request.tif));
  to.set_expire_ns(request.expire_ns);
  to.set_post_only(request.post_only);
  to.set_reduce_only(request.reduce_only);
  to.set_placed_ns(from.placed_ns);
  if (request.stop == price{}) return;
  to.set_stop_price(request.stop.nanos);
  to.set_trigger(to_proto(request.trigger));
}

result<unknown_field> read_place(place_order& to, const v1::PlaceOrder& from, instrument_registry& names) {
  enum_reader read{"PlaceOrder"};
  auto& request = to.request;
  read(request.side, from.side(), "side");
  read(request.type, from.type(), "type");
  read(request.tif, from.time_in_force(), "time_in_force");
  if (from.stop_price() != 0) read(request.trigger, from.trigger(), "trigger");
  if (auto fault = read_instrument(request.instrument, from, read, names); !fault || !fault->empty()) return fault;
  to.client_id = from.client_id();
  to.order = {from.order_id()};
  request.limit = {from.limit()};
  request.size = {from.size()};
  request.post_only = from.post_only();
  request.reduce_only = from.reduce_only();
  request.expire_ns = from.expire_ns();
  request.stop = {from.stop_price()};
  to.placed_ns = from.placed_ns();
  return unknown_field{};
}

void write_change(v1::OrderChange& to, const order_change& from, const instrument_registry& names) {
  const auto& update = from.update;
  set_text(to.mutable_client_id(), from.client_id);
  to.set_order_id(update.order.value);
  if (update.instrument.is_valid()) write_instrument(*to.mutable_instrument(), update.instrument, names);
  to.set_venue_ns(update.venue_ns);
  to.set_state(to_proto(update.state));
  to.set_filled(update.filled.nanos);
  to.set_remaining(update.remaining.nanos);
  set_text(to.mutable_reason(), update.reason);
  if (update.execution) write_fill(*to.mutable_fill(), *update.execution, from.venue_trade_id);
  if (!from.terms) return;
  to.set_side(to_proto(from.terms->side));
  to.set_type(to_proto(from.terms->type));
  to.set_limit(from.terms->limit.nanos);
}

result<unknown_field> read_change(order_change& to, const v1::OrderChange& from, instrument_registry& names) {
  enum_reader read{"OrderChange"};
  auto& update = to.update;
  read(update.state, from.state(), "state");
  if (from.has_fill()) {
    auto unknown = read_fill(update.execution.emplace(), from.fill());
    if (read.unknown.empty()) read.unknown = std::move(unknown);
  }
  if (from.side() != v1::SIDE_UNSPECIFIED) {
    auto& terms = to.terms.emplace();
    read(terms.side, from.side(), "side");
    read(terms.type, from.type(), "type");
    terms.limit = {from.limit()};
  }
  if (!read.unknown.empty()) return read.unknown;
  if (from.has_instrument())
    if (auto fault = read_instrument(update.instrument, from, read, names); !fault || !fault->empty()) return fault;
  to.client_id = from.client_id();
  to.venue_trade_id = from.fill().venue_trade_id();
  update.venue_ns = from.venue_ns();
  update.order = {from.order_id()};
  update.filled = {from.filled()};
  update.remaining = {from.remaining()};
  update.reason = from.reason();
  if (update.execution) {
    update.execution->order = update.order;
    update.execution->instrument = update.instrument;
  }
  return unknown_field{};
}

void write_account(v1::AccountSnapshot& to, const account_snapshot& from, const instrument_registry& names) {
  for (const auto& x : from.orders) write_change(*to.add_orders(), x, names);
  for (const auto& x : from.positions) {
    auto& made = *to.add_positions();
    write_instrument(*made.mutable_instrument(), x.instrument, names);
    made.set_size(x.size.nanos);
    made.set_average_price(x.average_price);
  }
}

result<unknown_field> read_account(account_snapshot& to, const v1::AccountSnapshot& from, instrument_registry& names) {
  for (const auto& x : from.orders()) {
    if (x.client_id().empty()) return broken(x, "client_id is missing");
    if (auto fault = read_change(to.orders.emplace_back(), x, names); !fault || !fault->empty()) return fault;
  }
  for (const auto& x : from.positions()) {
    enum_reader read{"StrategyPosition"};
    auto& made = to.positions.emplace_back();
    if (auto fault = read_instrument(made.instrument, x, read, names); !fault || !fault->empty()) return fault;
    made.size = {x.size()};
    made.average_price = x.average_price();
  }
  return unknown_field{};
}

void write_settled(v1::PositionSettled& to, const position_settled& from, const instrument_registry& names) {
  write_instrument(*to.mutable_instrument(), from.instrument, names);
  to.set_venue_ns(from.venue_ns);
  to.set_size(from.size.nanos);
  to.set_delivery(from.delivery);
  write_money(*to.mutable_payoff(), from.payoff);
  write_money(*to.mutable_fee(), from.fee);
}

result<unknown_field> read_settled(position_settled& to, const v1::PositionSettled& from, instrument_registry& names) {
  enum_reader read{"PositionSettled"};
  if (auto fault = read_instrument(to.instrument, from, read, names); !fault || !fault->empty()) return fault;
  to.venue_ns = from.venue_ns();
  to.size = {from.size()};
  to.delivery = from.delivery();
  to.payoff = read_money(from.payoff());
  to.fee = read_money(from.fee());
  return unknown_field{};
}

} // namespace strike::wire
