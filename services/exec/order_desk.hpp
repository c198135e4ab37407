#pragma once

#include "base/rules.hpp"
#include "exec/order_venue.hpp"
#include "match/ledger.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "wire/order.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

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
    order_venue& venue;
    process::logger& log;
    desk_metrics& metrics;
    /// To a strategy's process. @returns false: it is not there
    std::function<bool(std::string_view peer, std::string_view bytes)> send;
    std::function<void(std::string_view topic, std::string_view bytes)> publish;
  };
  /// How many final orders are remembered, so that a strategy that was away can ask for them.
  static constexpr std::size_t kept_final = 10'000;

  /// @param epoch of this start, never 0
  order_desk(std::uint64_t epoch, tools with) : epoch_{epoch}, tools_{std::move(with)}, told_{tools_.rules} {}

  /// An OrderRequest.
  void take(std::string_view peer, std::string_view bytes, std::int64_t now_ns);

  void on_update(const order_update& update, std::string_view venue_trade_id) override;
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
    order_request request;
    order_update last; ///< with the strategy's own order number
  };

  session& session_of(std::string_view peer, const wire::order_header& from, std::int64_t now_ns);
  void handle(session& s, const wire::place_order& what, std::int64_t now_ns);
  void handle(session& s, const wire::amend_order& what, std::int64_t now_ns);
  void handle(session& s, const wire::cancel_order& what, std::int64_t now_ns);
  void handle(session& s, const wire::cancel_strategy_orders& what, std::int64_t now_ns);
  void handle(session& s, const wire::ask_account& what, std::int64_t now_ns);
  void handle(session& s, const wire::unknown_order& what, std::int64_t now_ns);
  order* find(const session& s, std::string_view client_id);
  void cancel_all(const session& s, std::int64_t now_ns);
  void tell(session& s, decltype(wire::order_update_message::body) what);
  void forget_old();

  const std::uint64_t epoch_;
  tools tools_;
  match::ledger told_;           ///< as far as strategies have been told
  std::deque<session> sessions_; ///< by owner
  std::map<std::string, owner_id, std::less<>> owners_;
  boost::unordered_flat_map<std::uint64_t, std::unique_ptr<order>> orders_; ///< by our number
  std::map<std::string, std::uint64_t, std::less<>> by_client_id_;
  std::deque<std::uint64_t> final_; ///< oldest first
  std::uint64_t last_order_ = 0;
  std::string bytes_;
};

} // namespace strike::exec
