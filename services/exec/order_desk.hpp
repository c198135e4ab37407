#pragma once

#include "base/rules.hpp"
#include "exec/order_venue.hpp"
#include "exec/risk_gate.hpp"
#include "match/ledger.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "wire/order.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// The metrics of exec.
struct desk_metrics {
  explicit desk_metrics(process::metric_registry& in);

  process::counter &requests, &malformed, &unknown, &placed, &refused, &fills, &updates, &undelivered;
  process::gauge& open;
};

/// What strategies ask for, and what becomes of it: knows every order by its client id, whose it is and how it stands,
/// hands it to the venue and tells its strategy, over the bus and on `ord/<strategy>/`. Pure: bytes in, bytes out, time
/// handed in. One thread.
class order_desk final : public venue_reports {
public:
  struct tools {
    instrument_registry& instruments;
    instrument_rules& rules;
    risk_gate& risk;
    process::logger& log;
    desk_metrics& metrics;
    /// An order needs the market data of its instrument; called once for each.
    std::function<void(instrument_id)> want;
    /// To a strategy's process. @returns false: it is not there
    std::function<bool(std::string_view peer, std::string_view bytes)> send;
    std::function<void(std::string_view topic, std::string_view bytes)> publish;
  };
  /// How many final orders are remembered, so that a strategy that was away can ask for them.
  static constexpr std::size_t kept_final = 10'000;
  /// How long an order waits for the first market data of its instrument before it is refused.
  static constexpr std::int64_t data_wait_ns = 2'000'000'000;

  /// @param epoch of this start, never 0
  order_desk(std::uint64_t epoch, tools with) : epoch_{epoch}, tools_{std::move(with)}, told_{tools_.rules} {}

  /// Who carries out the orders of a venue; outlives the desk. Before the first request.
  void attach(venue at, order_venue& by) { venues_[static_cast<std::size_t>(at)] = &by; }

  /// An OrderRequest.
  void take(std::string_view peer, std::string_view bytes, const moment& now);
  /// Orders that wait for the instrument's data go on.
  void on_market(const market_event& event, const moment& now);
  /// Refuses what waited too long. @returns when to call again, steady time
  std::int64_t round(const moment& now);

  void on_order(const order_fact& what) override;
  void on_fill(const fill_fact& what) override;
  void on_fill_undone(venue at, std::string_view trade_id, std::string_view why) override;
  void on_no_answer(order_id order, std::string_view why) override;
  void on_absent(order_id order, std::string_view why) override;
  void on_session(venue at, session_state now, std::string_view why) override;
  void on_account(account_fact&& what) override;
  void on_account_failed(venue at, std::string_view why) override;
  void on_settlement(const match::settlement& what) override;

private:
  /// One strategy, over all its restarts.
  struct session {
    std::string name, topic;
    owner_id owner = 0;
    std::string peer;                 ///< where its updates go
    std::uint64_t epoch = 0;          ///< of the instance that is there now
    std::uint64_t seen = 0, sent = 0; ///< sequences of both directions
  };
  struct order {
    std::string client_id;
    order_id of_strategy;
    owner_id owner = 0;
    std::uint64_t number = 0; ///< ours
    order_request request;
    std::int64_t waits_until_ns = 0; ///< steady; for the data of its instrument; 0: it left
    order_update last;               ///< with the strategy's own order number
  };

  session& session_of(std::string_view peer, const wire::order_header& from, const moment& now);
  void handle(session& s, const wire::place_order& what, const moment& now);
  void handle(session& s, const wire::amend_order& what, const moment& now);
  void handle(session& s, const wire::cancel_order& what, const moment& now);
  void handle(session& s, const wire::cancel_strategy_orders& what, const moment& now);
  void handle(session& s, const wire::ask_account& what, const moment& now);
  void handle(session& s, const wire::unknown_order& what, const moment& now);
  /// Past the risk check to the venue.
  void send(order& x, const moment& now);
  void cancel(order& x, const moment& now);
  void refuse(order& x, std::string why, const moment& now);
  void tell(order& x, std::string_view trade_id);
  order_venue& venue_of(const order& x) {
    return *venues_[static_cast<std::size_t>(tools_.instruments.at(x.request.instrument).at)];
  }
  struct market_data {
    bool is_wanted = false, has_come = false;
  };
  market_data& data_of(instrument_id id);
  order* find(const session& s, std::string_view client_id);
  void cancel_all(const session& s, const moment& now);
  void tell(session& s, decltype(wire::order_update_message::body) what);
  void forget_old();

  const std::uint64_t epoch_;
  tools tools_;
  match::ledger told_; ///< as far as strategies have been told
  std::array<order_venue*, venue_count> venues_{};
  std::vector<market_data> market_data_; ///< by instrument
  std::deque<std::uint64_t> waiting_;    ///< orders that need data, oldest first
  std::deque<session> sessions_;         ///< by owner
  std::map<std::string, owner_id, std::less<>> owners_;
  boost::unordered_flat_map<std::uint64_t, std::unique_ptr<order>> orders_; ///< by our number
  std::map<std::string, std::uint64_t, std::less<>> by_client_id_;
  std::deque<std::uint64_t> final_; ///< oldest first
  std::uint64_t last_order_ = 0;
  std::string bytes_;
};

} // namespace strike::exec
