#pragma once

#include "gateway-polymarket/market_table.hpp"
#include "gateway-polymarket/settings.hpp"
#include "gateway/venue_feed.hpp"
#include "net/limiter.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strike::gateway_polymarket {

/// Asks Gamma and the CLOB about markets, within their limits: tokens that consumers named, markets that are to be
/// refreshed, and at the start all that are open, if that is wanted. What they say goes to the table.
///
/// A token is asked for at Gamma among the open markets, then among the closed, then at the CLOB. A market may be at
/// one of them minutes before it is at the others: a token that none of them has is asked for again, less and less
/// often, and then given up. One thread. Source: Polymarket Gamma API, /markets; CLOB, /markets-by-token,
/// /markets/{condition}.
class market_lookup {
public:
  market_lookup(const settings& how, market_table& to);
  void start(gateway::feed_port& port, const gateway::moment& now);

  /// Repeated calls for one token cost nothing.
  void look_up(std::string_view token, const gateway::moment& now);
  /// @returns when to call again, steady time
  std::int64_t round(const gateway::moment& now);

private:
  enum class step : std::uint8_t { gamma_open, gamma_closed, clob };
  struct task {
    step next = step::gamma_open;
    std::int64_t due_ns = 0;
    int misses = 0;
    bool is_refresh = false; ///< of a known market: what is not found now is asked for at the next refresh
    bool is_under_way = false;
  };
  using answer = result<net::http_response>;

  void load_page(const gateway::moment& now);
  void read_page(const answer& got, const gateway::moment& now);
  void ask_gamma(step which, const gateway::moment& now);
  void read_gamma(step which, const std::vector<std::string>& tokens, const answer& got, const gateway::moment& now);
  void ask_clob(const std::string& token);
  void read_condition(const std::string& token, const answer& got, const gateway::moment& now);
  void read_market(const std::string& token, const answer& got, const gateway::moment& now);
  bool is_usable(const answer& got, std::string_view what, net::credit_pool& credits, const gateway::moment& now);
  void learn(const polymarket::market_page& page, const gateway::moment& now);
  void found(const std::string& token, const gateway::moment& now);

  std::vector<std::string> due_at(step which, std::size_t most, const gateway::moment& now);
  void go_on(const std::string& token, step next, std::int64_t due_ns);
  void missed(const std::string& token, const gateway::moment& now);
  void failed(const std::string& token, const gateway::moment& now);

  std::string gamma_, clob_;
  bool lists_open_;
  market_table& to_;
  gateway::feed_port* port_ = nullptr;
  net::credit_pool gamma_credits_, clob_credits_;
  std::unordered_map<std::string, task> tasks_; ///< by token
  std::int64_t due_ns_ = INT64_MAX;             ///< when a task that is not under way may be

  std::string cursor_; ///< of the next page of open markets
  std::int64_t page_due_ns_ = INT64_MAX;
};

} // namespace strike::gateway_polymarket
