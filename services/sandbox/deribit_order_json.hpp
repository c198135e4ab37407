#pragma once

#include "sandbox/deribit_order_words.hpp"

#include <string>

namespace strike::sandbox::deribit {

/// "open", "filled", "cancelled", "rejected", "untriggered", "triggered". Source: Deribit page, section 12.2.
std::string_view state_of(const order_record& x);
/// The order object. Source: Deribit page, section 12.1, and its recorded order answers.
std::string order_json(const order_record& x, const order_words& words, const instrument& rules);

/// A fill with what the venue adds to it. Source: Deribit page, section 12.3.
struct trade_context {
  const order_record& order; ///< as it stood after the fill
  const order_words& words;
  const instrument& rules;
  const ticker& quote;       ///< when it happened
  std::int64_t sequence = 0; ///< 1, 2, 3, ... of the account's fills in the instrument
  int tick_direction = 0;
  bool tells_taker = false; ///< `direction` is the taker's instead of the account's own
};
std::string user_trade_json(const fill_record& x, const trade_context& in);

/// Source: Deribit page, section 13.2. @param shorts_are_negative else `size` is a magnitude
std::string position_json(const trading_desk& desk, const instrument_view& of, owner_id owner,
                          bool shorts_are_negative);
/// The account summary of a currency, without `limits`. Source: Deribit page, section 13.1, and `ws_portfolio.json`.
std::string portfolio_json(const trading_desk& desk, owner_id owner, const std::string& currency,
                           std::string_view more = {});

} // namespace strike::sandbox::deribit
