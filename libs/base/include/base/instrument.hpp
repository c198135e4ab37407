#pragma once

#include "base/decimal.hpp"
#include "base/enums.hpp"
#include "base/optional_value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace strike {

enum class venue : std::uint8_t { deribit, derive, polymarket };
template <> struct enum_names<venue> {
  static constexpr std::string_view what = "venue";
  static constexpr std::array table = {enum_name{venue::deribit, "deribit"}, enum_name{venue::derive, "derive"},
                                       enum_name{venue::polymarket, "polymarket"}};
};
inline constexpr std::size_t venue_count = enum_names<venue>::table.size();

enum class instrument_kind : std::uint8_t { option, future, perpetual, spot, future_combo, option_combo, binary };
template <> struct enum_names<instrument_kind> {
  static constexpr std::string_view what = "instrument kind";
  static constexpr std::array table = {enum_name{instrument_kind::option, "option"},
                                       enum_name{instrument_kind::future, "future"},
                                       enum_name{instrument_kind::perpetual, "perpetual"},
                                       enum_name{instrument_kind::spot, "spot"},
                                       enum_name{instrument_kind::future_combo, "future_combo"},
                                       enum_name{instrument_kind::option_combo, "option_combo"},
                                       enum_name{instrument_kind::binary, "binary"}};
};

enum class option_type : std::uint8_t { call, put };
template <> struct enum_names<option_type> {
  static constexpr std::string_view what = "option type";
  static constexpr std::array table = {enum_name{option_type::call, "call"}, enum_name{option_type::put, "put"}};
};

/// Dense and process-local: an index into the registry that made it.
struct instrument_id {
  std::uint32_t index = UINT32_MAX;
  auto operator<=>(const instrument_id&) const = default;
  constexpr bool is_valid() const { return index != UINT32_MAX; }
};

/// The price step, which may grow with the price.
/// Source: Deribit API v2, `tick_size` and `tick_size_steps`: the step of the last entry with `above` < p.
struct tick_table {
  struct step {
    price above;
    price tick;
    auto operator<=>(const step&) const = default;
  };
  price base{1};           ///< > 0
  std::vector<step> steps; ///< ascending in `above`

  price tick_at(price p) const;
  bool is_on_tick(price p) const;
  price round_down(price p) const; ///< to the next tick at or below; for buys
  price round_up(price p) const;   ///< to the next tick at or above; for sells
  price next_above(price p) const; ///< one tick worse for a buyer; p is on the tick
  price next_below(price p) const; ///< one tick worse for a seller; p is on the tick
  bool operator==(const tick_table&) const = default;
};

/// What a symbol says about itself, without asking its venue.
struct symbol_info {
  instrument_kind kind = instrument_kind::option;
  std::string base;           ///< "BTC"; empty for Polymarket tokens
  std::string quote;          ///< "USD", "USDC"; inverse options: "USD" too, though they are quoted in coin
  std::string settlement;     ///< "BTC" when inverse, else "USDC", "USDT", "USD"
  bool is_inverse = false;    ///< margined and settled in the base coin
  std::int64_t expiry_ns = 0; ///< 08:00 UTC of the date; 0 = never (perpetual, spot, Polymarket: not in the symbol)
  optional_price strike;
  std::optional<option_type> right;
  bool operator==(const symbol_info&) const = default;
};

/// The rules of one instrument, as its venue publishes them.
struct instrument {
  venue at = venue::deribit;
  std::string symbol; ///< the venue's own
  symbol_info info;
  tick_table ticks;
  quantity lot{1};                     ///< > 0: the step of order sizes
  quantity minimum{1};                 ///< > 0: the smallest order
  quantity multiplier{nanos_per_unit}; ///< underlying units per unit of quantity; cash = price x quantity x multiplier
  std::string index;                   ///< the venue's index that settles it, "btc_usd"; empty if none
  std::string outcome;                 ///< binary: "Yes", "Up"; empty else
  std::string complement; ///< binary: token id of the other outcome of a two-outcome market; empty if unknown
  bool operator==(const instrument&) const = default;
};

} // namespace strike
