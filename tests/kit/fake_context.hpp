#pragma once

#include "base/rules.hpp"
#include "strategy/strategy.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strike::test {

/// The world of one strategy, moved by the test alone. It is loud: an order, cancel, error line or warning that the
/// test did not take before the context ends fails the test, and so does a call that no strategy here makes.
class fake_context : public context {
public:
  struct cancel_call {
    order_id order;
  };

  explicit fake_context(std::vector<rule_pattern> rules) : rules_{registry, std::move(rules)} {}
  ~fake_context() override {
    for (const auto& x : placed) ADD_FAILURE() << "an order that the test did not expect: " << describe(x);
    for (const auto& x : cancelled) ADD_FAILURE() << "a cancel that the test did not expect: " << x.value;
    for (const auto& x : logged) ADD_FAILURE() << "a line that the test did not expect: " << x;
  }

  // what the test does
  instrument_id add(std::string_view symbol, venue at = venue::deribit) {
    auto id = registry.intern(at, symbol);
    EXPECT_TRUE(id) << id.error().text;
    return id.value_or(instrument_id{});
  }
  void start(strategy& x) { x.on_start(*this); }
  void tick(strategy& x, instrument_id id, const ticker& quote, trust state = trust::live) {
    ++clock_ns;
    x.on_event({.venue_ns = clock_ns, .recv_ns = clock_ns, .instrument = id, .state = state, .body = quote}, *this);
  }
  void status(strategy& x, instrument_id id, instrument_state state, optional_double settlement = {}) {
    ++clock_ns;
    x.on_event({.venue_ns = clock_ns, .instrument = id, .body = instrument_status{state, settlement, {}}}, *this);
  }
  /// The oldest order that was placed and not yet taken; an invalid one fails the test.
  struct sent {
    order_id id;
    order_request what;
  };
  sent take_order() {
    if (placed.empty()) {
      ADD_FAILURE() << "no order was placed";
      return {};
    }
    auto first = placed.front();
    placed.erase(placed.begin());
    return first;
  }
  order_id take_cancel() {
    if (cancelled.empty()) {
      ADD_FAILURE() << "nothing was cancelled";
      return {};
    }
    auto first = cancelled.front();
    cancelled.erase(cancelled.begin());
    return first;
  }
  /// The oldest line above `info`.
  std::string take_line() {
    if (logged.empty()) {
      ADD_FAILURE() << "nothing was logged";
      return {};
    }
    auto first = logged.front();
    logged.erase(logged.begin());
    return first;
  }
  /// Fills `size` at the order's limit, or at `at`, and tells the strategy. `last` is the state if not all is filled.
  void fill_order(strategy& x, const sent& order, quantity size, order_state last = order_state::partially_filled,
                  price at = {}) {
    auto& total = filled_[order.id.value];
    total += size;
    const auto left = order.what.size - total;
    const auto what = order.what.side == side::buy ? size : -size;
    positions[order.what.instrument.index].size += what;
    const auto paid = at == price{} ? order.what.limit : at;
    positions[order.what.instrument.index].average_price = to_double(paid);
    const auto state = left == quantity{} ? order_state::filled : last;
    x.on_order({.venue_ns = clock_ns,
                .order = order.id,
                .instrument = order.what.instrument,
                .state = state,
                .filled = total,
                .remaining = is_final(state) ? quantity{} : left,
                .execution = fill{.venue_ns = clock_ns,
                                  .order = order.id,
                                  .instrument = order.what.instrument,
                                  .side = order.what.side,
                                  .at = paid,
                                  .size = size}},
               *this);
  }
  /// Tells the strategy of a state without a fill.
  void update(strategy& x, const sent& order, order_state state, std::string reason = {}) {
    const auto total = filled_[order.id.value];
    x.on_order({.venue_ns = clock_ns,
                .order = order.id,
                .instrument = order.what.instrument,
                .state = state,
                .filled = total,
                .remaining = is_final(state) ? quantity{} : order.what.size - total,
                .reason = std::move(reason)},
               *this);
  }
  /// Moves the clock and fires the timers that fall due, in their order.
  void advance(strategy& x, std::int64_t ns) {
    const auto end = clock_ns + ns;
    for (;;) {
      auto next = timers.end();
      for (auto t = timers.begin(); t != timers.end(); ++t)
        if (t->second <= end && (next == timers.end() || t->second < next->second)) next = t;
      if (next == timers.end()) break;
      clock_ns = std::max(clock_ns, next->second);
      const timer_id id{next->first};
      timers.erase(next);
      x.on_timer(id, *this);
    }
    clock_ns = end;
  }

  instrument_registry registry;
  std::int64_t clock_ns = 1'700'000'000'000'000'000;
  std::vector<sent> placed;
  std::vector<order_id> cancelled;
  std::vector<std::string> logged;
  std::vector<signal> signals;
  std::map<std::uint64_t, std::int64_t> timers; ///< due times by id
  std::map<std::uint32_t, position> positions;  ///< by instrument
  catalog::view_ptr listed;                     ///< what `markets` says

  // what the strategy sees
  std::int64_t now_ns() const override { return clock_ns; }
  std::string_view strategy_name() const override { return "test"; }
  void subscribe(const subscription&) override { ADD_FAILURE() << "subscribe was not expected"; }
  void unsubscribe(const subscription&) override { ADD_FAILURE() << "unsubscribe was not expected"; }
  timer_id after(std::int64_t delay_ns) override {
    EXPECT_GT(delay_ns, 0);
    timers[++last_timer_] = clock_ns + delay_ns;
    return {last_timer_};
  }
  timer_id every(std::int64_t) override { return ADD_FAILURE() << "every was not expected", timer_id{}; }
  void cancel_timer(timer_id timer) override {
    EXPECT_EQ(timers.erase(timer.value), 1U) << "cancelled a timer that does not run";
  }
  order_id place(const order_request& order) override {
    expect_valid(order);
    placed.push_back({{++last_order_}, order});
    return {last_order_};
  }
  void amend(order_id, price, quantity) override { ADD_FAILURE() << "amend was not expected"; }
  void cancel(order_id order) override { cancelled.push_back(order); }
  void cancel_all() override { ADD_FAILURE() << "cancel_all was not expected"; }
  optional_double queue_ahead(order_id) const override {
    ADD_FAILURE() << "queue_ahead was not expected";
    return {};
  }
  position position_of(instrument_id id) const override {
    const auto at = positions.find(id.index);
    return at == positions.end() ? position{} : at->second;
  }
  const instrument_registry::entry& symbol_of(instrument_id id) const override { return registry.at(id); }
  const instrument& rules_of(instrument_id id) override { return rules_.of(id); }
  result<instrument_id> find(venue at, std::string_view symbol) override { return registry.intern(at, symbol); }
  catalog::view_ptr markets() override { return listed; }
  void report(const signal& what) override { signals.push_back(what); }
  void log(log_level level, std::string_view text) override {
    if (level != log_level::info) logged.emplace_back(text);
  }

private:
  static std::string describe(const sent& x) {
    return std::string{to_text(x.what.side)} + " " + to_string(x.what.size) + " at " + to_string(x.what.limit);
  }
  /// What every venue would refuse.
  void expect_valid(const order_request& order) {
    const auto& rules = rules_.of(order.instrument);
    EXPECT_GE(order.size, rules.minimum);
    EXPECT_EQ(order.size.nanos % rules.lot.nanos, 0) << to_string(order.size);
    if (order.type != order_type::limit) return;
    EXPECT_GT(order.limit, price{});
    EXPECT_TRUE(rules.ticks.is_on_tick(order.limit)) << to_string(order.limit);
  }

  instrument_rules rules_;
  std::uint64_t last_order_ = 0, last_timer_ = 0;
  std::map<std::uint64_t, quantity> filled_;
};

/// Makes a strategy from TOML; a mistake in it fails the test.
template <class Make> std::unique_ptr<strategy> make_strategy(Make make, std::string_view toml) {
  auto document = config::document::from_text(toml, "test.toml");
  EXPECT_TRUE(document) << document.error().text;
  auto settings = document->root();
  settings.has("type"), settings.has("name");
  auto made = make(settings);
  const auto done = document->finish();
  EXPECT_TRUE(done) << done.error().text;
  return made;
}

} // namespace strike::test
