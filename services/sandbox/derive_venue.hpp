#pragma once

#include "config/section.hpp"
#include "sandbox/derive_channel.hpp"
#include "sandbox/derive_methods.hpp"
#include "sandbox/derive_private.hpp"
#include "sandbox/derive_private_channels.hpp"

namespace strike::sandbox::derive {

struct settings {
  order_rules orders = {};
  rate_settings limits = {};
  std::vector<account_settings> accounts = default_accounts();
  quantity balance{100'000 * nanos_per_unit}; ///< USDC, of each subaccount at the start
};
/// Reads the keys of `[sandbox.derive]`.
settings read_settings(config::section from);

/// The headers of requests that it looks at.
inline const std::vector<std::string> kept_headers{"user-agent",        "x-derivewallet", "x-derivetimestamp",
                                                   "x-derivesignature", "x-lyrawallet",   "x-lyratimestamp",
                                                   "x-lyrasignature"};

/// The sandbox's Derive: JSON-RPC over WebSocket at /v3/ws (v2: /ws) and by POST at /v3/public/... and /v3/private/...
/// (v2: without /v3, public methods by GET too). Market data, and the orders of test wallets.
class derive_venue final : public venue_server {
public:
  derive_venue(settings how, const market_source& source, const market_view& market);

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
  const trading_desk* desk() const override { return &desk_; }

private:
  struct client {
    std::string address;
    caller who = {}; ///< nobody before the login
  };

  api version() const { return how_.orders.version; }
  void open_accounts();
  account_view view() const { return {desk_, orders_, market_, version()}; }
  answer<boost::json::value> serve(connection& from, std::string_view method, const boost::json::object& params,
                                   std::int64_t now_ns);
  answer<boost::json::value> serve_rest(const http_request& what, std::string_view method,
                                        const boost::json::object& params, std::int64_t now_ns);
  answer<boost::json::value> log_in(connection& from, const boost::json::object& params, std::int64_t now_ns);
  answer<boost::json::value> subscribe(connection& from, const boost::json::object& params);
  answer<boost::json::value> unsubscribe(connection& from, const boost::json::object& params);
  std::optional<std::string> private_fault(connection& from, std::string_view name);
  boost::json::value all_channels(connection& of) const;
  void publish(std::int64_t now_ns) { private_channels_.publish(orders_.take_events(now_ns), view()); }
  std::string prefix() const { return version() == api::v3 ? "/v3" : ""; }
  std::string next_id();

  const settings how_;
  const market_source& source_;
  const market_view& market_;
  tape tape_;
  channels channels_;
  trading_desk desk_;
  wallets wallets_;
  order_entry orders_;
  private_channels private_channels_;
  rate_limits limits_;
  std::map<connection*, client> clients_; ///< that are connected
  std::int64_t now_ns_ = 0;               ///< of the last call
  std::uint64_t answers_ = 0;
};

} // namespace strike::sandbox::derive
