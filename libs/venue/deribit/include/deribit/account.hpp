#pragma once

#include "base/enums.hpp"
#include "base/optional_value.hpp"
#include "base/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strike::deribit {

// What the venue says of an account. Source: Deribit API v2, sections "Orders and trades as objects", "Account",
// "Private channels".

enum class order_phase : std::uint8_t {
  untriggered, ///< a stop that waits; not in the book
  triggered,   ///< a stop that is done: another order, which names it, works now
  open,
  filled,
  cancelled, ///< perhaps with a part filled
  rejected,
};

/// An order object. Only id, instrument, side and state are always there.
struct order_message {
  std::string id, symbol, label;
  strike::side side = strike::side::buy;
  std::optional<order_phase> phase; ///< none: `phase_word` is one that this program does not know
  std::string phase_word;
  optional_price price; ///< none for a stop market order ("market_price"); a mere bound for a market order
  optional_quantity amount;
  quantity filled;
  std::int64_t updated_ns = 0; ///< 0: the venue does not say
  std::string cancel_reason;   ///< "user_request", "cancel_on_disconnect" ...
  std::string triggered_by;    ///< id of the stop order for which it works
};

/// A fill of the account.
struct user_trade {
  std::string id, order, label, symbol;
  strike::side side = strike::side::buy; ///< sources differ whether it is the taker's or the account's own
  price at;
  quantity size;
  optional_quantity fee; ///< negative: a rebate
  std::string fee_currency;
  strike::liquidity liquidity = strike::liquidity::taker;
  std::int64_t venue_ns = 0;
};

/// Of buy, sell, edit: the order, and what it met at once.
struct order_answer {
  order_message order;
  std::vector<user_trade> trades;
};
/// `user.changes`: all that one event changed.
struct changes_message {
  std::vector<order_message> orders;
  std::vector<user_trade> trades;
};
struct trade_page {
  std::vector<user_trade> trades;
  bool has_more = false;
};
/// Of `cancel_by_label`, `cancel_all`.
struct cancel_answer {
  std::uint64_t count = 0;
  std::vector<order_message> orders; ///< as far as they were told
};
struct position_message {
  std::string symbol;
  quantity size; ///< signed; in the unit of order amounts
};

struct request_rate {
  double per_second = 0, burst = 0;
};
/// The account's own request limits.
struct limits_message {
  std::optional<request_rate> matching, other, cancel_all;
};

/// `user.portfolio`: {"currency":"USDT","equity":55.00055,"available_funds":53.868247,...}
struct portfolio_message {
  std::string currency;
  optional_double equity, available; ///< in the currency; `available` is the whole pool's with cross collateral
};
/// `user.lock`: {"currency":"ALL","locked":true}
struct lock_message {
  std::string currency; ///< "ALL" or one
  bool is_locked = false;
};

} // namespace strike::deribit

template <> struct strike::enum_names<strike::deribit::order_phase> {
  using phase = deribit::order_phase;
  static constexpr std::string_view what = "order state of Deribit";
  static constexpr std::array table = {enum_name{phase::untriggered, "untriggered"},
                                       enum_name{phase::triggered, "triggered"},
                                       enum_name{phase::open, "open"},
                                       enum_name{phase::filled, "filled"},
                                       enum_name{phase::cancelled, "cancelled"},
                                       enum_name{phase::rejected, "rejected"}};
};
