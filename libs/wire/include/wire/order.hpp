#pragma once

#include "base/order.hpp"
#include "base/registry.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Orders to exec and what becomes of them. Source: proto/strike/v1/order.proto.
namespace strike::wire {

/// The newest version of the order messages that this program understands.
inline constexpr std::uint32_t order_version = 2;
/// What a message has at least: an order with a stop price is 2, all others are 1.
inline constexpr std::uint32_t plain_order_version = 1, stop_order_version = 2;

struct order_header {
  std::uint32_t version = plain_order_version; ///< raised by `encode` where the body needs it
  std::uint64_t epoch = 0;                     ///< the sender's start, nanoseconds; never 0
  std::uint64_t sequence = 0;                  ///< per sender and receiver from 1
  std::string strategy;                        ///< the instance's name
  bool operator==(const order_header&) const = default;
};

/// What only a newer version knows, and so must not be acted on: count it, and answer with a rejection where an order
/// is named.
struct unknown_order {
  std::string what;      ///< for the log: "PlaceOrder: unknown time_in_force 9"
  std::string client_id; ///< the order's; empty where it could not be told
  bool operator==(const unknown_order&) const = default;
};

struct place_order {
  std::string client_id; ///< never empty; unique for the life of the account
  order_id order;        ///< the strategy's own number, which updates bring back
  order_request request;
  std::int64_t placed_ns = 0; ///< wall time at the strategy; 0: not told
};
/// A new limit and a new total size; what is filled already counts in.
struct amend_order {
  std::string client_id; ///< never empty
  price limit;
  quantity size;
  bool operator==(const amend_order&) const = default;
};
struct cancel_order {
  std::string client_id; ///< never empty
  bool operator==(const cancel_order&) const = default;
};
/// Every order of the strategy that the header names.
struct cancel_strategy_orders {
  bool operator==(const cancel_strategy_orders&) const = default;
};

/// How the strategy stands; answered with an `account_snapshot`.
struct ask_account {
  std::vector<std::string> client_ids; ///< orders that the strategy takes for not final
  bool operator==(const ask_account&) const = default;
};

struct order_request_message {
  order_header header;
  std::variant<unknown_order, place_order, amend_order, cancel_order, cancel_strategy_orders, ask_account> body;
};

/// What was asked for, as it stands.
struct order_terms {
  strike::side side = strike::side::buy;
  order_type type = order_type::limit;
  price limit; ///< limit orders only
  bool operator==(const order_terms&) const = default;
};

struct order_change {
  std::string client_id;      ///< never empty
  std::string venue_trade_id; ///< of `update.execution`; empty in backtests, and without one
  order_update update; ///< order and instrument of its `execution` are its own; no instrument: exec does not know
                       ///< the order. A fill that the venue took back comes once more as its opposite, with
                       ///< "<trade id>-undone"
  std::optional<order_terms> terms = {}; ///< none: an older exec, or an order that exec does not know
};

/// What a strategy holds of one instrument.
struct strategy_position {
  instrument_id instrument;
  quantity size;            ///< signed; never 0
  double average_price = 0; ///< of the open part, in the instrument's price unit
  bool operator==(const strategy_position&) const = default;
};
/// How a strategy stands at exec, after all messages before this one.
struct account_snapshot {
  std::vector<order_change> orders; ///< those that are not final, and those that were asked for; without executions
  std::vector<strategy_position> positions;
};
/// A position that ended by expiry or resolution.
struct position_settled {
  std::int64_t venue_ns = 0;
  instrument_id instrument;
  quantity size;       ///< signed, before
  double delivery = 0; ///< price of the underlying; binary: 1, 0 or 0.5
  money payoff;        ///< received; negative = paid
  money fee;
  bool operator==(const position_settled&) const = default;
};

struct order_update_message {
  order_header header;
  std::variant<unknown_order, order_change, account_snapshot, position_settled> body;
};

/// Bytes of a text that are not UTF-8 become U+FFFD. An `unknown_order` is written without a body, which reads as
/// unknown.
/// @param out cleared first
/// @param names holds the instrument of the order
void encode(std::string& out, const order_request_message& message, const instrument_registry& names);
void encode(std::string& out, const order_update_message& message, const instrument_registry& names);

/// Whether an order is sane is not checked here: exec has to answer it.
/// @param names interns the instrument of the order
/// @returns `ec::malformed` if the bytes are no OrderRequest or OrderUpdate, if version, epoch, sequence, strategy or
///          client id is missing, or if a symbol does not fit its venue's grammar
result<order_request_message> decode_order_request(std::string_view bytes, instrument_registry& names);
result<order_update_message> decode_order_update(std::string_view bytes, instrument_registry& names);

} // namespace strike::wire
