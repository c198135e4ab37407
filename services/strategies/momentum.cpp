// Momentum: follow a move of the mid, one position per instrument.
//
//   signal   mid / (mid `lookback_ticks` ticks ago) - 1 goes above `threshold` (buy) or below -threshold (sell); again
//            only after it came back inside or turned. Only live, two-sided ticks count.
//   entry    a limit order at the own touch (join), one tick better inside the spread (improve) or at the opposite
//            touch (cross), cancelled after `entry_timeout`; what it filled is kept
//   exit     by taker orders on the opposite signal, or `max_hold` after the entry ended; repeated until flat, first
//            after `retry_delay`, then each time after twice as long, up to 64 times
//
// Binaries and spot are bought only: nothing can be sold that is not held.

#include "strategies/momentum.hpp"

#include "base/time.hpp"
#include "strategies/ended_positions.hpp"
#include "strategies/orders.hpp"
#include "strategies/settings.hpp"
#include "strategy/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace strike::strategies {

enum class entry_style : std::uint8_t { join, improve, cross };

} // namespace strike::strategies

namespace strike {
template <> struct enum_names<strategies::entry_style> {
  static constexpr std::string_view what = "entry style";
  static constexpr std::array table = {enum_name{strategies::entry_style::join, "join"},
                                       enum_name{strategies::entry_style::improve, "improve"},
                                       enum_name{strategies::entry_style::cross, "cross"}};
};
} // namespace strike

namespace strike::strategies {

namespace {

struct momentum_settings {
  std::vector<subscription> instruments;
  double threshold = 0.002;
  std::uint32_t lookback_ticks = 20;
  quantity size;         ///< 0: the instrument's minimum
  quantity max_position; ///< 0: the same as size
  entry_style entry = entry_style::join;
  bool shorts = true;
  std::int64_t entry_timeout_ns = 5 * ns_per_s;
  std::int64_t max_hold_ns = 60 * ns_per_s;
  std::int64_t slippage_ticks = 1;
  std::int64_t retry_ns = ns_per_s;
};

enum class phase : std::uint8_t { flat, entering, holding, exiting };
constexpr std::string_view phase_names[] = {"flat", "entering", "holding", "exiting"};

struct slot {
  touch at;
  std::uint32_t next = 0; ///< place of the oldest mid in the ring
  bool is_seen = false, is_full = false, is_ours = false;
  bool is_halted = false, wants_exit = false;
  std::int8_t direction = 0; ///< of the last signal; 0 once the move came back inside the threshold
  phase now = phase::flat;
  std::uint8_t retries = 0;
  side entry_side = side::buy;
  order_id order;
  timer_id timer;
  quantity size; ///< held, signed
  double multiplier = 1;
  bool is_inverse = false;
  double mark = std::numeric_limits<double>::quiet_NaN(); ///< the last mid

  double flow(double amount, double p) const { return cash_flow(amount, p, multiplier, is_inverse); }
};

class momentum final : public strategy {
public:
  explicit momentum(momentum_settings settings) : settings_{std::move(settings)} {}

  std::vector<subscription> subscriptions() const override { return with_status(settings_.instruments); }

  void on_event(const market_event& event, context& world) override {
    const auto* quote = std::get_if<ticker>(&event.body);
    if (!quote) return on_other(event, world);
    auto& x = slot_of(event.instrument, world);
    if (!x.is_ours || event.state != trust::live) return;
    x.at = {quote->best_bid, quote->best_ask};
    if (!x.at.is_two_sided()) return;
    const auto mid = x.mark = x.at.mid();
    if (event.instrument == watched_) mid_history_.add(world.now_ns(), mid);
    auto& oldest = mids_[std::size_t{event.instrument.index} * settings_.lookback_ticks + x.next];
    const auto before = oldest;
    oldest = mid;
    const bool was_full = x.is_full;
    if (++x.next == settings_.lookback_ticks) {
      x.next = 0;
      x.is_full = true;
    }
    if (!was_full) return;
    const auto move = mid - before, limit = settings_.threshold * before;
    const auto direction = static_cast<std::int8_t>((move > limit) - (move < -limit));
    if (direction == x.direction) return;
    x.direction = direction;
    if (direction != 0) on_signal(event.instrument, x, move / before, world);
  }

  void on_order(const order_update& update, context& world) override {
    if (!update.instrument.is_valid()) return; // the refusal of a cancel may name none
    auto& x = slot_of(update.instrument, world);
    if (update.execution) book(*update.execution, x);
    if (!x.is_ours) return;
    x.size = world.position_of(update.instrument).size;
    if (x.order.value == 0 || update.order != x.order || !is_final(update.state)) return;
    x.order = {};
    drop_timer(x, world);
    if (update.state == order_state::rejected) {
      ++rejects_;
      note(world, log_level::error,
           fmt::format("order for {} rejected: {}", name_of(update.instrument, world), update.reason));
    }
    if (x.size == quantity{})
      become_flat(update.instrument, x);
    else if (x.now == phase::entering)
      hold(update.instrument, x, world);
    else
      retry_later(x, world);
  }

  void on_timer(timer_id timer, context& world) override {
    const auto found = std::ranges::find_if(active_, [&](const auto& a) { return slots_[a.id.index].timer == timer; });
    if (found == active_.end()) return;
    const auto id = found->id;
    auto& x = slots_[id.index];
    x.timer = {};
    if (x.now == phase::entering && x.order.value != 0) world.cancel(x.order);
    if (x.now == phase::holding) note(world, log_level::info, name_of(id, world) + ": held long enough");
    if (x.now == phase::holding || x.now == phase::exiting) exit(id, x, world);
  }

  boost::json::object dashboard_state() const override;
  dashboard_schema dashboard_layout() const override;

private:
  struct active {
    instrument_id id;
    std::string symbol;
  };

  slot& slot_of(instrument_id id, context& world) {
    if (id.index < slots_.size() && slots_[id.index].is_seen) [[likely]]
      return slots_[id.index];
    return first_sight(id, world);
  }

  slot& first_sight(instrument_id id, context& world) {
    if (id.index >= slots_.size()) {
      slots_.resize(id.index + 1);
      mids_.resize(slots_.size() * settings_.lookback_ticks);
    }
    auto& x = slots_[id.index];
    const auto& what = world.symbol_of(id);
    x.is_seen = true;
    x.is_ours =
        std::ranges::any_of(settings_.instruments, [&](const auto& s) { return s.matches(what.at, what.symbol); });
    if (!x.is_ours) return x;
    x.multiplier = to_double(world.rules_of(id).multiplier);
    x.is_inverse = what.info.is_inverse && what.info.kind != instrument_kind::option;
    const auto before = world.position_of(id); // after a restart
    x.size = before.size;
    if (x.size == quantity{}) return x;
    cash_ += x.flow(to_double(x.size), before.average_price);
    activate(id, world);
    hold(id, x, world);
    return x;
  }

  void on_signal(instrument_id id, slot& x, double move, context& world) {
    const auto direction = x.direction > 0 ? side::buy : side::sell;
    ++signals_;
    world.report({.instrument = id, .side = direction, .value = move, .reason = "mid moved beyond threshold"});
    log_.add(world.now_ns(), log_level::info,
             fmt::format("{} moved {:+.4f}: {}", name_of(id, world), move, to_text(direction)));
    if (watched_ != id) watch(id, world);
    switch (x.now) {
    case phase::flat:
      return enter(id, x, direction, world);
    case phase::entering:
      if (direction == x.entry_side) return;
      x.wants_exit = true;
      return world.cancel(x.order);
    case phase::holding:
      if (direction != (x.size > quantity{} ? side::buy : side::sell)) exit(id, x, world);
      return;
    case phase::exiting:
      return;
    }
  }

  void watch(instrument_id id, context& world) {
    watched_ = id;
    watched_name_ = name_of(id, world);
    mid_history_ = bounded_series{2000, ns_per_s};
    mid_history_.add(world.now_ns(), slots_[id.index].at.mid());
  }

  void enter(instrument_id id, slot& x, side by, context& world) {
    const auto& rules = world.rules_of(id);
    const auto kind = rules.info.kind;
    const bool may_short = settings_.shorts && kind != instrument_kind::binary && kind != instrument_kind::spot;
    if (x.is_halted || (by == side::sell && !may_short)) return;
    const auto wanted = settings_.size > quantity{} ? settings_.size : rules.minimum;
    const auto size =
        whole_lots(rules, settings_.max_position > quantity{} ? std::min(wanted, settings_.max_position) : wanted);
    if (size == quantity{})
      return note(world, log_level::warning,
                  fmt::format("no entry: size {} is below the minimum {} of {}", to_string(wanted),
                              to_string(rules.minimum), name_of(id, world)));
    x.entry_side = by;
    x.wants_exit = false;
    x.now = phase::entering;
    activate(id, world);
    x.order = world.place({.instrument = id, .side = by, .limit = entry_price(rules, by, x.at), .size = size});
    ++orders_;
    x.timer = world.after(settings_.entry_timeout_ns);
  }

  /// The own touch, one tick better where that still lies inside the spread, or the opposite touch.
  price entry_price(const instrument& rules, side by, const touch& at) const {
    if (settings_.entry == entry_style::cross)
      return by == side::buy ? rules.ticks.round_up(*at.ask) : rules.ticks.round_down(*at.bid);
    const auto own = by == side::buy ? rules.ticks.round_down(*at.bid) : rules.ticks.round_up(*at.ask);
    if (settings_.entry == entry_style::join) return own;
    const auto better = by == side::buy ? rules.ticks.next_above(own) : rules.ticks.next_below(own);
    return by == side::buy ? (better < *at.ask ? better : own) : (better > *at.bid ? better : own);
  }

  void hold(instrument_id id, slot& x, context& world) {
    x.now = phase::holding;
    x.retries = 0;
    if (x.wants_exit) return exit(id, x, world);
    x.timer = world.after(settings_.max_hold_ns);
  }

  void exit(instrument_id id, slot& x, context& world) {
    drop_timer(x, world);
    x.now = phase::exiting;
    const auto by = x.size > quantity{} ? side::sell : side::buy;
    const auto& rules = world.rules_of(id);
    const auto size = whole_lots(rules, quantity{std::abs(x.size.nanos)});
    if (x.is_halted || !x.at.opposite_of(by) || size == quantity{}) return retry_later(x, world);
    x.order = world.place(taker_order(rules, id, by, size, x.at, order_type::limit, settings_.slippage_ticks));
    ++orders_;
  }

  void retry_later(slot& x, context& world) {
    x.timer = world.after(settings_.retry_ns << x.retries);
    if (x.retries < 6) ++x.retries;
  }

  void drop_timer(slot& x, context& world) {
    if (x.timer.value != 0) world.cancel_timer(x.timer);
    x.timer = {};
  }

  void activate(instrument_id id, context& world) {
    if (std::ranges::find(active_, id, &active::id) == active_.end()) active_.push_back({id, name_of(id, world)});
  }

  void become_flat(instrument_id id, slot& x) {
    x.now = phase::flat;
    x.wants_exit = false;
    x.retries = 0;
    std::erase_if(active_, [&](const auto& a) { return a.id == id; });
  }

  void on_other(const market_event& event, context& world) {
    const auto* status = std::get_if<instrument_status>(&event.body);
    if (!status) return;
    auto& x = slot_of(event.instrument, world);
    if (status->state == instrument_state::settled && !x.is_ours)
      cash_ += ended_.settle(event.instrument, world.symbol_of(event.instrument).info, status->settlement);
    if (!x.is_ours) return;
    if (status->state == instrument_state::halted) x.is_halted = true;
    if (status->state == instrument_state::resumed) x.is_halted = false;
    if (status->state != instrument_state::expired && status->state != instrument_state::settled) return;
    const auto& symbol = world.symbol_of(event.instrument);
    if (x.size != quantity{}) ended_.add({event.instrument, symbol.symbol, x.size, x.mark, x.multiplier, x.is_inverse});
    if (status->state == instrument_state::settled)
      cash_ += ended_.settle(event.instrument, symbol.info, status->settlement);
    drop_timer(x, world);
    x.order = {};
    x.size = {};
    x.is_ours = false; // late ticks and updates mean nothing any more
    become_flat(event.instrument, x);
    note(world, log_level::info, name_of(event.instrument, world) + " " + std::string{to_text(status->state)});
  }

  void book(const fill& what, const slot& x) {
    const auto amount = to_double(what.size) * (what.side == side::buy ? 1 : -1);
    cash_ += x.flow(amount, to_double(what.at)) - to_double(what.fee);
    fees_ += to_double(what.fee);
    ++fills_;
  }

  static const std::string& name_of(instrument_id id, context& world) { return world.symbol_of(id).symbol; }

  void note(context& world, log_level level, std::string text) {
    world.log(level, text);
    log_.add(world.now_ns(), level, std::move(text));
  }

  momentum_settings settings_;
  std::vector<slot> slots_;    ///< by instrument
  std::vector<double> mids_;   ///< `lookback_ticks` of each instrument, a ring
  std::vector<active> active_; ///< not flat
  instrument_id watched_;      ///< the instrument of the last signal: its mid is the chart's
  std::string watched_name_;
  bounded_series mid_history_{2000, ns_per_s};
  ended_positions ended_;
  double cash_ = 0; ///< flows of all fills and settlements less fees, in the settlement currency
  double fees_ = 0;
  std::uint64_t signals_ = 0, orders_ = 0, fills_ = 0, rejects_ = 0;
  bounded_log log_{200};
};

boost::json::object momentum::dashboard_state() const {
  double pnl = cash_ + ended_.worth();
  boost::json::array positions;
  const auto add = [&](const std::string& symbol, quantity size, double mark, std::string_view now) {
    positions.push_back(boost::json::object{{"instrument", symbol},
                                            {"size", to_double(size)},
                                            {"mark", json_number(mark)},
                                            {"phase", boost::json::string_view{now.data(), now.size()}}});
  };
  for (const auto& a : active_) {
    const auto& x = slots_[a.id.index];
    if (x.size != quantity{}) pnl += x.flow(-to_double(x.size), x.mark);
    add(a.symbol, x.size, x.mark, phase_names[static_cast<std::size_t>(x.now)]);
  }
  for (const auto& x : ended_.all()) add(x.symbol, x.size, x.mark, "to be settled");
  return {{"pnl", json_number(pnl)},
          {"fees", fees_},
          {"signals", signals_},
          {"orders", orders_},
          {"fills", fills_},
          {"rejects", rejects_},
          {"watched", watched_name_},
          {"positions", std::move(positions)},
          {"mid_history", mid_history_.to_json()},
          {"log", log_.to_json()}};
}

dashboard_schema momentum::dashboard_layout() const {
  return {widgets::key_value{"Momentum",
                             {{"PnL (settlement currency)", "pnl", number_format(6)},
                              {"Fees", "fees", number_format(6)},
                              {"Signals", "signals", number_format(0)},
                              {"Orders", "orders", number_format(0)},
                              {"Fills", "fills", number_format(0)},
                              {"Rejects", "rejects", number_format(0)},
                              {"Last signal from", "watched", text_format()}}},
          widgets::chart{"Mid of the last signal", chart_style::line, {{"mid", "mid_history"}}, number_format(4)},
          widgets::table{"Positions",
                         "positions",
                         {{"Instrument", "instrument", text_format()},
                          {"Size", "size", number_format(4)},
                          {"Mark", "mark", number_format(4)},
                          {"Phase", "phase", text_format()}}},
          widgets::divider{}, widgets::log{"Signals and trouble", "log"}};
}

} // namespace

std::unique_ptr<strategy> make_momentum(config::section& settings) {
  momentum_settings x;
  x.instruments = read_instruments(settings);
  x.threshold = settings.number("threshold", x.threshold, 0, 10);
  x.lookback_ticks = static_cast<std::uint32_t>(settings.integer("lookback_ticks", x.lookback_ticks, 1, 10'000));
  x.size = read_size(settings, "size");
  x.max_position = read_size(settings, "max_position");
  x.entry = settings.choice("entry", x.entry);
  x.shorts = settings.flag("shorts", x.shorts);
  x.entry_timeout_ns = read_delay(settings, "entry_timeout", x.entry_timeout_ns);
  x.max_hold_ns = read_delay(settings, "max_hold", x.max_hold_ns);
  x.slippage_ticks = settings.integer("slippage_ticks", x.slippage_ticks, 0, 1000);
  x.retry_ns = read_delay(settings, "retry_delay", x.retry_ns);
  return std::make_unique<momentum>(std::move(x));
}

} // namespace strike::strategies
