#pragma once

#include "sandbox/deribit_feed.hpp"
#include "sandbox/deribit_limits.hpp"
#include "sandbox/deribit_market.hpp"
#include "sandbox/deribit_orders.hpp"
#include "sandbox/deribit_user_feed.hpp"
#include "sandbox/venue_server.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::sandbox::deribit {

struct settings {
  std::vector<api_key> keys = {{"sandbox-key", "sandbox-secret", "sandbox-key"}}; ///< they open the sandbox only
  order_settings orders;
  std::int64_t trading_rate = 5, trading_burst = 20; ///< of an account. Source: Deribit page, section 15, lowest tier
  bool lower_case_portfolio = false;                 ///< "user.portfolio.btc" in notifications
  bool disconnect_spares_triggers = false;           ///< untriggered orders survive a lost connection
  std::int64_t token_lifetime_s = 900;
  bool testnet = true;               ///< what every answer says
  std::size_t most_connections = 32; ///< of one address
};

/// The sandbox Deribit: API v2 over WebSocket and HTTP, written from the venue's pages alone.
/// Source: Deribit page, sections 1 to 16.
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
  bool is_order(std::string_view text) const override;
  bool is_order(const http_request& what) const override;
  const trading_desk* desk() const override { return &orders_.desk(); }

private:
  struct session {
    connection* line = nullptr;
    std::string remote;
    identity who;
    std::int64_t login_ends_ns = 0; ///< then the account is nobody's again, unless the login was refreshed
    std::int64_t heard_ns = 0;
    std::int64_t heartbeat_ns = 0;             ///< the interval; 0: none wanted
    std::int64_t next_test_ns = 0;             ///< when the next test_request is due
    std::int64_t answer_by_ns = 0;             ///< 0: no test_request is open
    std::optional<bool> cancels_on_disconnect; ///< as it asked for
    bool by_account = false;                   ///< ... and as its account had it when it logged in
    bool is_leaving = false;                   ///< logged out: its orders stay
  };
  /// A request that is being served.
  struct call {
    const boost::json::object& params;
    session* from; ///< null: over HTTP
    identity who;  ///< on whose behalf
    std::int64_t now_ns;
  };
  /// A row of the table of methods.
  struct method {
    std::string_view name;
    outcome (deribit_venue::*run)(const call&);
    cost_class cost = cost_class::plain;
    bool is_websocket_only = false;
    std::string_view permission = {};
  };
  static const method* find_method(std::string_view name); ///< null: there is none
  static rpc_error error_of(refusal why);
  template <outcome (market::*Ask)(const boost::json::object&) const> outcome ask(const call& x) {
    return (market_.*Ask)(x.params);
  }
  template <auto Ask> outcome trade(const call& x) {
    return (orders_.*Ask)(x.params, {owner_of(x), x.from ? x.from->line->id() : 0, x.now_ns});
  }

  outcome dispatch(std::string_view name, const boost::json::object& params, session* from, std::string_view remote,
                   std::int64_t now_ns);
  identity identity_of(const boost::json::object& params, const session* from, std::int64_t now_ns) const;
  owner_id owner_of(const call& x) const { return owners_.at(x.who.account); }
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
  bool subscribe_one(const call& x, const std::string& name, const std::string& label);

  // deribit_trading.cpp
  outcome get_account_summary(const call& x);
  outcome get_account_summaries(const call& x);
  outcome enable_cancel_on_disconnect(const call& x);
  outcome disable_cancel_on_disconnect(const call& x);
  outcome get_cancel_on_disconnect(const call& x);
  outcome set_cancel_on_disconnect(const call& x, bool is_on);
  static std::expected<bool, rpc_error> disconnect_scope(const call& x);
  bool does_cancel(const session& x) const;
  void cancel_lost(std::int64_t now_ns);
  void publish(std::int64_t now_ns);
  std::string limits_json() const;
  std::string extended_json(const call& x) const;

  settings how_;
  market market_;
  feed feed_;
  orders orders_;
  user_feed user_feed_;
  accounts accounts_;
  std::map<std::string, owner_id, std::less<>> owners_; ///< by account
  std::map<std::string, bool> cancel_on_disconnect_;    ///< by account: how its new connections start
  std::vector<std::uint64_t> lost_;                     ///< connections whose orders are to be cancelled
  std::map<const connection*, session> sessions_;
  std::map<std::string, credits, std::less<>> credits_; ///< by account, or by address
  std::int64_t next_watch_ns_ = 0;
};

} // namespace strike::sandbox::deribit
