#pragma once

#include "config/section.hpp"
#include "sandbox/derive_channel.hpp"
#include "sandbox/derive_methods.hpp"

namespace strike::sandbox::derive {

struct settings {
  api version = api::v3;
  std::uint32_t requests_per_window = 25; ///< of 5 s, of a client's address; 0: no limit. Source: Derive, rate limits
};
/// Reads the keys of `[sandbox.derive]`.
settings read_settings(config::section from);

/// The headers of requests that it looks at.
inline const std::vector<std::string> kept_headers{"user-agent"};

/// The sandbox's Derive: JSON-RPC over WebSocket at /v3/ws (v2: /ws) and by POST at /v3/public/... (v2: /public/..., by
/// GET too). Market data; no logins.
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

private:
  struct window {
    std::int64_t began_ns = 0;
    std::uint32_t used = 0;
  };

  answer<boost::json::value> serve(connection& from, std::string_view method, const boost::json::object& params,
                                   std::int64_t now_ns);
  answer<boost::json::value> subscribe(connection& from, const boost::json::object& params);
  answer<boost::json::value> unsubscribe(connection& from, const boost::json::object& params);
  std::optional<rpc_error> over_limit(const std::string& address, std::int64_t now_ns);
  std::string prefix() const { return settings_.version == api::v3 ? "/v3" : ""; }
  std::string next_id();

  const settings settings_;
  const market_source& source_;
  const market_view& market_;
  tape tape_;
  channels channels_;
  std::map<connection*, std::string> addresses_; ///< of those that are open
  std::map<std::string, window> windows_;        ///< by address
  std::uint64_t answers_ = 0;
};

} // namespace strike::sandbox::derive
