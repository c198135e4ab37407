#pragma once

#include "base/market_event.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::sandbox {

using headers = std::vector<std::pair<std::string, std::string>>;
/// @returns the value of the first entry of that name; empty if there is none
std::string_view value_of(const headers& in, std::string_view name);

struct http_request {
  std::string method; ///< "GET", "POST", "DELETE", ... in upper case
  std::string path;   ///< "/api/v2/public/ticker": without the query, percent-decoded
  headers query = {}; ///< decoded, in their order
  headers extra = {}; ///< names in lower case; those that the endpoint was told to keep
  std::string body = {};
  std::string remote = {}; ///< "127.0.0.1"
};

struct http_response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  headers extra = {};             ///< names in lower case
  std::int64_t not_before_ns = 0; ///< wall time: held back until then
  bool is_cut = false;            ///< the connection ends instead, without a word
};

/// What a text says, as far as faults must know.
enum class frame_kind : std::uint8_t {
  answer,      ///< to a request, and heartbeats
  notice,      ///< of a channel
  own_notice,  ///< of a channel, about an account's own orders, fills or balances
  book_change, ///< of a channel; without it, the change that follows shows a gap
};

/// A WebSocket that a client opened. One thread; valid until `port_server::on_close` for it has returned.
class connection {
public:
  virtual ~connection() = default;
  /// Sent in order. A client so slow that more than the server's bound waits is cut off.
  virtual void send(std::string text, frame_kind kind) = 0;
  /// Says goodbye behind what was sent; `on_close` follows.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Ends it without a word, as a broken line does; `on_close` follows.
  virtual void cut() = 0;
  /// Counts the connections of a server: 1, 2, ...
  virtual std::uint64_t id() const = 0;
};

/// Who answers at a port. One thread. Times are wall time, as handed in.
class port_server {
public:
  virtual ~port_server() = default;

  /// May a client have a WebSocket?
  /// @param how the upgrade request; it has no body
  /// @returns the refusal; none: it is welcome, and `on_open` follows
  virtual std::optional<http_response> on_upgrade(const http_request& how, std::int64_t now_ns) = 0;
  virtual void on_open(connection&, const http_request&, std::int64_t) {}
  /// A whole message.
  virtual void on_text(connection&, std::string_view, std::int64_t) {}
  /// It is gone, whoever ended it.
  virtual void on_close(connection&) {}
  virtual http_response on_http(const http_request& what, std::int64_t now_ns) = 0;
};

enum class refusal : std::uint8_t {
  rejected,  ///< an error that a client may meet at any time, such as maintenance
  throttled, ///< too many requests, in the venue's own words
  failed,    ///< an error that leaves open whether the request was carried out
};

class trading_desk;

/// One venue's protocol, without network and without faults: both are put around it.
class venue_server : public port_server {
public:
  /// Something happened at this venue. The shared `market_view` shows it only after the call.
  virtual void on_event(const market_event& what, std::int64_t now_ns) = 0;
  /// Sends what is due; called after events and when asked for.
  /// @returns when to call again at the latest
  virtual std::int64_t round(std::int64_t now_ns) = 0;

  /// Answers a message of a client with an error instead of what it asked for.
  virtual void refuse(connection& from, std::string_view text, refusal why, std::int64_t now_ns) = 0;
  virtual http_response refuse(const http_request& what, refusal why, std::int64_t now_ns) = 0;

  /// Whether a text, or a request, places, changes or cancels orders: what the faults of orders hit.
  virtual bool is_order(std::string_view) const { return false; }
  virtual bool is_order(const http_request&) const { return false; }
  /// Its orders and accounts; null: it takes no orders.
  virtual const trading_desk* desk() const { return nullptr; }

  /// @param x asked once for every match at a venue that can take one back; true: this one is
  void set_reverts(std::function<bool()> x) { reverts_ = std::move(x); }

protected:
  bool reverts() const { return reverts_ && reverts_(); }

private:
  std::function<bool()> reverts_;
};

} // namespace strike::sandbox
