#pragma once

#include "exec/order_life.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace strike::exec {

/// One account at one venue, as the store tells them apart: "paper", or what the adapter's keys are for.
struct account_name {
  venue at = venue::deribit;
  std::string name;
  auto operator<=>(const account_name&) const = default;
};

/// An order as the store has it.
struct stored_order {
  venue_order what;
  order_id of_strategy; ///< the strategy's own number
  account_name account;
  std::int64_t placed_ns = 0;
  order_life::standing last;
  std::vector<order_life::booked_fill> fills = {};
  std::vector<std::string> keys = {}; ///< what finds it again at the venue, oldest first
};

/// What the account holds and no strategy of this store made.
struct adoption {
  instrument_id instrument;
  quantity size; ///< signed; added to what was adopted before
  std::string why;
};

/// What changed a position, in the order in which it was booked.
struct booking {
  account_name account;
  std::optional<owner_id> owner; ///< none: the account's own
  std::int64_t booked_ns = 0;
  std::string trade_id = {}; ///< of fills
  bool is_undone = false;    ///< the fill is the opposite of one that the venue took back
  std::variant<fill, match::settlement, adoption> what;
};

/// What operators must be able to look up later.
struct audit_entry {
  std::int64_t at_ns = 0;
  std::string kind;    ///< "risk", "kill", "difference", "start"
  std::string subject; ///< "deribit:BTC-PERPETUAL", "deribit", "strategy gamma"
  std::string text;
};

} // namespace strike::exec
