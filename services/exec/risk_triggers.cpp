#include "exec/risk_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::exec {

namespace {

trading_state state_of(risk_action x) {
  switch (x) {
  case risk_action::off:
    return trading_state::active;
  case risk_action::reduce_only:
    return trading_state::reduce_only;
  case risk_action::halt:
  case risk_action::kill:
    break;
  }
  return trading_state::halted;
}

} // namespace

void risk_gate::trip(const risk_scope& where, state_source source, risk_action what, std::string why,
                     const moment& now) {
  if (what == risk_action::off) return;
  const auto to = state_of(what);
  const auto* stands = states_.find(where, source);
  if (stands && stands->state >= to) return; // once; the first reason stays
  tools_.metrics.tripped();
  states_.set({.where = where, .source = source, .state = to, .reason = why, .by = "exec", .since_ns = now.wall_ns});
  if (what == risk_action::kill) tools_.on_kill(where, why);
}

void risk_gate::count_reject(owner_id owner, instrument_id id, bool by_venue, const moment& now) {
  for (auto* p : pools_of(owner, id)) {
    const auto most = static_cast<std::size_t>(p->limits->rejects);
    if (most == 0) continue;
    p->rejected_ns.push_back(now.steady_ns);
    if (p->rejected_ns.size() > most) p->rejected_ns.pop_front();
    const auto window_ns = now.steady_ns - p->rejected_ns.front();
    if (p->rejected_ns.size() < most || window_ns > how_.reject_window_ns) continue;
    trip(p->where, state_source::trigger, how_.on_rejects,
         fmt::format("max_rejects: {} orders were refused within {:.1f} s, the last one by {}", most,
                     static_cast<double>(window_ns) / 1e9, by_venue ? "the venue" : "the risk check"),
         now);
    p->rejected_ns.clear();
  }
}

void risk_gate::on_mismatch(instrument_id id, std::string_view what, const moment& now) {
  trip({scope_kind::instrument, name_of(id)}, state_source::trigger, how_.on_mismatch,
       fmt::format("position mismatch: {}", what), now);
}

void risk_gate::watch_losses(const moment& now) {
  pnl_.value(
      {.mark = [this](instrument_id id) { return market_.of(id).mark; },
       .usd = [this](std::string_view currency) { return market_.usd(currency); }},
      [this](owner_id owner) -> std::string_view {
        return owner < owners_.size() ? std::string_view{owners_[owner].where.name} : std::string_view{};
      },
      now.wall_ns);
  const auto watch = [&](const pool& p) {
    const auto found = pnl_.all().find(p.where);
    if (found == pnl_.all().end()) return;
    const auto daily = found->second.daily_loss(), down = found->second.drawdown();
    if (p.limits->daily_loss > 0 && daily >= p.limits->daily_loss)
      trip(p.where, state_source::trigger, how_.on_daily_loss,
           fmt::format("max_daily_loss: {:.2f} USD lost since midnight UTC, {} are allowed", daily,
                       p.limits->daily_loss),
           now);
    if (p.limits->drawdown > 0 && down >= p.limits->drawdown)
      trip(p.where, state_source::trigger, how_.on_drawdown,
           fmt::format("max_drawdown: {:.2f} USD below the highest equity, {} are allowed", down, p.limits->drawdown),
           now);
  };
  watch(all_);
  std::ranges::for_each(venues_, watch);
  std::ranges::for_each(owners_, watch);
}

bool risk_gate::is_data_old(instrument_id id, const moment& now) const {
  const auto most_ns = how_.guards[static_cast<std::size_t>(tools_.instruments.at(id).at)].held_mark_age_ns;
  return now.wall_ns - std::max(market_.of(id).seen_ns, first_wall_ns_) > most_ns;
}

void risk_gate::watch_data(const moment& now) {
  if (first_wall_ns_ == 0) first_wall_ns_ = now.wall_ns;
  book_.each_held([&](instrument_id id, const exposure&) {
    if (is_data_old(id, now))
      trip({scope_kind::instrument, name_of(id)}, state_source::stale_data, how_.on_stale_data,
           "held_mark_age: its market data is too old, and it is held", now);
  });
  for (auto& x : states_.all()) {
    if (x.source != state_source::stale_data || x.state != trading_state::reduce_only) continue;
    const auto id = find_instrument(x.where.name);
    if (id && book_.is_held(*id) && is_data_old(*id, now)) continue;
    x.state = trading_state::active;
    x.reason = "its market data is fresh again, or it is no longer held";
    x.since_ns = now.wall_ns;
    states_.set(x);
  }
}

std::optional<instrument_id> risk_gate::find_instrument(std::string_view name) const {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return {};
  const auto at = from_text<venue>(name.substr(0, colon));
  return at ? tools_.instruments.find(*at, name.substr(colon + 1)) : std::nullopt;
}

std::int64_t risk_gate::round(const moment& now) {
  if (now.steady_ns >= next_round_ns_) {
    next_round_ns_ = now.steady_ns + round_every_ns;
    watch_losses(now);
    watch_data(now);
    tools_.metrics.show(states_.all(), limits(), pnl_.all());
  }
  return next_round_ns_;
}

// ---- what it knows

std::vector<limit_use> risk_gate::limits() const {
  std::vector<limit_use> out;
  const auto add = [&](const pool& p, std::string_view key, double used, double most) {
    if (most > 0) out.push_back({p.where, std::string{key}, used, most});
  };
  const auto list = [&](const pool& p) {
    const auto& most = *p.limits;
    const auto& sums = sums_of(p);
    add(p, "max_portfolio_notional", to_double(sums.notional), to_double(most.portfolio_notional));
    add(p, "max_open_orders", static_cast<double>(sums.open_orders), static_cast<double>(most.open_orders));
    for (std::size_t g = 0; g < greek_count; ++g)
      for (std::uint32_t u = 0; u < book_.underlyings(); ++u) {
        static constexpr std::array keys = {"max_delta.", "max_gamma.", "max_vega."};
        const auto& limits = g == 0 ? most.delta : g == 1 ? most.gamma : most.vega;
        const auto limit = limits.find(book_.underlying(u));
        if (limit == limits.end()) continue;
        const auto& load = sums.of(static_cast<greek>(g), u);
        const auto worst = std::max(load.held + load.up, -(load.held + load.down));
        add(p, keys[g] + book_.underlying(u), std::max(0.0, static_cast<double>(worst) * greek_unit), limit->second);
      }
    const auto pnl = pnl_.all().find(p.where);
    if (pnl == pnl_.all().end()) return;
    add(p, "max_daily_loss", pnl->second.daily_loss(), most.daily_loss);
    add(p, "max_drawdown", pnl->second.drawdown(), most.drawdown);
  };
  list(all_);
  std::ranges::for_each(venues_, list);
  std::ranges::for_each(owners_, list);
  return out;
}

} // namespace strike::exec
