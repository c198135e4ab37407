#pragma once

#include "sandbox/polymarket_answers.hpp"
#include "sandbox/polymarket_channel.hpp"

namespace strike::sandbox::polymarket {

/// The sandbox's Polymarket, all of its hosts at one port: the CLOB's REST at /, its market channel at /ws/market,
/// Gamma at /gamma. Gamma answers at / too where the CLOB has no such path, and for /markets with Gamma's parameters.
/// Market data; no accounts.
class polymarket_venue final : public venue_server {
public:
  explicit polymarket_venue(const market_source& source) : state_{source}, channel_{state_} {}

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
  market_state state_;
  market_channel channel_;
};

} // namespace strike::sandbox::polymarket
