#pragma once

#include "base/error.hpp"
#include "base/market_event.hpp"
#include "deribit/account.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::deribit {

enum class message_kind : std::uint8_t {
  notification, ///< of a channel
  test_request, ///< wants `public/test` at once
  heartbeat,    ///< wants nothing
  reply,        ///< to a request: a result or an error; also a whole REST answer
  complaint,    ///< an error without an id: about something that could not be parsed
};

/// The venue refused. Source: Deribit API v2, section "Errors"; decide on the code only.
struct refusal {
  std::int64_t code = 0;
  std::string message;
  std::string detail; ///< of `data`, where it says more: "amount: must be a multiple of 10"
};
/// "10028 too_many_requests"; with its detail: "-32602 Invalid params (amount: must be a multiple of 10)"
std::string to_string(const refusal& x);

// Error codes that market data reacts to.
inline constexpr std::int64_t code_too_many_requests = 10028, code_maintenance = 11051, code_must_log_in = 11056,
                              code_bad_credentials = 13004, code_unauthorized = 13009, code_raw_needs_login = 13778;

struct ticker_message {
  std::int64_t venue_ns = 0;
  ticker values;
};

/// A whole book, or the levels that changed; of a change, size 0 removes the level.
struct book_message {
  bool is_snapshot = false;
  bool has_previous = false; ///< a change that does not name the one before it follows nothing
  std::int64_t venue_ns = 0;
  std::uint64_t change_id = 0, previous = 0;
  book_levels bids, asks;
};

struct trade_message {
  std::string symbol;
  std::int64_t venue_ns = 0;
  std::uint64_t sequence = 0; ///< `trade_seq`: counts 1, 2, 3 per instrument
  bool is_block = false;
  trade what;
};

/// What the venue lists.
struct listing {
  instrument rules;
  std::string state;           ///< "open", "locked" ...; told by `is_active` where it is missing
  std::int64_t created_ns = 0; ///< 0: it does not say
};
struct listing_page {
  std::vector<listing> listings;
  std::vector<std::string> faults; ///< why an instrument could not be used
};

/// `instrument.state`: {"timestamp":ms,"state":"settlement","instrument_name":"BTC-27NOV26-90000-C"}
struct state_message {
  std::string symbol, state;
  std::int64_t venue_ns = 0;
};
/// `platform_state`: {"price_index":"sol_usdc","locked":true} or {"maintenance":true}
struct platform_message {
  std::string index; ///< empty: the whole platform
  bool is_down = false;
};

struct login {
  std::string refresh_token;
  std::int64_t expires_in_s = 0;
  std::string scope; ///< as granted
};
struct delivery {
  std::int64_t date_ns = 0; ///< midnight UTC
  double price = 0;
};

/// What a state of an instrument means: none for one that is unknown, which is not tradable either.
/// Source: Deribit API v2, "Instrument life cycle", with the names before and after January 2026.
std::optional<instrument_state> state_of(std::string_view word);

/// Reads one message after the other; each is opened, then read once as what its channel or request makes it.
///
/// Prices and sizes are taken from the digits of the number and are exact; missing, null, and the words that stand for
/// numbers ("market_price", "expired") are none. Volatilities come in percent and leave as fractions. Unknown fields
/// are passed over. Errors are `ec::malformed` and name the field. One thread.
class message_reader {
public:
  message_reader();
  ~message_reader();

  /// @param padded followed by at least 64 readable bytes, and unchanged while it is read
  result<message_kind> open(std::string_view padded);
  /// Which network answered; none if the message does not say.
  std::optional<bool> testnet() const;
  /// When the venue took up the request, and when it answered: its own clock, since the epoch; 0: it does not say.
  std::int64_t taken_up_ns() const;
  std::int64_t answered_ns() const;

  std::string_view channel() const; ///< of a notification; empty for a reply

  // Of a notification, or the result of the request that answers the same: `public/ticker`, `public/get_order_book`,
  // `public/get_last_trades_by_instrument`.
  /// `ticker`: {"best_bid_price":0.2325,"best_bid_amount":0.8,"mark_iv":80.02,"greeks":{"delta":-0.42256,...},...}
  /// A side without a size above 0 is none. Source: section "ticker".
  result<void> ticker(ticker_message& into);
  /// `book`: {"type":"change","change_id":743,"prev_change_id":700,"bids":[["change",0.0150,10.0]],"asks":[]}
  /// What is a snapshot: its type, else that it names no predecessor. Source: section "book", rules 1 and 2.
  result<void> book(book_message& into);
  /// `trades`: [{"trade_seq":30289432,"trade_id":"48079254","price":8950.0,"amount":10.0,"direction":"sell",...}]
  result<void> trades(std::vector<trade_message>& into);
  result<state_message> state();
  result<platform_message> platform();
  result<listing> created(); ///< `instrument.creation`

  // Of a reply.
  std::optional<std::uint64_t> id() const;
  const std::optional<refusal>& refused() const;
  result<std::vector<std::string>> channels(); ///< of subscribe and unsubscribe: the accepted ones, in any order
  result<login> logged_in();
  result<listing_page> listings();            ///< `public/get_instruments`
  result<listing> listed();                   ///< `public/get_instrument`
  result<std::vector<delivery>> deliveries(); ///< `public/get_delivery_prices`

  // Of an account: replies, and `user.*` notifications. Words where an amount belongs are errors, so that no part of an
  // order or fill is guessed.
  result<void> placed(order_answer& into); ///< buy, sell, edit: {"order":{...},"trades":[...]}
  result<order_message> order();           ///< `private/cancel`, `private/get_order_state`: the bare order
  result<void> orders(std::vector<order_message>& into); ///< of queries, and `user.orders`: an array, or one order
  result<void> user_trades(trade_page& into); ///< of queries, and `user.trades`: {"trades":[...],"has_more":false}, or
                                              ///< a bare array
  /// A count, or [{"instrument_name":"BTC-PERPETUAL","result":[order,...]},...]
  result<cancel_answer> cancelled();
  result<void> changes(changes_message& into); ///< `user.changes`
  /// `private/get_positions`. Options and inverse futures count in `size`, linear futures in `size_currency`; the sign
  /// is that of `direction`. Source: section "Position".
  result<void> positions(std::vector<position_message>& into);
  /// `private/get_account_summary`, its `limits`. @param currency where the limits differ by currency
  result<limits_message> limits(std::string_view currency);
  result<portfolio_message> portfolio();
  result<lock_message> user_lock();
  result<bool> cancels_on_disconnect(); ///< `private/get_cancel_on_disconnect`: {"scope":"connection","enabled":true}
  result<bool> is_platform_locked();    ///< `public/status`, as a whole: {"locked":"false","locked_indices":[]}

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Reserves what simdjson may read behind a text that came without padding.
void pad(std::string& text);

} // namespace strike::deribit
