#pragma once

#include "base/rules.hpp"
#include "bus/sequence.hpp"
#include "match/ledger.hpp"
#include "wire/order.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::dashboard {

/// An order as its strategy last heard of it.
struct order_row {
  std::string strategy, client_id;
  instrument_id instrument; ///< invalid: exec does not know the order
  std::optional<wire::order_terms> terms;
  order_state state = order_state::pending;
  quantity filled, remaining;
  quantity size; ///< as it stood last: of an order that is over, nothing remains
  std::string reason;
  std::int64_t venue_ns = 0, received_ns = 0;
  std::uint64_t number = 0; ///< counts changes: newer ones have larger ones
};

struct fill_row {
  std::string strategy, client_id, venue_trade_id;
  fill what;
  std::uint64_t number = 0; ///< counts fills
};

/// What one strategy holds of one instrument.
struct position_row {
  const std::string* strategy;
  instrument_id instrument;
  const match::holding* held;
};

/// Profit of one strategy at one venue in one currency.
struct profit_row {
  std::string strategy;
  venue at = venue::deribit;
  std::string currency;
  double realized = 0, unrealized = 0, fees = 0;
  double total = 0; ///< realized + unrealized - fees
};

struct trade_limits {
  std::size_t most_strategies = 256;
  std::size_t most_final_orders = 2'000, most_fills = 5'000; ///< older ones are forgotten
};

/// Orders, fills, positions and profit of all strategies, built from what exec tells them on `ord/`. Bytes are read
/// elsewhere; time is handed in. Not thread-safe.
///
/// A strategy is `is_whole` when nothing was missed: from its first message on, or since a snapshot of its account.
/// A snapshot that does not agree with the positions known makes its profit begin anew, at the snapshot's prices:
/// `since_ns` tells from when it counts.
class trade_board {
public:
  trade_board(const instrument_registry& names, instrument_rules& rules, trade_limits most = {})
      : names_{names}, rules_{rules}, most_{most}, ledger_{rules} {}

  struct counters {
    std::uint64_t messages = 0, gaps = 0, lost = 0, refused = 0, unreadable = 0;
  };
  struct strategy {
    match::owner_id owner = 0;
    std::uint64_t epoch = 0, sequence = 0; ///< of the newest message
    bool is_whole = false;
    std::int64_t since_ns = 0;
    std::uint64_t gaps = 0;
    std::int64_t asked_ns = INT64_MIN / 2; ///< when a snapshot was asked for last
  };
  static constexpr std::int64_t ask_every_ns = 5'000'000'000; ///< an exec of before does not answer

  /// @param now_ns since the epoch
  /// @returns whether the topic should be asked for a snapshot
  bool take(const wire::order_update_message& what, std::int64_t now_ns);

  const counters& counts() const { return counts_; }
  const std::map<std::string, strategy, std::less<>>& strategies() const { return strategies_; }
  const std::map<std::pair<std::string, std::string>, order_row>& orders() const { return orders_; }
  const std::deque<fill_row>& fills() const { return fills_; } ///< oldest first
  /// By strategy, then instrument; flat ones that made or lost something, too.
  std::vector<position_row> positions() const;
  /// By strategy, venue, currency.
  /// @param mark price per unit; a position without one counts at its cost
  std::vector<profit_row> profits(const std::function<optional_double(instrument_id)>& mark) const;
  const instrument& rules_of(instrument_id id) const { return rules_.of(id); }

private:
  void apply(const std::string& name, strategy& of, const wire::order_change& what, std::int64_t now_ns);
  void apply(const std::string& name, strategy& of, const wire::account_snapshot& what, std::int64_t now_ns);
  void apply(const std::string& name, strategy& of, const wire::position_settled& what, std::int64_t now_ns);
  void apply(const std::string& name, strategy& of, const wire::unknown_order& what, std::int64_t now_ns);
  void note(const std::string& name, const wire::order_change& what, std::int64_t now_ns);
  void start_anew(strategy& of, const std::vector<wire::strategy_position>& from, std::int64_t now_ns);
  bool agrees(const strategy& of, const std::vector<wire::strategy_position>& with) const;
  void forget_old();

  const instrument_registry& names_;
  instrument_rules& rules_;
  trade_limits most_;
  match::ledger ledger_;
  std::map<std::string, strategy, std::less<>> strategies_;
  match::owner_id owners_ = 0;                                      ///< handed out
  std::map<std::pair<std::string, std::string>, order_row> orders_; ///< by strategy and client id
  std::deque<std::pair<std::string, std::string>> final_;           ///< oldest first
  std::deque<fill_row> fills_;
  std::uint64_t changes_ = 0, fills_seen_ = 0;
  counters counts_;
};

/// What closing a position at that price would bring beyond its cost, in the settlement currency.
double unrealized_profit(const instrument& what, const match::holding& held, double mark);

} // namespace strike::dashboard
