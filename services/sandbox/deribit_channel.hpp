#pragma once

#include "base/decimal.hpp"
#include "base/instrument.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::deribit {

enum class topic_kind : std::uint8_t {
  book,
  grouped_book,
  ticker,
  incremental_ticker,
  quote,
  trades,
  trades_of_kind,
  price_index,
  mark_prices,
  perpetual,
  instrument_state,
  instrument_creation,
  platform_state,
  public_methods_state,
};

/// The parts of a channel's name. Source: Deribit API v2, sections 7 and 8 of the page.
struct channel_name {
  topic_kind what = topic_kind::book;
  std::string instrument;       ///< or the name of an index
  std::string kind, currency;   ///< of `trades_of_kind`, `instrument_state`, `instrument_creation`; "any" too
  std::int64_t interval_ns = 0; ///< 0: every event
  bool is_raw = false;          ///< named so: for authenticated connections only
  price group;                  ///< of `grouped_book`: prices are rounded to it; 0: they are not
  std::size_t depth = 0;
};

/// @returns none for a name that is no channel of the sandbox
std::optional<channel_name> parse_channel(std::string_view name);

/// "future", also for perpetuals; "option", "spot", "future_combo", "option_combo".
std::string_view kind_word(instrument_kind x);
/// Whether a kind and currency as in `trades.option.BTC.100ms` mean the instrument. `currency` is that of settlement.
bool matches(std::string_view kind, std::string_view currency, const symbol_info& x);
/// Settlement currency; for spot, which does not settle, the quote currency.
const std::string& currency_of(const symbol_info& x);

} // namespace strike::sandbox::deribit
