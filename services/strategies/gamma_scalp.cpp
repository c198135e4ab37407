// Gamma scalping: hold options whose delta has just become large, and trade the underlying against their delta, so
// that every move of the underlying is sold high and bought low.
//
//   signal       |delta| of an option rises above `threshold`; again only after it fell below threshold - hysteresis.
//                An option first seen above the threshold counts as a rise.
//   entry        one taker order of `entry_size` per signal, capped by `max_position` over all options together
//   net delta    sum over options of size x multiplier x latest delta, plus the hedge: size x multiplier (linear) or
//                size x multiplier / mid (inverse, whose sizes are USD); all in the base coin
//   hedge        when |net delta| > `hedge_band`: the perpetual, back to 0; without one the option held that
//                contributes most is sold, back to the edge of the band
//   exit         none: a position ends with its option
//
// One instance trades one base coin; options of another are left alone. At most one hedge is in flight.

#include "strategies/gamma_scalp.hpp"

#include "base/symbol.hpp"
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

namespace {

struct gamma_settings {
  std::vector<subscription> options;
  std::optional<qualified_symbol> hedge;
  double threshold = 0.5;
  double hysteresis = 0.05;
  quantity entry_size;   ///< 0: the instrument's minimum
  quantity max_position; ///< 0: ten times the instrument's minimum
  double hedge_band = 0.05;
  double min_hedge = 0.001;
  order_type type = order_type::limit;
  std::int64_t slippage_ticks = 1;
  std::int64_t retry_ns = ns_per_s;
};

enum class role : std::uint8_t { unseen, ignored, option, hedge };

/// One instrument; what a tick needs lies in one cache line or two.
struct slot {
  touch at;
  double delta = std::numeric_limits<double>::quiet_NaN(); ///< the latest known
  double multiplier = 1;
  quantity size; ///< held, signed
  order_id entry;
  quantity entry_left; ///< of the entry in flight
  role kind = role::unseen;
  bool is_inverse = false; ///< hedge only
  bool is_armed = true, wants_entry = false, is_halted = false, is_gone = false;

  /// Delta of one unit of size, in the base coin; NaN while not known.
  double unit_delta() const {
    if (kind == role::option) return multiplier * delta;
    return is_inverse ? multiplier / mark() : multiplier;
  }
  double net_delta() const { return size == quantity{} ? 0 : to_double(size) * unit_delta(); }
  /// The mid, or the side there is; NaN without any.
  double mark() const {
    if (at.is_two_sided()) return at.mid();
    if (at.bid || at.ask) return to_double(at.bid ? *at.bid : *at.ask);
    return std::numeric_limits<double>::quiet_NaN();
  }
  double flow(double amount, double p) const { return cash_flow(amount, p, multiplier, is_inverse); }
};

class gamma_scalp final : public strategy {
public:
  explicit gamma_scalp(gamma_settings settings) : settings_{std::move(settings)} {}

  std::vector<subscription> subscriptions() const override {
    auto all = settings_.options;
    if (settings_.hedge) all.push_back({.at = settings_.hedge->at, .symbol = settings_.hedge->symbol});
    return with_status(all);
  }

  void on_start(context& world) override {
    if (!settings_.hedge) return;
    const auto found = world.find(settings_.hedge->at, settings_.hedge->symbol);
    if (!found) return note(world, log_level::error, "no hedging: " + found.error().text);
    hedge_ = *found;
    base_ = world.symbol_of(hedge_).info.base;
    slot_of(hedge_, world);
  }

  void on_event(const market_event& event, context& world) override {
    const auto* quote = std::get_if<ticker>(&event.body);
    if (!quote) return on_other(event, world);
    auto& x = slot_of(event.instrument, world);
    if (x.kind == role::ignored || event.state != trust::live) return;
    x.at = {quote->best_bid, quote->best_ask};
    if (x.kind == role::option && quote->delta) {
      x.delta = *quote->delta;
      const auto level = std::abs(x.delta);
      if (x.is_armed ? level > settings_.threshold : level < settings_.threshold - settings_.hysteresis)
        cross(event.instrument, x, world);
    }
    if (x.wants_entry) enter(event.instrument, x, world);
    if (!held_.empty() && (x.size != quantity{} || x.kind == role::hedge)) hedge(world);
  }

  void on_order(const order_update& update, context& world) override {
    if (!update.instrument.is_valid()) return; // the refusal of a cancel may name none
    auto& x = slot_of(update.instrument, world);
    const bool is_hedge = hedge_order_.value != 0 && update.order == hedge_order_;
    const bool is_entry = x.entry.value != 0 && update.order == x.entry;
    if (update.execution) book(*update.execution, x);
    if (is_entry) x.entry_left = is_final(update.state) ? quantity{} : update.remaining;
    if (is_entry && is_final(update.state)) x.entry = {};
    if (is_hedge && is_final(update.state)) hedge_order_ = {};
    if (!x.is_gone) x.size = world.position_of(update.instrument).size;
    track(update.instrument, x, world);
    if ((is_hedge || is_entry) && is_final(update.state) && update.filled == quantity{}) {
      if (is_hedge) retry_at_ns_ = world.now_ns() + settings_.retry_ns;
      if (update.state == order_state::rejected) ++rejects_;
      note(world, update.state == order_state::rejected ? log_level::error : log_level::warning,
           fmt::format("{} of {} {}: {}", is_hedge ? "hedge" : "entry", world.symbol_of(update.instrument).symbol,
                       to_text(update.state), update.reason));
    }
    hedge(world);
  }

  boost::json::object dashboard_state() const override;
  dashboard_schema dashboard_layout() const override;

private:
  struct holding {
    instrument_id id;
    std::string symbol;
  };

  slot& slot_of(instrument_id id, context& world) {
    if (id.index < slots_.size() && slots_[id.index].kind != role::unseen) [[likely]]
      return slots_[id.index];
    return first_sight(id, world);
  }

  slot& first_sight(instrument_id id, context& world) {
    if (id.index >= slots_.size()) slots_.resize(id.index + 1);
    auto& x = slots_[id.index];
    const auto& what = world.symbol_of(id);
    const bool is_ours =
        std::ranges::any_of(settings_.options, [&](const auto& s) { return s.matches(what.at, what.symbol); });
    if (id == hedge_)
      x.kind = role::hedge;
    else if (what.info.kind != instrument_kind::option || !is_ours || (!base_.empty() && what.info.base != base_))
      x.kind = role::ignored;
    else
      x.kind = role::option;
    if (x.kind == role::ignored) return x;
    base_ = what.info.base;
    x.multiplier = to_double(world.rules_of(id).multiplier);
    x.is_inverse = x.kind == role::hedge && what.info.is_inverse;
    const auto before = world.position_of(id); // after a restart
    x.size = before.size;
    if (x.size != quantity{}) cash_ += x.flow(to_double(x.size), before.average_price);
    track(id, x, world);
    return x;
  }

  /// Keeps `held_` the list of what has a position or an entry in flight.
  void track(instrument_id id, const slot& x, context& world) {
    const auto at = std::ranges::find(held_, id, &holding::id);
    const bool is_held = x.size != quantity{} || x.entry.value != 0;
    if (is_held && at == held_.end()) held_.push_back({id, world.symbol_of(id).symbol});
    if (!is_held && at != held_.end()) held_.erase(at);
  }

  void cross(instrument_id id, slot& x, context& world) {
    x.is_armed = !x.is_armed;
    x.wants_entry = !x.is_armed;
    if (x.is_armed) return;
    ++signals_;
    world.report({.instrument = id, .side = side::buy, .value = x.delta, .reason = "|delta| above threshold"});
    log_.add(world.now_ns(), log_level::info,
             fmt::format("{} delta {:.3f} passed {}", world.symbol_of(id).symbol, x.delta, settings_.threshold));
  }

  /// Waits while nobody offers the option; any other obstacle ends the signal.
  void enter(instrument_id id, slot& x, context& world) {
    if (!x.at.ask || x.is_halted || x.entry.value != 0) return;
    x.wants_entry = false;
    const auto& rules = world.rules_of(id);
    const auto cap = settings_.max_position > quantity{} ? settings_.max_position : quantity{10 * rules.minimum.nanos};
    quantity used;
    for (const auto& h : held_) {
      const auto& other = slots_[h.id.index];
      if (other.kind == role::option) used += quantity{std::abs(other.size.nanos)} + other.entry_left;
    }
    const auto wanted = settings_.entry_size > quantity{} ? settings_.entry_size : rules.minimum;
    const auto size = whole_lots(rules, std::min(wanted, cap - used));
    if (size <= quantity{})
      return note(world, log_level::info,
                  fmt::format("no entry: {} held of at most {}", to_string(used), to_string(cap)));
    x.entry = world.place(taker_order(rules, id, side::buy, size, x.at, settings_.type, settings_.slippage_ticks));
    x.entry_left = size;
    ++orders_;
    track(id, x, world);
  }

  /// NaN while the delta of something held is not known.
  double net_delta() const {
    double sum = 0;
    for (const auto& h : held_) sum += slots_[h.id.index].net_delta();
    return sum;
  }

  void hedge(context& world) {
    const auto net = net_delta();
    if (std::isnan(net)) return;
    net_delta_history_.add(world.now_ns(), net);
    if (std::abs(net) <= settings_.hedge_band || hedge_order_.value != 0 || world.now_ns() < retry_at_ns_) return;
    if (hedge_.is_valid())
      trade_perpetual(net, world);
    else if (!settings_.hedge)
      reduce_options(net, world);
  }

  void trade_perpetual(double net, context& world) {
    const auto& x = slots_[hedge_.index];
    const auto by = net > 0 ? side::sell : side::buy;
    const auto at = x.at.opposite_of(by);
    if (!at || x.is_halted || x.is_gone) return;
    const auto& rules = world.rules_of(hedge_);
    const auto unit = x.is_inverse ? x.multiplier / to_double(*at) : x.multiplier;
    send_hedge(hedge_, by, nearest_lots(rules, std::abs(net) / unit), unit, world);
  }

  void reduce_options(double net, context& world) {
    instrument_id best;
    for (const auto& h : held_) {
      const auto& x = slots_[h.id.index];
      const bool can_sell = x.size > quantity{} && x.at.bid && !x.is_halted && x.entry.value == 0;
      if (!can_sell || x.net_delta() * net <= 0) continue;
      if (!best.is_valid() || std::abs(x.net_delta()) > std::abs(slots_[best.index].net_delta())) best = h.id;
    }
    if (!best.is_valid()) return;
    const auto& x = slots_[best.index];
    const auto unit = std::abs(x.unit_delta());
    const auto excess = nearest_decimal<quantity>((std::abs(net) - settings_.hedge_band) / unit);
    const auto size = excess ? std::min(*excess, x.size) : x.size;
    send_hedge(best, side::sell, whole_lots(world.rules_of(best), size), unit, world);
  }

  void send_hedge(instrument_id id, side by, quantity size, double unit, context& world) {
    if (size <= quantity{} || to_double(size) * unit < settings_.min_hedge) return;
    hedge_order_ = world.place(
        taker_order(world.rules_of(id), id, by, size, slots_[id.index].at, settings_.type, settings_.slippage_ticks));
    hedge_target_ = id;
    ++orders_;
    ++hedges_;
  }

  void on_other(const market_event& event, context& world) {
    const auto* status = std::get_if<instrument_status>(&event.body);
    if (!status) return;
    auto& x = slot_of(event.instrument, world);
    if (x.kind == role::ignored && !x.is_gone) return;
    switch (status->state) {
    case instrument_state::halted:
      x.is_halted = true;
      return;
    case instrument_state::resumed:
      x.is_halted = false;
      return;
    case instrument_state::listed:
    case instrument_state::tick_changed:
      x.multiplier = to_double(world.rules_of(event.instrument).multiplier);
      return;
    case instrument_state::expired:
    case instrument_state::settled:
      if (!x.is_gone) forget(event.instrument, x, *status, world);
      if (status->state == instrument_state::settled)
        cash_ += ended_.settle(event.instrument, world.symbol_of(event.instrument).info, status->settlement);
      return;
    }
  }

  /// The instrument is over: no position, no order; what is left of the hedge is traded back.
  void forget(instrument_id id, slot& x, const instrument_status& status, context& world) {
    if (x.size != quantity{}) {
      ended_.add({id, world.symbol_of(id).symbol, x.size, x.mark(), x.multiplier, x.is_inverse});
      note(world, log_level::info,
           fmt::format("{} {}: {} held", world.symbol_of(id).symbol, to_text(status.state), to_string(x.size)));
    }
    x.is_gone = true;
    x.kind = role::ignored; // late ticks mean nothing any more
    x.wants_entry = false;
    x.size = x.entry_left = {};
    x.entry = {};
    if (hedge_target_ == id) hedge_order_ = {};
    track(id, x, world);
    hedge(world);
  }

  void book(const fill& what, const slot& x) {
    const auto amount = to_double(what.size) * (what.side == side::buy ? 1 : -1);
    cash_ += x.flow(amount, to_double(what.at)) - to_double(what.fee);
    fees_ += to_double(what.fee);
    ++fills_;
  }

  void note(context& world, log_level level, std::string text) {
    world.log(level, text);
    log_.add(world.now_ns(), level, std::move(text));
  }

  gamma_settings settings_;
  instrument_id hedge_;
  std::string base_;        ///< the coin of the first option or of the hedge
  std::vector<slot> slots_; ///< by instrument
  std::vector<holding> held_;
  order_id hedge_order_;
  instrument_id hedge_target_;
  std::int64_t retry_at_ns_ = 0;
  ended_positions ended_;
  double cash_ = 0; ///< flows of all fills and settlements less fees, in the settlement currency
  double fees_ = 0;
  std::uint64_t signals_ = 0, orders_ = 0, hedges_ = 0, fills_ = 0, rejects_ = 0;
  bounded_series net_delta_history_{2000, ns_per_s};
  bounded_log log_{200};
};

boost::json::object gamma_scalp::dashboard_state() const {
  double pnl = cash_ + ended_.worth();
  boost::json::array positions;
  for (const auto& x : ended_.all())
    positions.push_back(boost::json::object{{"instrument", x.symbol},
                                            {"size", to_double(x.size)},
                                            {"mark", json_number(x.mark)},
                                            {"unit_delta", nullptr},
                                            {"delta", nullptr}});
  for (const auto& h : held_) {
    const auto& x = slots_[h.id.index];
    if (x.size == quantity{}) continue;
    pnl += x.flow(-to_double(x.size), x.mark());
    positions.push_back(boost::json::object{{"instrument", h.symbol},
                                            {"size", to_double(x.size)},
                                            {"mark", json_number(x.mark())},
                                            {"unit_delta", json_number(x.unit_delta())},
                                            {"delta", json_number(x.net_delta())}});
  }
  return {{"pnl", json_number(pnl)},
          {"fees", fees_},
          {"net_delta", json_number(net_delta())},
          {"signals", signals_},
          {"orders", orders_},
          {"hedges", hedges_},
          {"fills", fills_},
          {"rejects", rejects_},
          {"hedge_in_flight", hedge_order_.value != 0 ? "yes" : "no"},
          {"positions", std::move(positions)},
          {"net_delta_history", net_delta_history_.to_json()},
          {"log", log_.to_json()}};
}

dashboard_schema gamma_scalp::dashboard_layout() const {
  return {widgets::key_value{"Gamma scalp",
                             {{"PnL (settlement currency)", "pnl", number_format(6)},
                              {"Fees", "fees", number_format(6)},
                              {"Net delta", "net_delta", number_format(4)},
                              {"Hedge in flight", "hedge_in_flight", text_format()},
                              {"Signals", "signals", number_format(0)},
                              {"Orders", "orders", number_format(0)},
                              {"Hedges", "hedges", number_format(0)},
                              {"Fills", "fills", number_format(0)},
                              {"Rejects", "rejects", number_format(0)}}},
          widgets::chart{"Net delta", chart_style::line, {{"net delta", "net_delta_history"}}, number_format(4)},
          widgets::table{"Positions",
                         "positions",
                         {{"Instrument", "instrument", text_format()},
                          {"Size", "size", number_format(4)},
                          {"Mark", "mark", number_format(4)},
                          {"Delta of one", "unit_delta", number_format(6)},
                          {"Delta", "delta", number_format(4)}}},
          widgets::divider{}, widgets::log{"Signals and trouble", "log"}};
}

} // namespace

std::unique_ptr<strategy> make_gamma_scalp(config::section& settings) {
  gamma_settings x;
  x.options = read_instruments(settings);
  if (const auto text = settings.text("hedge", ""); !text.empty()) {
    const auto hedge = parse_qualified_symbol(text);
    if (hedge)
      x.hedge = *hedge;
    else
      settings.reject("hedge", hedge.error().text);
  }
  x.threshold = settings.number("threshold", x.threshold, 0, 1);
  x.hysteresis = settings.number("hysteresis", x.hysteresis, 0, 1);
  if (x.hysteresis > x.threshold) settings.reject("hysteresis", "must not be above threshold: no signal could re-arm");
  x.entry_size = read_size(settings, "entry_size");
  x.max_position = read_size(settings, "max_position");
  x.hedge_band = settings.number("hedge_band", x.hedge_band, 0, 1e9);
  x.min_hedge = settings.number("min_hedge", x.min_hedge, 0, 1e9);
  x.type = settings.choice("order_type", x.type);
  x.slippage_ticks = settings.integer("slippage_ticks", x.slippage_ticks, 0, 1000);
  x.retry_ns = read_delay(settings, "retry_delay", x.retry_ns);
  return std::make_unique<gamma_scalp>(std::move(x));
}

} // namespace strike::strategies
