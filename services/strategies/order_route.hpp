#pragma once

#include "base/order.hpp"

#include <functional>

namespace strike::strategies {

/// The way of one strategy's orders to exec. What becomes of an order comes back later, never during the call.
class order_route {
public:
  virtual ~order_route() = default;
  virtual order_id place(const order_request& what) = 0;
  virtual void amend(order_id order, price limit, quantity size) = 0;
  virtual void cancel(order_id order) = 0;
  virtual void cancel_all() = 0;
};

/// Refuses every order: what a strategies process without exec does. Nothing is ever open, so there is nothing to amend
/// or cancel.
class no_exec final : public order_route {
public:
  /// @param answer is given the refusals; the host hands them on after the strategy's call
  explicit no_exec(std::function<void(order_update)> answer) : answer_{std::move(answer)} {}

  order_id place(const order_request& what) override {
    const order_id made{++last_};
    answer_({.order = made,
             .instrument = what.instrument,
             .state = order_state::rejected,
             .reason = "no exec is connected: orders are not sent"});
    return made;
  }
  void amend(order_id, price, quantity) override {}
  void cancel(order_id) override {}
  void cancel_all() override {}

private:
  std::function<void(order_update)> answer_;
  std::uint64_t last_ = 0;
};

} // namespace strike::strategies
