#pragma once

#include "replay/kernel.hpp"

namespace strike::replay {

/// One strategy's door to the kernel.
class strategy_host final : public context {
public:
  strategy_host(kernel& owner, std::uint32_t index) : kernel_{owner}, index_{index} {}

  std::int64_t now_ns() const override { return kernel_.now_ns_; }
  std::string_view strategy_name() const override { return kernel_.strategies_[index_].name; }

  void subscribe(const subscription& what) override { kernel_.route_changes_.push_back({index_, what, true}); }
  void unsubscribe(const subscription& what) override { kernel_.route_changes_.push_back({index_, what, false}); }

  timer_id after(std::int64_t delay_ns) override { return kernel_.set_timer(index_, delay_ns, 0); }
  timer_id every(std::int64_t period_ns) override { return kernel_.set_timer(index_, period_ns, period_ns); }
  void cancel_timer(timer_id timer) override { kernel_.cancel_timer(timer); }

  order_id place(const order_request& order) override;
  void amend(order_id order, price limit, quantity size) override;
  void cancel(order_id order) override;
  void cancel_all() override;
  optional_double queue_ahead(order_id order) const override { return kernel_.exchange_->queue_ahead(order); }

  position position_of(instrument_id instrument) const override;
  const instrument_registry::entry& symbol_of(instrument_id instrument) const override {
    return kernel_.instruments_.at(instrument);
  }
  const instrument& rules_of(instrument_id instrument) override { return kernel_.rules_.of(instrument); }
  result<instrument_id> find(venue at, std::string_view symbol) override {
    return kernel_.instruments_.intern(at, symbol);
  }

  catalog::view_ptr markets() override { return kernel_.markets(); }

  void report(const signal& what) override { kernel_.output_.on_signal(index_, now_ns(), what); }
  void log(log_level level, std::string_view text) override { kernel_.output_.on_log(index_, now_ns(), level, text); }

private:
  kernel& kernel_;
  std::uint32_t index_;
};

} // namespace strike::replay
