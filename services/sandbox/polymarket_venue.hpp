#pragma once

#include "sandbox/polymarket_answers.hpp"
#include "sandbox/polymarket_channel.hpp"
#include "sandbox/polymarket_private.hpp"
#include "sandbox/polymarket_user_channel.hpp"

namespace strike::sandbox::polymarket {

struct settings {
  order_rules orders = {};
  std::vector<account_settings> accounts = default_accounts();
  quantity balance{10'000 * nanos_per_unit}; ///< pUSD, of each account at the start
};
/// Reads the keys of `[sandbox.polymarket]`.
settings read_settings(config::section from);

/// The sandbox's Polymarket, all of its hosts at one port: the CLOB's REST at /, its market channel at /ws/market and
/// its user channel at /ws/user, Gamma at /gamma, the Data API at /positions and /trades, the geoblock at
/// /api/geoblock. Gamma answers at / too where the CLOB has no such path, and for /markets with Gamma's parameters.
class polymarket_venue final : public venue_server {
public:
  polymarket_venue(settings how, const market_source& source, const market_view& market);

  std::optional<http_response> on_upgrade(const http_request& how, std::int64_t now_ns) override;
  void on_open(connection& with, const http_request& how, std::int64_t now_ns) override;
  void on_text(connection& from, std::string_view text, std::int64_t now_ns) override;
  void on_close(connection& which) override;
  http_response on_http(const http_request& what, std::int64_t now_ns) override;
  void on_event(const market_event& what, std::int64_t now_ns) override;
  std::int64_t round(std::int64_t now_ns) override;
  void refuse(connection& from, std::string_view text, refusal why, std::int64_t now_ns) override;
  http_response refuse(const http_request& what, refusal why, std::int64_t now_ns) override;
  bool is_order(const http_request& what) const override;
  const trading_desk* desk() const override { return &desk_; }

private:
  account_view view() const { return {desk_, orders_, state_, source_}; }
  private_context context(std::int64_t now_ns) { return {accounts_, orders_, view(), now_ns}; }
  http_response public_answer(const http_request& what, std::int64_t now_ns) const;
  void publish(std::int64_t now_ns) { user_channel_.publish(orders_.take_events(now_ns), view()); }

  const settings how_;
  const market_source& source_;
  market_state state_;
  market_channel channel_;
  trading_desk desk_;
  accounts accounts_;
  order_entry orders_;
  user_channel user_channel_;
};

} // namespace strike::sandbox::polymarket
