#pragma once

#include "base/error.hpp"
#include "base/market_event.hpp"
#include "derive/account.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::derive {

enum class message_kind : std::uint8_t {
  notification, ///< of a channel
  reply,        ///< with a result or an error; also a whole REST answer
  pong,         ///< the plain text that answers the plain text "ping"
};

/// The venue refused. Source: Derive API, section "Errors"; legacy REST answers had the code as a text.
struct refusal {
  std::optional<std::int64_t> code; ///< none: empty, or not a number
  std::string message, data;        ///< data: raw JSON, empty if missing or null
};
/// "11012 Invalid amount: \"Amount must be a multiple of 0.01\""
std::string to_string(const refusal& x);

// Error codes that market data reacts to.
inline constexpr std::int64_t code_rate_limited = -32000, code_too_many_sockets = -32100, code_bad_params = -32602,
                              code_no_such_currency = 12001, code_channels_invalid = 13000;

/// How long a rate-limited request has to wait, by the milliseconds that its `data` names; none if it names none.
std::optional<std::int64_t> retry_delay_ns(const refusal& x);

struct ticker_message {
  std::int64_t venue_ns = 0;
  ticker values;
};
struct book_message {
  std::int64_t venue_ns = 0;
  std::uint64_t publish_id = 0; ///< grows, with gaps, per instrument and connection
  book_levels bids, asks;       ///< best first; each price once; sizes above 0
};
struct trade_message {
  std::string symbol;
  std::int64_t venue_ns = 0;
  trade what;
  bool is_rfq = false; ///< negotiated: says nothing about the book, nor about flow
};
struct spot_message {
  std::int64_t venue_ns = 0;
  std::map<std::string, double, std::less<>> prices; ///< by currency
};
struct subscription_reply {
  std::map<std::string, std::string, std::less<>> status; ///< "ok" or why not, by channel
  std::vector<std::string> current;                       ///< everything this connection is subscribed to
  bool has_current = false;                               ///< whether the reply says
};
struct history_page {
  std::vector<trade_message> trades; ///< as sent; settled trades come twice, once for each side
  std::uint32_t pages = 1;
  std::vector<std::string> faults; ///< why a row could not be used
};

/// What the venue lists.
struct listing {
  instrument rules;
  bool is_active = true;
  optional_double settlement; ///< of an option that has expired
};
struct listing_page {
  std::vector<listing> listings;
  std::uint32_t pages = 1;
  std::vector<std::string> faults; ///< why an instrument could not be used
};
struct settlement_price {
  std::int64_t expiry_ns = 0;
  optional_double price; ///< none: not known yet
};

/// Reads one message after the other; each is opened, then read once as what its channel or request makes it.
///
/// Decimals may be texts or numbers. "0" stands for none where a ticker has no price, size or volatility. A price or
/// size with more than nine places is `ec::malformed`; what the domain keeps as a double may have any number of them.
/// Unknown fields are passed over. Errors are `ec::malformed` and name the field. One thread.
class message_reader {
public:
  message_reader();
  ~message_reader();

  /// @param padded followed by at least 64 readable bytes, and unchanged while it is read
  result<message_kind> open(std::string_view padded);

  // Of a notification.
  std::string_view channel() const;
  /// `ticker_slim`: {"timestamp":ms,"instrument_ticker":{"t":ms,"b":"383","B":"150.62","a":"409.8",...}}
  result<ticker_message> ticker();
  /// `orderbook`: {"publish_id":9582,"timestamp":ms,"bids":[["0.2","45"]],"asks":[{"price":"1","amount":"2"}]}
  result<book_message> book();
  /// `trades`: [{"trade_id":"...","instrument_name":"ETH-PERP","trade_price":"3000","direction":"buy",...}]
  result<std::vector<trade_message>> trades();
  /// `spot_feed`: {"timestamp":ms,"feeds":{"ETH":{"price":"3000.12",...}}}
  result<spot_message> spot();
  result<price_band>
  band(); ///< `ticker_slim`, for orders: {"timestamp":ms,"instrument_ticker":{"I":..,"minp":..,"maxp":..}}
  /// `{subaccount}.orders`: [{"order_id":"...","label":"...","order_status":"open","filled_amount":"0",...}]
  result<std::vector<order_row>> orders();
  /// `{subaccount}.trades` and its settlement stages: [{"trade_id":"...","order_id":"...","trade_price":"...",...}]
  result<std::vector<fill_row>> fills();
  /// `{subaccount}.balances`: [{"name":"ETH-PERP","previous_balance":"1","new_balance":"0","update_type":"trade"}]
  result<std::vector<balance_row>> balances();

  // Of a reply.
  std::string_view id() const; ///< a number by its digits; empty: the reply concerns the connection
  const std::optional<refusal>& refused() const;
  result<subscription_reply> subscribed();
  result<history_page> history();                  ///< `public/get_trade_history`
  result<listing_page> listings();                 ///< `public/get_all_instruments`, `public/get_instruments`
  result<listing> listed();                        ///< `public/get_instrument`
  result<std::vector<std::string>> currencies();   ///< `public/get_all_currencies`
  result<std::vector<settlement_price>> settled(); ///< `public/get_option_settlement_prices`
  result<price_band> band_now();                   ///< `public/get_ticker`: v3 as `ticker_slim`, v2 with long names
  result<order_terms> terms();                     ///< `public/get_instrument`, for orders
  result<std::int64_t> time_ns();                  ///< `public/get_time`
  result<std::vector<std::uint64_t>> logged_in();  ///< `public/login`: the subaccounts
  result<account_row> account();                   ///< `private/get_account`
  result<std::vector<session_key_row>> session_keys();
  result<subaccount_row> subaccount(); ///< `private/get_subaccount`
  result<place_result> placed();       ///< `private/order`
  result<replace_result> replaced();   ///< `private/replace`
  result<order_row> order();           ///< `private/cancel`, `cancel_trigger_order`, `get_order`
  result<account_page<order_row>>
  order_page();                               ///< `private/get_open_orders`, `get_trigger_orders`, `get_order_history`
  result<account_page<fill_row>> fill_page(); ///< `private/get_trade_history`

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Reserves what simdjson may read behind a text that came without padding.
void pad(std::string& text);

} // namespace strike::derive
