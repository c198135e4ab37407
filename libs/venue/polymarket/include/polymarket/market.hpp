#pragma once

#include "base/instrument.hpp"
#include "polymarket/amounts.hpp"
#include "polymarket/order.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::polymarket {

/// One of a market's two outcomes.
struct outcome_token {
  std::string id;      ///< unsigned 256-bit integer in decimal
  std::string outcome; ///< "Yes", "Up", a team
  bool operator==(const outcome_token&) const = default;
};

/// A market of two outcomes, as Gamma or the CLOB describes it. What a source does not say of a market's state is as in
/// a market that trades.
struct market {
  std::string condition; ///< 0x and hex
  std::array<outcome_token, 2> tokens;
  optional_price tick;       ///< none: not said
  optional_quantity minimum; ///< shares; none: not said
  bool is_active = true;
  bool is_closed = false;
  bool accepts_orders = true;
  bool has_book = true;
  std::int64_t end_ns = 0;  ///< when it is to end; 0: not said
  bool is_neg_risk = false; ///< one of several outcomes of an event; has an exchange contract of its own
  polymarket::protocol protocol = polymarket::protocol::clob_v2;
  /// What takers pay; none: nothing. Only Gamma says.
  std::optional<fee_terms> fee;
  /// What a share of each token pays, once the venue has decided: 1 and 0, 0 and 1, or 0.5 each.
  std::optional<std::array<double, 2>> payout;
  bool operator==(const market&) const = default;
};

/// Orders are taken. `is_closed` wins: there are recordings of closed markets that still accept orders.
bool is_tradable(const market& x);

/// The rules of both tokens, each the other's complement; lot 0.01.
/// @returns `ec::malformed`: a market that is open without a tick. What is closed and does not say has the finest.
result<std::array<instrument, 2>> instruments_of(const market& x);

struct market_page {
  std::vector<market> markets;
  std::size_t skipped = 0; ///< rows without two outcomes and tokens, or not readable
  std::string next_cursor; ///< empty: this was the last page
};

/// Gamma's /markets (an array), /markets/keyset (a page), /markets/{id} and /markets/slug/{slug} (an object).
///
///     {"conditionId":"0xaa..","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"11\",
///     \"12\"]","active":true,"closed":false,
///      "acceptingOrders":true,"orderPriceMinTickSize":0.01,"orderMinSize":5,"endDate":"2026-11-30T23:59:00Z"}
///
/// A closed market pays as its outcomePrices say: a one and a zero (to 0.001), or exactly 0.5 each unless the oracle is
/// still at work (umaResolutionStatus proposed, disputed, requested). Anything else is not decided.
/// Source: Polymarket Gamma API, markets; manual, "Resolution".
/// @returns `ec::malformed` if it is none of these; a row that is not readable is skipped
result<market_page> parse_gamma_markets(std::string_view json);

/// The CLOB's /markets and /simplified-markets (a page), /markets/{condition} (an object). Simplified rows have neither
/// tick nor minimum. A closed market with exactly one winner pays that; one that is marked 50-50 and whose prices are
/// so pays 0.5 each.
/// @returns `ec::malformed` if it is none of these; a row that is not readable is skipped
result<market_page> parse_clob_markets(std::string_view json);

/// The answer of /markets-by-token/{token}: the condition id. @returns `ec::malformed`
result<std::string> parse_market_of_token(std::string_view json);

} // namespace strike::polymarket
