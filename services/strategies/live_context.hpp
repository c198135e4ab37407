#pragma once

#include "base/rules.hpp"
#include "process/log.hpp"
#include "strategies/exec_route.hpp"
#include "strategies/host_settings.hpp"
#include "strategies/metrics.hpp"
#include "strategies/order_route.hpp"
#include "strategies/position_book.hpp"
#include "strategies/subscription_set.hpp"
#include "strategies/timer_queue.hpp"
#include "strategy/context.hpp"
#include "strategy/history.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strike::strategies {

/// What a strategy's door to the world needs; all of it outlives the strategy.
struct world_config {
  std::string strategy;
  instrument_registry& instruments;
  std::vector<rule_pattern> rules;
  clock_mode clock = clock_mode::wall;
  std::function<std::int64_t()> wall_ns;
  process::logger& log;
  strategy_metrics metrics;
  /// An OrderRequest on its way to exec; none: there is no exec, and every order is refused.
  std::function<result<void>(std::string_view bytes)> send_order{};
  /// What the venues list at that time; none: there is no catalog.
  std::function<catalog::view_ptr(std::int64_t now_ns)> markets{};
};

/// A change of subscriptions, for the router.
struct route_change {
  subscription what;
  bool is_wanted = true;
};

/// One strategy's door to the live world. It collects what the strategy asked for during a call; whoever made the call
/// takes it out afterwards. One thread.
///
/// With `clock_mode::feed` the time is 0 until the first event; timers set before count from that event.
class live_context final : public context {
public:
  explicit live_context(world_config config);

  std::int64_t now_ns() const override;
  std::string_view strategy_name() const override { return config_.strategy; }

  void subscribe(const subscription& what) override;
  void unsubscribe(const subscription& what) override;

  timer_id after(std::int64_t delay_ns) override { return set_timer(delay_ns, 0); }
  timer_id every(std::int64_t period_ns) override { return set_timer(period_ns, std::max<std::int64_t>(period_ns, 1)); }
  void cancel_timer(timer_id timer) override { timers_.cancel(timer); }

  order_id place(const order_request& order) override { return orders_->place(order); }
  void amend(order_id order, price limit, quantity size) override { orders_->amend(order, limit, size); }
  void cancel(order_id order) override { orders_->cancel(order); }
  void cancel_all() override { orders_->cancel_all(); }
  optional_double queue_ahead(order_id) const override { return {}; }

  position position_of(instrument_id instrument) const override { return positions_.of(instrument); }
  const instrument_registry::entry& symbol_of(instrument_id instrument) const override {
    return config_.instruments.at(instrument);
  }
  const instrument& rules_of(instrument_id instrument) override { return rules_.of(instrument); }
  result<instrument_id> find(venue at, std::string_view symbol) override {
    return config_.instruments.intern(at, symbol);
  }

  catalog::view_ptr markets() override { return config_.markets ? config_.markets(now_ns()) : nullptr; }

  void report(const signal& what) override;
  void log(log_level level, std::string_view text) override;

  // ---- for the host ----

  clock_mode clock() const { return config_.clock; }
  timer_queue& timers() { return timers_; }
  /// `clock_mode::feed`: the time of the event or timer that is handed over next.
  void set_now(std::int64_t now_ns);
  bool has_started() const { return now_ns_ != 0; }
  /// Whether the strategy still wants the event; takes in what a status defines.
  bool admit(const market_event& event);

  /// What the connection to exec tells; there is one.
  void take(const exec_news& news) { exec_->take(news); }
  bool can_trade() const { return !exec_ || exec_->is_ready(); }
  bool has_answers() const { return !answers_.empty(); }
  std::vector<order_update> take_answers() { return std::exchange(answers_, {}); }
  std::vector<route_change> take_route_changes() { return std::exchange(route_changes_, {}); }

  /// What every strategy shows: {"signals":n, "orders_refused":n, "last_signals":[...], "log":[...]}, and with exec
  /// {"exec_ready":b, "open_orders":n, "fills":n, "positions":[...], "results":[...]}.
  boost::json::object facts() const;

private:
  struct kept_signal {
    std::int64_t at_ns;
    signal what;
  };
  timer_id set_timer(std::int64_t delay_ns, std::int64_t period_ns) {
    return timers_.set(now_ns() + std::max<std::int64_t>(delay_ns, 1), period_ns);
  }
  std::string name_of(instrument_id id) const;
  void answer(order_update update);
  std::unique_ptr<order_route> make_route();

  world_config config_;
  instrument_rules rules_;
  position_book positions_{rules_};
  exec_route* exec_ = nullptr; ///< `orders_`, if it is one
  std::unique_ptr<order_route> orders_;
  timer_queue timers_;
  subscription_set wanted_;
  std::vector<route_change> route_changes_;
  std::vector<order_update> answers_;
  mutable std::int64_t now_ns_ = 0; ///< never goes back
  std::uint64_t signals_ = 0, orders_refused_ = 0;
  std::deque<kept_signal> last_signals_;
  bounded_log lines_;
};

} // namespace strike::strategies
