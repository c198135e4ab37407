#pragma once

#include "exec/polymarket_book.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_markets.hpp"
#include "exec/polymarket_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace strike::exec {

/// Asks how the account stands: open orders, trades, positions, page by page. The positions are the Data API's, which
/// is some seconds behind the CLOB. Shares of a resolved market are no position once the resolution was told, though
/// the Data API lists them until they are redeemed. One thread.
class polymarket_audit {
public:
  struct tools {
    const polymarket_settings& how;
    polymarket_http& http;
    polymarket_book& book;
    polymarket_markets& markets;
    instrument_registry& names;
    venue_reports& reports;
    std::string wallet; ///< whose positions
    polymarket_book::fee_function fee;
  };
  explicit polymarket_audit(tools with) : tools_{std::move(with)} {}

  /// One at a time: what is asked meanwhile is asked again behind it.
  void ask(std::int64_t fills_since_ns, const moment& now);
  /// Sends what is due, once there are credentials.
  void round(const moment& now);

private:
  using answer = polymarket_http::answer;
  void begin(const moment& now);
  void ask_orders(std::string cursor);
  void on_orders(const answer& x, const moment& now);
  void ask_trades(std::string cursor);
  void on_trades(const answer& x, const moment& now);
  void ask_positions();
  void on_positions(const answer& x, const moment& now);
  void finish(const moment& now);
  void fail(const std::string& why);

  tools tools_;
  std::optional<std::int64_t> wanted_since_ns_;
  bool is_under_way_ = false;
  std::int64_t since_ns_ = 0, asked_ns_ = 0;
  std::vector<polymarket::order_row> orders_;
  std::vector<polymarket::trade_row> trades_;
  std::vector<polymarket::position_row> positions_;
  std::string last_cursor_;
};

} // namespace strike::exec
