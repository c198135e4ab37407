#pragma once

#include "base/order.hpp"
#include "strike/v1/control.pb.h"
#include "strike/v1/dashboard.pb.h"
#include "strike/v1/market.pb.h"
#include "strike/v1/order.pb.h"
#include "wire/dashboard.hpp"

namespace strike::wire {

template <class Domain, class Proto> struct enum_row {
  Domain domain;
  Proto proto;
};

/// The only table between a domain enum and its enum in proto/strike/v1, in both directions.
template <class Domain> struct proto_enum;

template <> struct proto_enum<venue> {
  static constexpr std::array table = {enum_row{venue::deribit, v1::VENUE_DERIBIT},
                                       enum_row{venue::derive, v1::VENUE_DERIVE},
                                       enum_row{venue::polymarket, v1::VENUE_POLYMARKET}};
};
template <> struct proto_enum<side> {
  static constexpr std::array table = {enum_row{side::buy, v1::SIDE_BUY}, enum_row{side::sell, v1::SIDE_SELL}};
};
template <> struct proto_enum<trust> {
  static constexpr std::array table = {enum_row{trust::live, v1::TRUST_LIVE},
                                       enum_row{trust::resyncing, v1::TRUST_RESYNCING},
                                       enum_row{trust::stale, v1::TRUST_STALE}};
};
template <> struct proto_enum<instrument_state> {
  static constexpr std::array table = {enum_row{instrument_state::listed, v1::INSTRUMENT_STATE_LISTED},
                                       enum_row{instrument_state::tick_changed, v1::INSTRUMENT_STATE_TICK_CHANGED},
                                       enum_row{instrument_state::halted, v1::INSTRUMENT_STATE_HALTED},
                                       enum_row{instrument_state::resumed, v1::INSTRUMENT_STATE_RESUMED},
                                       enum_row{instrument_state::expired, v1::INSTRUMENT_STATE_EXPIRED},
                                       enum_row{instrument_state::settled, v1::INSTRUMENT_STATE_SETTLED}};
};
template <> struct proto_enum<instrument_kind> {
  static constexpr std::array table = {enum_row{instrument_kind::option, v1::INSTRUMENT_KIND_OPTION},
                                       enum_row{instrument_kind::future, v1::INSTRUMENT_KIND_FUTURE},
                                       enum_row{instrument_kind::perpetual, v1::INSTRUMENT_KIND_PERPETUAL},
                                       enum_row{instrument_kind::spot, v1::INSTRUMENT_KIND_SPOT},
                                       enum_row{instrument_kind::future_combo, v1::INSTRUMENT_KIND_FUTURE_COMBO},
                                       enum_row{instrument_kind::option_combo, v1::INSTRUMENT_KIND_OPTION_COMBO},
                                       enum_row{instrument_kind::binary, v1::INSTRUMENT_KIND_BINARY}};
};
template <> struct proto_enum<option_type> {
  static constexpr std::array table = {enum_row{option_type::call, v1::OPTION_TYPE_CALL},
                                       enum_row{option_type::put, v1::OPTION_TYPE_PUT}};
};
template <> struct proto_enum<order_type> {
  static constexpr std::array table = {enum_row{order_type::limit, v1::ORDER_TYPE_LIMIT},
                                       enum_row{order_type::market, v1::ORDER_TYPE_MARKET}};
};
template <> struct proto_enum<time_in_force> {
  static constexpr std::array table = {
      enum_row{time_in_force::gtc, v1::TIME_IN_FORCE_GTC}, enum_row{time_in_force::gtd, v1::TIME_IN_FORCE_GTD},
      enum_row{time_in_force::ioc, v1::TIME_IN_FORCE_IOC}, enum_row{time_in_force::fok, v1::TIME_IN_FORCE_FOK}};
};
template <> struct proto_enum<stop_trigger> {
  static constexpr std::array table = {enum_row{stop_trigger::last, v1::STOP_TRIGGER_LAST},
                                       enum_row{stop_trigger::mark, v1::STOP_TRIGGER_MARK},
                                       enum_row{stop_trigger::index, v1::STOP_TRIGGER_INDEX}};
};
template <> struct proto_enum<order_state> {
  static constexpr std::array table = {enum_row{order_state::pending, v1::ORDER_STATE_PENDING},
                                       enum_row{order_state::open, v1::ORDER_STATE_OPEN},
                                       enum_row{order_state::partially_filled, v1::ORDER_STATE_PARTIALLY_FILLED},
                                       enum_row{order_state::filled, v1::ORDER_STATE_FILLED},
                                       enum_row{order_state::cancelled, v1::ORDER_STATE_CANCELLED},
                                       enum_row{order_state::rejected, v1::ORDER_STATE_REJECTED},
                                       enum_row{order_state::expired, v1::ORDER_STATE_EXPIRED},
                                       enum_row{order_state::unknown, v1::ORDER_STATE_UNKNOWN}};
};
template <> struct proto_enum<liquidity> {
  static constexpr std::array table = {enum_row{liquidity::maker, v1::LIQUIDITY_MAKER},
                                       enum_row{liquidity::taker, v1::LIQUIDITY_TAKER}};
};
template <> struct proto_enum<fill_reason> {
  static constexpr std::array table = {
      enum_row{fill_reason::touch, v1::FILL_REASON_TOUCH}, enum_row{fill_reason::cross, v1::FILL_REASON_CROSS},
      enum_row{fill_reason::trade, v1::FILL_REASON_TRADE}, enum_row{fill_reason::queue, v1::FILL_REASON_QUEUE},
      enum_row{fill_reason::venue, v1::FILL_REASON_VENUE}};
};
template <> struct proto_enum<run_state> {
  static constexpr std::array table = {
      enum_row{run_state::running, v1::RUN_STATE_RUNNING}, enum_row{run_state::stopped, v1::RUN_STATE_STOPPED},
      enum_row{run_state::restarting, v1::RUN_STATE_RESTARTING}, enum_row{run_state::failed, v1::RUN_STATE_FAILED}};
};
/// All but `ec::none`, which is no error.
template <> struct proto_enum<ec> {
  static constexpr std::array table = {enum_row{ec::io, v1::ERROR_CODE_IO},
                                       enum_row{ec::not_found, v1::ERROR_CODE_NOT_FOUND},
                                       enum_row{ec::malformed, v1::ERROR_CODE_MALFORMED},
                                       enum_row{ec::invalid_config, v1::ERROR_CODE_INVALID_CONFIG},
                                       enum_row{ec::invalid_order, v1::ERROR_CODE_INVALID_ORDER},
                                       enum_row{ec::session_down, v1::ERROR_CODE_SESSION_DOWN}};
};

/// @returns the UNSPECIFIED zero for a value outside the table, which a reader reports as unknown
template <class Domain> constexpr auto to_proto(Domain x) {
  for (const auto& row : proto_enum<Domain>::table)
    if (row.domain == x) return row.proto;
  return decltype(proto_enum<Domain>::table[0].proto){};
}

/// @returns none for UNSPECIFIED and for what only a newer version knows
template <class Domain> constexpr std::optional<Domain> from_proto(int x) {
  for (const auto& row : proto_enum<Domain>::table)
    if (row.proto == x) return row.domain;
  return std::nullopt;
}

/// Whether the table has every value that the domain's own table of names has, each once, and none twice or 0 on the
/// other side.
template <class Domain> consteval bool is_complete() {
  const auto& table = proto_enum<Domain>::table;
  if (table.size() != enum_names<Domain>::table.size()) return false;
  for (const auto& name : enum_names<Domain>::table) {
    const auto there = to_proto(name.value);
    if (there == 0 || from_proto<Domain>(there) != name.value) return false;
  }
  return true;
}
static_assert(is_complete<venue>() && is_complete<side>() && is_complete<trust>() && is_complete<instrument_state>() &&
              is_complete<instrument_kind>() && is_complete<option_type>() && is_complete<order_type>() &&
              is_complete<time_in_force>() && is_complete<stop_trigger>() && is_complete<order_state>() &&
              is_complete<liquidity>() && is_complete<fill_reason>() && is_complete<run_state>());

} // namespace strike::wire
