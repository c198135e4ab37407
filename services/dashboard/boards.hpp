#pragma once

#include "dashboard/market_board.hpp"
#include "dashboard/service_board.hpp"
#include "dashboard/strategy_board.hpp"
#include "dashboard/trade_board.hpp"
#include "dashboard/trade_views.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace strike::dashboard {

/// Everything the dashboard knows. Not thread-safe.
struct boards {
  /// @param patterns what is known of instruments of which the venue said nothing
  explicit boards(std::vector<rule_pattern> patterns = {})
      : rules{names, std::move(patterns)}, markets{names, rules}, trades{names, rules} {}

  instrument_registry names;
  instrument_rules rules;
  strategy_board strategies;
  market_board markets;
  trade_board trades;
  service_board services;
  std::vector<cash_row> cash;
  name_function name = [](instrument_id) { return std::string{}; };

  /// Brings all that depends on the time, and what viewers are told beside the strategies, up to date: the sections
  /// "services", "replay", "feeds", "equity", "profits", "exposure", "positions", "orders" (open ones) and "fills" (the
  /// newest 50).
  void poll(std::int64_t steady_ns, std::int64_t wall_ns);
};

/// Boards that the bus fills on its thread and the server reads on its own. Both hold them for microseconds.
class shared_boards {
public:
  explicit shared_boards(std::vector<rule_pattern> patterns = {}) : boards_{std::move(patterns)} {}
  template <class F> auto with(F f) {
    const std::lock_guard held{guard_};
    return f(boards_);
  }

private:
  std::mutex guard_;
  boards boards_;
};

} // namespace strike::dashboard
