#pragma once

#include "base/market_event.hpp"
#include "base/order.hpp"
#include "sign/address.hpp"
#include "sign/word.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the venue tells of an account. Sources: Derive API, sections "Private channels", "Order object", "Trade
/// object", "Account state". Amounts and prices that the venue computed are rounded to nine decimals.
namespace strike::derive {

enum class order_status : std::uint8_t {
  open,
  filled,
  cancelled,
  expired,
  rejected,
  untriggered,
  algo_active,
  other, ///< a word that the documentation does not have
};

/// An order as the venue has it; a replacement is another one, under the same label.
struct order_row {
  std::string order_id, label, symbol;
  std::uint64_t nonce = 0; ///< 0: not told
  std::uint64_t subaccount = 0;
  order_status status = order_status::other;
  std::string status_word;
  std::string reason;      ///< why it was cancelled, or why its trigger failed
  std::string replaced_id; ///< of the order that it replaces
  bool is_trigger = false;
  quantity amount, filled;
  price limit; ///< as it stands in the book
  std::int64_t created_ns = 0, updated_ns = 0, expiry_s = 0;
};

/// Whether a fill stands.
enum class settlement_stage : std::uint8_t {
  underway, ///< also settled
  undone,   ///< v2 `reverted`, v3 a stage with `Error` behind it
  late,     ///< v2 `timed_out`: not known
};

/// One of the account's own fills.
struct fill_row {
  std::string trade_id, order_id, label, symbol;
  std::uint64_t subaccount = 0;
  side what = side::buy; ///< our own
  price at;
  quantity size;
  money fee;
  liquidity role = liquidity::taker;
  settlement_stage stage = settlement_stage::underway;
  std::string stage_word;
  std::int64_t venue_ns = 0;
};

struct balance_row {
  std::string name; ///< of an instrument or an asset
  quantity before, after;
  std::string reason; ///< "trade", "option_settlement", "onchain_revert", ...
};

/// Of one page of a list; the first is 1.
template <class Row> struct account_page {
  std::vector<Row> rows;
  std::uint32_t pages = 1;
};

/// What `private/replace` did: the cancel may succeed while the new order fails.
struct replace_result {
  std::optional<order_row> cancelled, placed;
  std::vector<fill_row> fills;
  std::string fault; ///< why there is no new order; empty if there is one
};

struct place_result {
  order_row placed;
  std::vector<fill_row> fills;
};

/// `private/get_account`.
struct account_row {
  std::optional<bool> cancel_on_disconnect;
  optional_double matching_tps, non_matching_tps, option_tps, perp_tps; ///< requests a second; none or 0: not told
};

/// `private/session_keys`.
struct session_key_row {
  sign::address key;
  std::int64_t expiry_s = 0;
};

/// `private/get_subaccount`.
struct holding_row {
  std::string name; ///< of an instrument, or of an asset
  bool is_asset = false;
  quantity size; ///< signed
};
struct subaccount_row {
  std::uint64_t id = 0;
  bool is_trusted = true; ///< v3: false when the venue could not read its own numbers
  std::vector<holding_row> holdings;
};

/// What orders must know of an instrument: `public/get_instrument`.
struct order_terms {
  std::string symbol, base, type; ///< "option", "perp", "erc20"
  sign::address asset;
  sign::uint256 sub_id;
  double maker_rate = 0, taker_rate = 0; ///< of the notional at the index price
  double base_fee = 0;                   ///< USD of each taker order
  quantity minimum;
  std::int64_t ends_s = INT64_MAX; ///< no trading after it
  bool is_active = true;
};

/// Of `ticker_slim`: within which prices orders match, and the index that fees follow.
struct price_band {
  std::int64_t venue_ns = 0;
  optional_price lowest, highest;
  optional_double index;
};

} // namespace strike::derive
