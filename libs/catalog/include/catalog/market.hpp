#pragma once

#include "base/instrument.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::catalog {

/// A fraction: 0.0003 is three basis points.
using rate = decimal<struct rate_tag>;

/// One of the two sides of a prediction market. Which comes first says nothing: look one up by its label.
struct outcome {
  std::string label;       ///< "Yes", "Up", "FaZe"
  std::string token;       ///< what is traded: an unsigned 256-bit integer in decimal
  std::string position_id; ///< of Protocol V2; empty if there is none
  bool has_won = false;
  bool operator==(const outcome&) const = default;
};

/// What a trade costs, as the market itself says.
/// Polymarket, exponent > 0: shares x taker x (price x (1 - price))^exponent. Else a fraction of the notional, and
/// `flat`.
struct fee_terms {
  rate maker, taker;
  rate flat;         ///< in the settlement currency, per taker order
  rate maker_rebate; ///< the part of the taker's fee that makers get back
  int exponent = 0;
  bool operator==(const fee_terms&) const = default;
};

/// A market as its venue lists it: a prediction market, or an instrument of an options venue. What the venue did not
/// say is empty, none or 0.
struct market {
  venue at = venue::polymarket;
  std::string id;         ///< Polymarket: the condition id; Deribit, Derive: the symbol
  std::string listing_id; ///< Polymarket: Gamma's small number
  std::string slug;       ///< Deribit, Derive: the symbol in lower case
  std::string question;   ///< "BTC call 90000 expiring 2026-11-27 08:00 UTC"
  std::string description;
  std::vector<std::string> tags; ///< Deribit, Derive: kind, base, date of expiry
  std::string event_id, event_slug, event_title;

  std::vector<outcome> outcomes; ///< two of a prediction market, else none
  symbol_info info;              ///< Polymarket: only the kind, `binary`
  std::optional<tick_table> ticks;
  optional_quantity lot, minimum;
  fee_terms fees;
  std::string protocol;           ///< Polymarket: "v1", "v2"
  std::int64_t taker_delay_s = 0; ///< how long the venue holds a marketable order back
  bool has_taker_delay = false;   ///< it does so by another rule of its own (`itode`)

  bool is_neg_risk = false;
  std::string neg_risk_group;  ///< shared by the outcomes of one event of which at most one resolves Yes
  bool is_placeholder = false; ///< an outcome without a name yet, or "Other": not to be traded

  std::int64_t end_ns = 0; ///< Polymarket: the announced end; else the expiry. 0: never, or not known
  std::int64_t game_start_ns = 0;
  bool clears_book_at_start = false;
  bool is_active = false, is_closed = false, is_archived = false;
  bool accepts_orders = false, has_order_book = false;
  optional_double volume, liquidity; ///< in dollars, for ranking; no part of the history

  bool is_tradable() const { return is_active && !is_closed && !is_archived && accepts_orders && has_order_book; }
  /// The outcome of that very label; null if there is none.
  const outcome* outcome_named(std::string_view label) const;
  /// The other side of a token of this market; null if it is none.
  const outcome* complement_of(std::string_view token) const;
  /// Null while open, and where the resolution names no winner (50-50, scalar).
  const outcome* winner() const;
  bool operator==(const market&) const = default;
};

using market_ptr = std::shared_ptr<const market>;

/// Whether nothing but volume and liquidity differs.
bool is_same_listing(const market& a, const market& b);

/// An instrument of an options venue in words: "BTC call 90000 expiring 2026-11-27 08:00 UTC", "ETH perpetual",
/// "BTC/USDC put 60000 ...", "XRP/USDC spot".
std::string describe(const symbol_info& info, std::string_view symbol);

/// One object on one line, all members; `volume` and `liquidity` null if none. What the cache holds and programs read.
void append_json(std::string& out, const market& x);

} // namespace strike::catalog
