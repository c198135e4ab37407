#pragma once

#include "base/order.hpp"
#include "catalog/view.hpp"
#include "strategy/subscription.hpp"

#include <string>
#include <string_view>

namespace strike {

struct timer_id {
  std::uint64_t value = 0; ///< 0 = none
  auto operator<=>(const timer_id&) const = default;
};

enum class log_level : std::uint8_t { info, warning, error };
template <> struct enum_names<log_level> {
  static constexpr std::string_view what = "log level";
  static constexpr std::array table = {enum_name{log_level::info, "info"}, enum_name{log_level::warning, "warning"},
                                       enum_name{log_level::error, "error"}};
};

/// Why a strategy wants to act, before it acts: what reports count and the dashboard lists.
struct signal {
  instrument_id instrument;
  strike::side side = strike::side::buy;
  double value = 0;   ///< what crossed the threshold
  std::string reason; ///< a few words
};

/// A strategy's holding of one instrument, as far as its fills have reached it.
struct position {
  quantity size;            ///< signed: short is negative
  double average_price = 0; ///< of the open part, in the instrument's price unit; 0 when flat
};

/// A strategy's only door to the world. A live host backs it with the clock, the bus and exec; the backtest kernel
/// with simulated time and the simulated venue. Valid only during the call it was passed to.
class context {
public:
  virtual ~context() = default;

  virtual std::int64_t now_ns() const = 0;
  /// The instance's name in the configuration.
  virtual std::string_view strategy_name() const = 0;

  /// Takes effect from the next event on; adding one that is there already changes nothing.
  virtual void subscribe(const subscription& what) = 0;
  virtual void unsubscribe(const subscription& what) = 0;

  /// Calls `on_timer` once, `delay_ns` > 0 from now.
  virtual timer_id after(std::int64_t delay_ns) = 0;
  /// Calls `on_timer` every `period_ns` > 0.
  virtual timer_id every(std::int64_t period_ns) = 0;
  virtual void cancel_timer(timer_id timer) = 0;

  /// Sends an order. What becomes of it arrives at `on_order`, also a rejection.
  virtual order_id place(const order_request& order) = 0;
  /// New limit and new total size (what is filled already counts in).
  virtual void amend(order_id order, price limit, quantity size) = 0;
  virtual void cancel(order_id order) = 0;
  virtual void cancel_all() = 0;
  /// Simulated venues only: the displayed quantity ahead of a resting order; none if not resting or not known.
  virtual optional_double queue_ahead(order_id order) const = 0;

  virtual position position_of(instrument_id instrument) const = 0;
  virtual const instrument_registry::entry& symbol_of(instrument_id instrument) const = 0;
  virtual const instrument& rules_of(instrument_id instrument) = 0;
  /// @returns `ec::malformed` if the symbol does not fit the venue's grammar
  virtual result<instrument_id> find(venue at, std::string_view symbol) = 0;
  /// What the venues list, as it is known now; keep it for as long as anything out of it is used. Null where there is
  /// no `[catalog]`, and in a backtest before its history begins.
  virtual catalog::view_ptr markets() = 0;

  virtual void report(const signal& what) = 0;
  virtual void log(log_level level, std::string_view text) = 0;
};

} // namespace strike
