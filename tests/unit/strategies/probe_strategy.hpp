#pragma once

#include "base/time.hpp"
#include "router/messages.hpp"
#include "strategy/registry.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace strike::test {

/// What the probes of a test saw, in order, and what they do at each event.
struct probe_log {
  std::vector<std::string> seen;
  std::vector<subscription> subscriptions;
  std::function<void(context&)> on_start, on_timer, on_order;
  std::function<void(const market_event&, context&)> on_event;
  std::function<void()> on_make;
};

/// A strategy that writes down what happens to it, "<what> <name of the instance>", into the test's own log.
class probe final : public strategy {
public:
  static inline probe_log* log = nullptr; ///< of the running test

  explicit probe(std::int64_t level) : level_{level} {}
  static std::unique_ptr<strategy> make(config::section& settings) {
    if (log->on_make) log->on_make();
    return std::make_unique<probe>(settings.integer("level", 0, 0, 9));
  }

  std::vector<subscription> subscriptions() const override { return log->subscriptions; }
  void on_start(context& world) override {
    note("start", world);
    if (log->on_start) log->on_start(world);
  }
  void on_event(const market_event& event, context& world) override {
    note(std::string{to_text(channel_of(event))} + "@" + std::to_string(event.recv_ns), world);
    if (log->on_event) log->on_event(event, world);
  }
  void on_timer(timer_id id, context& world) override {
    note("timer" + std::to_string(id.value) + "@" + std::to_string(world.now_ns()), world);
    if (log->on_timer) log->on_timer(world);
  }
  void on_order(const order_update& x, context& world) override {
    note("order" + std::to_string(x.order.value) + " " + std::string{to_text(x.state)} + " (" + x.reason + ")", world);
    if (log->on_order) log->on_order(world);
  }
  boost::json::object dashboard_state() const override { return {{"level", level_}}; }
  dashboard_schema dashboard_layout() const override { return {widgets::divider{}}; }

private:
  static void note(const std::string& what, const context& world) {
    log->seen.push_back(std::string{world.strategy_name()} + " " + what);
  }
  std::int64_t level_;
};

inline market_event tick(instrument_id id, std::int64_t at_ns) {
  return {.venue_ns = at_ns, .recv_ns = at_ns, .instrument = id, .body = ticker{}};
}

/// All events of a block, as the router hands them over.
inline router::parcel_ptr parcel_of(std::vector<market_event> events) {
  auto made = std::make_shared<router::parcel>();
  for (std::uint32_t i = 0; i < events.size(); ++i) made->picks.push_back(i);
  made->block = std::make_shared<const std::vector<market_event>>(std::move(events));
  return made;
}

} // namespace strike::test
