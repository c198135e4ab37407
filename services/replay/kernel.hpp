#pragma once

#include "catalog/history.hpp"
#include "journal/reader.hpp"
#include "match/exchange.hpp"
#include "match/latency.hpp"
#include "replay/fifo.hpp"
#include "replay/run_output.hpp"
#include "simulator/simulation_config.hpp"
#include "strategy/registry.hpp"
#include "strategy/routes.hpp"
#include "strategy/strategy.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <vector>

namespace strike::replay {

class strategy_host;

/// The backtest: one deterministic loop over two clocks, the venue's and ours.
///
/// A market event acts on the simulated venue at its venue time and reaches the strategies at its receive time. An
/// order acts on the book as of the instant at which it arrives, between two events, and its answer comes back later.
/// At one instant: market data first, then expiries, then orders that arrive, then what reaches the strategies, then
/// timers; within each by order of sending, and for one event in configuration order.
/// Source: specs "The simulated venue", section 1.
class kernel final : match::exchange_listener {
public:
  /// @param spent is given every batch that is done with
  kernel(simulator::simulation_config config, instrument_registry& instruments,
         std::vector<strategy_registry::instance> strategies, run_output& output,
         std::function<void(std::unique_ptr<journal::event_batch>)> spent);
  ~kernel() override;
  kernel(const kernel&) = delete;
  kernel& operator=(const kernel&) = delete;

  /// What strategies see of the venues' lists, at the time of the run. Before the first event.
  void set_catalog(std::unique_ptr<catalog::history> past) { catalog_ = std::move(past); }
  /// Who sees each market event right after the venue did, whatever strategies want. Before the first event.
  void set_observer(std::function<void(const market_event&)> x) { observer_ = std::move(x); }
  /// Queues events behind those queued before.
  void add(std::unique_ptr<journal::event_batch> batch);
  /// Venue time of the next queued event; there is one.
  std::int64_t queued_ns() const { return batches_.back().batch->events[batches_.back().next].venue_ns; }
  /// Processes queued events up to and including `limit_ns`.
  /// @returns the venue time of the next queued event; INT64_MAX if there is none
  std::int64_t run_until(std::int64_t limit_ns);
  /// No more events: what is under way arrives, a last equity sample is taken.
  void finish();

  /// Market events and answers that had not reached a strategy when `finish` gave up waiting for them.
  std::uint64_t undelivered() const { return undelivered_; }
  std::int64_t first_ns() const { return first_ns_; }
  std::int64_t last_ns() const { return last_ns_; } ///< venue time of the last event
  std::uint64_t events() const { return events_; }
  const simulator::simulation_config& settings() const { return config_; }
  const instrument& rules_of(instrument_id id) const { return rules_.of(id); }
  const match::exchange& simulated_venue() const { return *exchange_; }
  optional_double mark(instrument_id id) const { return exchange_->mark(id); }
  const std::vector<strategy_registry::instance>& strategies() const { return strategies_; }
  /// What the catalog did not know when a strategy first asked for that; empty: nothing.
  const std::string& catalog_gap() const { return catalog_gap_; }
  /// What the simulated venue warned of: each kind once, with the number of instruments it concerns.
  const std::map<match::warning, notice>& warnings() const { return warnings_; }

private:
  friend class strategy_host;

  /// What is on its way to the venue.
  struct request {
    std::int64_t at_ns = 0;
    std::uint64_t sequence = 0;
    match::order_action action = match::order_action::place;
    bool cancels_all = false;
    std::uint32_t strategy = 0;
    order_id order;
    order_request terms; ///< amend: limit and size
    std::int64_t response_delay_ns = 0;
  };
  struct settlement_notice {
    match::settlement what;
    market_event told; ///< the `status` event that the strategy gets
  };
  /// What is on its way to a strategy: an answer, or a settlement of its own.
  struct response {
    std::int64_t at_ns = 0;
    std::uint64_t sequence = 0;
    std::uint32_t strategy = 0;
    order_update update;
    std::shared_ptr<const settlement_notice> settled; ///< not null: this and no update
  };
  struct delivery {
    std::int64_t at_ns = 0;
    std::uint64_t sequence = 0;
    const market_event* event = nullptr;
    std::uint64_t batch = 0; ///< its number
  };
  struct timer {
    std::int64_t at_ns;
    std::uint64_t sequence; ///< also its id
    std::uint32_t strategy;
    std::int64_t period_ns; ///< 0: once
    bool operator>(const timer& x) const { return at_ns != x.at_ns ? at_ns > x.at_ns : sequence > x.sequence; }
  };
  /// The lines between us and one venue; each is first in, first out.
  struct session {
    match::latency_model latency;
    std::int64_t feed_delay_ns = 0;
    std::int64_t last_delivery_ns = 0;
    fifo<request> requests;
    fifo<response> responses;
    fifo<delivery> deliveries;
  };
  struct held_batch {
    std::unique_ptr<journal::event_batch> batch;
    std::size_t next = 0;    ///< the first event not yet processed
    std::size_t pending = 0; ///< deliveries that point into it
  };

  void process(const market_event& event, std::uint64_t batch);
  void deliver(const market_event& event);
  void apply_route_changes();
  /// Everything that is due before `limit_ns`, in order of time.
  void run_due(std::int64_t limit_ns);
  std::int64_t next_due() const;
  void run_next(std::int64_t at_ns);
  void arrive(session& on, std::int64_t at_ns);
  void execute(const request& what);
  void respond(const response& what);
  void fire_timer();
  void release_batches();
  void sample_equity(std::int64_t at_ns);
  void note_due(std::int64_t at_ns) { next_due_ns_ = std::min(next_due_ns_, at_ns); }
  session& session_of(instrument_id id) { return sessions_[static_cast<std::size_t>(instruments_.at(id).at)]; }

  // what strategy_host asks for
  void send(request what, venue to);
  void refuse(const request& what, const match::round_trip& trip, session& line);
  timer_id set_timer(std::uint32_t strategy, std::int64_t delay_ns, std::int64_t period_ns);
  void cancel_timer(timer_id id);
  catalog::view_ptr markets();

  // match::exchange_listener
  void on_update(match::owner_id owner, const order_update& update) override;
  void on_settlement(const match::settlement& what) override;
  void on_warning(match::warning kind, instrument_id instrument, std::string_view text) override;

  simulator::simulation_config config_;
  instrument_registry& instruments_;
  instrument_rules rules_;
  std::unique_ptr<match::exchange> exchange_;
  match::ledger seen_; ///< positions as far as their fills have reached the strategies
  std::vector<strategy_registry::instance> strategies_;
  std::vector<std::unique_ptr<strategy_host>> hosts_;
  run_output& output_;
  std::function<void(std::unique_ptr<journal::event_batch>)> spent_;
  std::function<void(const market_event&)> observer_; ///< empty: nobody
  std::unique_ptr<catalog::history> catalog_;         ///< null: none
  std::string catalog_gap_;

  struct route_change {
    std::uint32_t strategy;
    subscription what;
    bool is_wanted;
  };
  routes routes_;
  std::vector<route_change> route_changes_; ///< asked for during an event, made before the next
  std::vector<session> sessions_;           ///< by venue
  std::priority_queue<timer, std::vector<timer>, std::greater<>> timers_;
  boost::unordered_flat_set<std::uint64_t> live_timers_;
  std::deque<held_batch> batches_;
  std::uint64_t first_batch_ = 0; ///< number of batches_.front()

  std::int64_t now_ns_ = 0, first_ns_ = 0, last_ns_ = 0;
  std::int64_t next_due_ns_ = INT64_MAX; ///< a lower bound of what `next_due` would say
  std::int64_t next_sample_ns_ = INT64_MIN;
  std::uint64_t sequence_ = 0; ///< of everything that is queued
  std::uint64_t last_order_ = 0;
  std::uint64_t events_ = 0, undelivered_ = 0;
  std::int64_t answer_delay_ns_ = -1; ///< of the request being executed; -1: none is
  std::map<match::warning, notice> warnings_;
  bool started_ = false;
};

} // namespace strike::replay
