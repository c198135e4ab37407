#pragma once

#include "base/order.hpp"
#include "strategy/context.hpp"
#include "strategy/widgets.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace strike {

/// A trading strategy: reacts to events, acts through its `context`, keeps no thread, clock or connection.
/// The same object runs live, on paper and in backtests.
class strategy {
public:
  virtual ~strategy() = default;

  /// Asked once, before the first event. More can follow through `context::subscribe`.
  virtual std::vector<subscription> subscriptions() const = 0;
  virtual void on_start(context&) {}
  virtual void on_event(const market_event&, context&) = 0;
  virtual void on_order(const order_update&, context&) {}
  virtual void on_timer(timer_id, context&) {}
  /// Values by name; the layout's widgets refer to them.
  virtual boost::json::object dashboard_state() const = 0;
  virtual dashboard_schema dashboard_layout() const { return {}; }
};

} // namespace strike
