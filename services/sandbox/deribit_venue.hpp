#pragma once

#include "sandbox/deribit_feed.hpp"
#include "sandbox/deribit_limits.hpp"
#include "sandbox/deribit_market.hpp"
#include "sandbox/venue_server.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::deribit {

struct settings {
  std::string client_id = "sandbox-key", client_secret = "sandbox-secret"; ///< no secrets: they open the sandbox only
  std::int64_t token_lifetime_s = 900;
  bool testnet = true;               ///< what every answer says
  std::size_t most_connections = 32; ///< of one address
};

/// The sandbox Deribit: API v2 over WebSocket and HTTP, written from the venue's pages alone.
/// Source: Deribit page, sections 1 to 10, 15, 16.
class deribit_venue final : public venue_server {
public:
  deribit_venue(const market_source& source, const market_view& view, settings how);

  std::optional<http_response> on_upgrade(const http_request& how, std::int64_t now_ns) override;
  void on_open(connection& with, const http_request& how, std::int64_t now_ns) override;
  void on_text(connection& from, std::string_view text, std::int64_t now_ns) override;
  void on_close(connection& which) override;
  http_response on_http(const http_request& what, std::int64_t now_ns) override;
  void on_event(const market_event& what, std::int64_t now_ns) override;
  std::int64_t round(std::int64_t now_ns) override;
  void refuse(connection& from, std::string_view text, refusal why, std::int64_t now_ns) override;
  http_response refuse(const http_request& what, refusal why, std::int64_t now_ns) override;

private:
  struct session {
    connection* line = nullptr;
    std::string remote;
    std::string account;
    std::int64_t login_ends_ns = 0; ///< then the account is nobody's again, unless the login was refreshed
    std::int64_t heard_ns = 0;
    std::int64_t heartbeat_ns = 0; ///< the interval; 0: none wanted
    std::int64_t next_test_ns = 0; ///< when the next test_request is due
    std::int64_t answer_by_ns = 0; ///< 0: no test_request is open
  };
  /// A request that is being served.
  struct call {
    const boost::json::object& params;
    session* from;       ///< null: over HTTP
    std::string account; ///< on whose behalf; empty: nobody's
    std::int64_t now_ns;
  };
  /// A row of the table of methods. Order entry adds its own.
  struct method {
    std::string_view name;
    outcome (deribit_venue::*run)(const call&);
    cost_class cost = cost_class::plain;
    bool is_websocket_only = false;
  };
  static const method methods[];
  template <outcome (market::*Ask)(const boost::json::object&) const> outcome ask(const call& x) {
    return (market_.*Ask)(x.params);
  }

  outcome dispatch(std::string_view name, const boost::json::object& params, session* from, std::string_view remote,
                   std::int64_t now_ns);
  std::string account_of(const boost::json::object& params, const session* from, std::int64_t now_ns) const;
  std::string envelope(std::string_view id, const outcome& x, std::int64_t now_ns) const;
  void answer(session& to, std::string_view id, const outcome& x, std::int64_t now_ns);
  http_response http_answer(std::string_view id, const outcome& x, std::int64_t now_ns) const;
  std::int64_t watch(session& x, std::int64_t now_ns);

  outcome hello(const call& x);
  outcome test(const call& x);
  outcome get_time(const call& x);
  outcome status(const call& x);
  outcome auth(const call& x);
  outcome logout(const call& x);
  outcome set_heartbeat(const call& x);
  outcome disable_heartbeat(const call& x);
  outcome subscribe(const call& x);
  outcome unsubscribe(const call& x);
  outcome unsubscribe_all(const call& x);

  settings how_;
  market market_;
  feed feed_;
  accounts accounts_;
  std::map<const connection*, session> sessions_;
  std::map<std::string, credits, std::less<>> credits_; ///< by account, or by address
  std::int64_t next_watch_ns_ = 0;
};

} // namespace strike::sandbox::deribit
