#pragma once

#include "exec/order_reader.hpp"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <type_traits>

namespace strike::exec {

// How rows of the store become values; for order_reader.cpp and order_reader_orders.cpp. What a row cannot be is thrown
// as SQLite::Exception, and leaves as a damaged store.

template <class E> E enum_of(const SQLite::Column& from) {
  auto value = from_text<E>(from.getString());
  if (!value) throw SQLite::Exception{value.error().text};
  return *value;
}

inline instrument_id instrument_of(instrument_registry& names, const SQLite::Column& at, const SQLite::Column& symbol) {
  const auto id = names.intern(enum_of<venue>(at), symbol.getString());
  if (!id) throw SQLite::Exception{id.error().text};
  return *id;
}

inline fill fill_at(SQLite::Statement& row, int first, instrument_id instrument) {
  return {.venue_ns = row.getColumn(first).getInt64(),
          .order = {static_cast<std::uint64_t>(row.getColumn(first + 1).getInt64())},
          .instrument = instrument,
          .side = enum_of<side>(row.getColumn(first + 2)),
          .at = {row.getColumn(first + 3).getInt64()},
          .size = {row.getColumn(first + 4).getInt64()},
          .fee = {row.getColumn(first + 5).getInt64()},
          .liquidity = enum_of<liquidity>(row.getColumn(first + 6)),
          .reason = enum_of<fill_reason>(row.getColumn(first + 7))};
}
inline constexpr const char* fill_columns = "venue_ns, order_id, side, price, size, fee, liquidity, reason";

template <class F> auto order_reader::ask(std::string_view what, F f) const {
  using answer = result<decltype(f())>;
  try {
    if constexpr (std::is_void_v<decltype(f())>)
      return f(), answer{};
    else
      return answer{f()};
  } catch (const SQLite::Exception& x) {
    return answer{fail(ec::io, fmt::format("{}: reading {}: {}", db_->getFilename(), what, x.what()))};
  }
}

} // namespace strike::exec
