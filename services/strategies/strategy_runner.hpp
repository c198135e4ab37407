#pragma once

#include "router/messages.hpp"
#include "strategies/live_context.hpp"
#include "strategy/strategy.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <utility>

namespace strike::strategies {

/// Calls one strategy in the right order: event by event, timers between them, refusals of orders after the call that
/// placed them. Knows no actor. What the strategy throws leaves every function; the object is then of no more use. One
/// thread.
class strategy_runner {
public:
  strategy_runner(std::unique_ptr<strategy> logic, world_config config)
      : world_{std::move(config)}, logic_{std::move(logic)} {}

  /// Asks for the subscriptions and calls `on_start`; before all but news from exec.
  void start();
  /// Whether orders are taken. True where there is no exec: then nothing changes that.
  bool can_trade() const { return world_.can_trade(); }
  /// Hands over a parcel. With `clock_mode::feed`, a timer that is due before an event's time fires before the event.
  void take(const router::parcel& parcel);
  /// What the connection to exec tells; only where there is one.
  void take(const exec_news& news);
  /// Delivers answers that are left; with `clock_mode::wall`, fires the timers that are due.
  void wake();

  /// Asks exec to cancel whatever is open: the strategy ends.
  void cancel_orders() { world_.cancel_all(); }

  /// When `wake` has something to do, by `now_ns()`; INT64_MAX: not before another call.
  std::int64_t next_wake_ns();
  std::int64_t now_ns() const { return world_.now_ns(); }
  std::vector<route_change> take_route_changes() { return world_.take_route_changes(); }
  std::uint64_t events() const { return events_; }
  /// When a gateway received the newest event that was handed over; 0: not told.
  std::int64_t received_ns() const { return received_ns_; }

  /// The strategy's own state, and under "host" what every strategy shows.
  boost::json::object state() const;
  std::string layout_json() const;

private:
  void advance(std::int64_t to_ns);
  void answer();

  live_context world_;
  std::unique_ptr<strategy> logic_;
  std::uint64_t events_ = 0;
  std::int64_t received_ns_ = 0;
};

} // namespace strike::strategies
