#include "exec/risk_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::exec {

namespace {

constexpr std::array<std::pair<const char*, std::map<std::string, double, std::less<>> risk_limits::*>, greek_count>
    greek_limits{
        {{"max_delta", &risk_limits::delta}, {"max_gamma", &risk_limits::gamma}, {"max_vega", &risk_limits::vega}}};

template <class... Ts> refusal refuse_by(risk_rule rule, fmt::format_string<Ts...> text, Ts&&... xs) {
  return {rule, fmt::format(text, std::forward<Ts>(xs)...)};
}

/// "max_order_size of strategy gamma is 5, the order's 10".
refusal beyond(risk_rule rule, const risk_scope& where, std::string_view most, std::string_view whose,
               std::string_view value) {
  return {rule,
          fmt::format("{} of {} is {}, {} {}; make it smaller, or raise the limit under {}", to_text(rule),
                      to_string(where), most, whose, value,
                      where.kind == scope_kind::all ? "[risk]"
                                                    : fmt::format("[risk.{}.{}]", to_text(where.kind), where.name))};
}

std::string usd_text(money x) { return fmt::format("{:.2f} USD", to_double(x)); }
quantity positive(quantity x) { return std::max(x, quantity{}); }

/// The most of this side that may come to be held: signed, long for buys.
int128 worst_of(const exposure& e, side by, quantity more) {
  return by == side::buy ? int128{e.held.nanos} + e.buys.nanos + more.nanos
                         : -(int128{e.held.nanos} - e.sells.nanos - more.nanos);
}

/// Whose notional is price x size, so that a limit above the mark weighs more.
bool is_priced_in_quote(const instrument& x) {
  const bool by_price = x.info.kind == instrument_kind::future || x.info.kind == instrument_kind::perpetual ||
                        x.info.kind == instrument_kind::spot || x.info.kind == instrument_kind::binary;
  return by_price && !x.info.is_inverse;
}

} // namespace

const exposure& risk_gate::exposure_of(const pool& p, const addition& x) const {
  return p.where.kind == scope_kind::strategy ? book_.of(x.owner, x.instrument) : book_.of(x.instrument);
}

refused risk_gate::check_addition(const addition& x, const moment& now) {
  const auto scopes = pools_of(x.owner, x.instrument);
  if (auto bad = check_state(x)) return bad;
  if (auto bad = check_market(x, now)) return bad;
  if (auto bad = check_collar(x)) return bad;
  for (const auto* p : scopes) {
    if (auto bad = check_order(*p, x)) return bad;
    if (auto bad = check_position(*p, x)) return bad;
    if (auto bad = check_portfolio(*p, x)) return bad;
    if (auto bad = check_greeks(*p, x)) return bad;
  }
  if (auto bad = check_self_trade(x)) return bad;
  return take_rate(x, now);
}

bool risk_gate::is_reducing(const addition& x, const exposure& e) const {
  const bool is_opposite = x.side == side::buy ? e.held < quantity{} : e.held > quantity{};
  return is_opposite && worst_of(e, x.side, x.more) <= 0;
}

refused risk_gate::check_reducing(const addition& x, const exposure& e) const {
  if (is_reducing(x, e)) return {};
  return refuse_by(
      risk_rule::reduce_only,
      "reduce-only: its strategy holds {}, orders of {} on that side are open, and this one of {} would go "
      "beyond; make it smaller, or cancel one of those",
      to_string(e.held), to_string(x.side == side::buy ? e.buys : e.sells), to_string(x.size));
}

refused risk_gate::check_state(const addition& x) const {
  if (states_.is_empty()) return {};
  const auto at = tools_.instruments.at(x.instrument).at;
  const auto* entry = states_.strictest(at, owners_[x.owner].where.name, name_of(x.instrument));
  if (!entry || (entry->state == trading_state::reduce_only && is_reducing(x, book_.of(x.owner, x.instrument))))
    return {};
  const bool is_halted = entry->state == trading_state::halted;
  return refuse_by(risk_rule::state, "{} is {} since {}: {} (by {}); {}", to_string(entry->where),
                   is_halted ? "halted" : "reduce-only", iso_from_ns(entry->since_ns), entry->reason, entry->by,
                   entry->source == state_source::reconciling ? "wait for the comparison, or make a position smaller"
                                                              : "strike resume lifts it");
}

refused risk_gate::check_market(const addition& x, const moment& now) const {
  const auto& m = market_.of(x.instrument);
  if (m.is_over) return refuse_by(risk_rule::instrument, "the venue says that the instrument expired");
  if (m.is_halted) return refuse_by(risk_rule::instrument, "the venue halted the instrument; wait until it resumes");
  if (!m.mark || m.seen_ns == 0)
    return refuse_by(risk_rule::mark, "no mark price is known; is its market data subscribed?");
  const auto& guard = how_.guard_of(tools_.instruments.at(x.instrument).at, owners_[x.owner].where.name);
  const auto age_ns = now.wall_ns - m.seen_ns;
  if (age_ns > guard.mark_age_ns)
    return refuse_by(risk_rule::mark, "its market data is {:.1f} s old, mark_age allows {:.1f} s",
                     static_cast<double>(age_ns) / 1e9, static_cast<double>(guard.mark_age_ns) / 1e9);
  if (m.state != trust::live)
    return refuse_by(risk_rule::mark, "its market data is {}; wait until it is live", to_text(m.state));
  if (book_.weight(x.instrument).usd == price{})
    return refuse_by(risk_rule::mark, "its notional in USD is not known: no price of its underlying or quote currency");
  return {};
}

refused risk_gate::check_collar(const addition& x) const {
  if (!x.limit) return {};
  const auto& rules = tools_.rules.of(x.instrument);
  const auto& guard = how_.guard_of(rules.at, owners_[x.owner].where.name);
  const bool is_stop = x.stop > price{};
  const double middle = is_stop ? to_double(x.stop) : *market_.of(x.instrument).mark;
  const auto kind = rules.info.kind;
  const bool is_option =
      kind == instrument_kind::option || kind == instrument_kind::option_combo || kind == instrument_kind::future_combo;
  const double fraction = is_option ? guard.option_collar : guard.collar;
  const double wanted = kind == instrument_kind::binary ? guard.binary_collar : std::abs(middle) * fraction;
  if (wanted == 0 && guard.collar_ticks == 0) return {};
  const auto reference = nearest_decimal<price>(middle);
  if (!reference) return refuse_by(risk_rule::mark, "its mark {} is no price", middle);
  const auto ticks = int128{guard.collar_ticks} * rules.ticks.tick_at(*reference).nanos;
  const double width = std::max(wanted, static_cast<double>(ticks) / 1e9);
  const auto edge = nearest_decimal<price>(x.side == side::buy ? middle + width : middle - width);
  if (!edge) return {}; // beyond any price
  if (x.side == side::buy ? *x.limit <= *edge : *x.limit >= *edge) return {};
  return refuse_by(risk_rule::collar, "a {} at {} is beyond the collar of {}, the {} being {}", to_text(x.side),
                   to_string(*x.limit), to_string(*edge), is_stop ? "stop" : "mark", to_string(*reference));
}

refused risk_gate::check_order(const pool& p, const addition& x) const {
  const auto& most = *p.limits;
  if (most.order_size > quantity{} && x.size > most.order_size)
    return beyond(risk_rule::order_size, p.where, to_string(most.order_size), "the order's", to_string(x.size));
  if (most.order_notional > money{}) {
    auto worth = mul_div(x.size.nanos, book_.weight(x.instrument).usd.nanos, nanos_per_unit);
    const auto mark = nearest_decimal<price>(*market_.of(x.instrument).mark);
    if (x.limit && mark && *mark > price{} && *x.limit > *mark && is_priced_in_quote(tools_.rules.of(x.instrument)))
      worth = mul_div(worth, x.limit->nanos, mark->nanos);
    if (money{worth} > most.order_notional)
      return beyond(risk_rule::order_notional, p.where, usd_text(most.order_notional), "the order's",
                    usd_text({worth}));
  }
  const auto open = sums_of(p).open_orders;
  if (x.is_new && most.open_orders > 0 && open >= most.open_orders)
    return beyond(risk_rule::open_orders, p.where, std::to_string(most.open_orders), "with this one there would be",
                  std::to_string(open + 1));
  return {};
}

refused risk_gate::check_position(const pool& p, const addition& x) const {
  if (x.more <= quantity{}) return {};
  const auto& most = *p.limits;
  const auto worst = worst_of(exposure_of(p, x), x.side, x.more);
  if (worst <= 0) return {};
  if (most.position_size > quantity{} && worst > most.position_size.nanos)
    return beyond(risk_rule::position_size, p.where, to_string(most.position_size), "with all orders it could be",
                  nanos_to_text(worst));
  const money worth{mul_div(worst, book_.weight(x.instrument).usd.nanos, nanos_per_unit)};
  if (most.position_notional > money{} && worth > most.position_notional)
    return beyond(risk_rule::position_notional, p.where, usd_text(most.position_notional),
                  "with all orders it could be", usd_text(worth));
  return {};
}

refused risk_gate::check_portfolio(const pool& p, const addition& x) const {
  const auto most = p.limits->portfolio_notional;
  if (most == money{} || x.more <= quantity{}) return {};
  const auto& before = exposure_of(p, x);
  auto after = before;
  (x.side == side::buy ? after.buys : after.sells) += x.more;
  const auto grown = weighed(after, book_.weight(x.instrument)).notional - before.notional;
  const auto sum = sums_of(p).notional + grown;
  if (grown <= money{} || sum <= most) return {};
  return beyond(risk_rule::portfolio_notional, p.where, usd_text(most), "with all orders it could be", usd_text(sum));
}

refused risk_gate::check_greeks(const pool& p, const addition& x) const {
  const auto& unit = book_.weight(x.instrument);
  if (unit.underlying == UINT32_MAX) return {};
  const auto& base = book_.underlying(unit.underlying);
  for (std::size_t g = 0; g < greek_count; ++g) {
    const auto& [key, member] = greek_limits[g];
    const auto& limits = p.limits->*member;
    if (limits.empty()) continue;
    const auto limit = limits.find(base);
    if (limit == limits.end() || limit->second == 0) continue;
    const auto& m = market_.of(x.instrument);
    if (tools_.rules.of(x.instrument).info.kind == instrument_kind::option && (!m.delta || !m.gamma || !m.vega))
      return refuse_by(risk_rule::greeks, "{}.{} is set, but the greeks of the instrument are not known", key, base);
    const auto added =
        mul_div(x.side == side::buy ? positive(x.more).nanos : -positive(x.more).nanos, unit.greeks[g], nanos_per_unit);
    const auto& load = sums_of(p).of(static_cast<greek>(g), unit.underlying);
    const auto worst = load.held + added + (added > 0 ? load.up : load.down);
    const double value = static_cast<double>(worst) * greek_unit;
    if (added > 0 ? value <= limit->second : added == 0 || value >= -limit->second) continue;
    return refuse_by(risk_rule::greeks, "{}.{} of {} is {}, with all orders it could be {:.6g}", key, base,
                     to_string(p.where), limit->second, value);
  }
  return {};
}

refused risk_gate::check_self_trade(const addition& x) const {
  if (!how_.self_trade_prevention || !x.may_meet) return {};
  auto met = book_.met_by(x.instrument, x.side, x.limit);
  const auto& rules = tools_.rules.of(x.instrument);
  if (!met && !rules.complement.empty()) { // a buy of Yes at p meets a buy of No at 1 - p, and so do two sells
    const auto other = tools_.instruments.find(rules.at, rules.complement);
    const auto mirrored = x.limit ? std::optional{price{nanos_per_unit} - *x.limit} : std::nullopt;
    if (other && book_.is_listed(*other)) met = book_.met_by(*other, opposite(x.side), mirrored);
  }
  if (!met) return {};
  const auto& own = *book_.find(*met);
  return refuse_by(risk_rule::self_trade,
                   "it would trade with the own {} at {} of strategy {}, client id {}; cancel that one first",
                   to_text(own.side), to_string(own.limit), owners_[own.owner].where.name, own.label);
}

refused risk_gate::take_rate(const addition& x, const moment& now) {
  const auto all = pools_of(x.owner, x.instrument);
  for (const auto* p : all)
    if (p->rate && p->rate->ready_ns(1, now.steady_ns) > now.steady_ns)
      return refuse_by(risk_rule::order_rate, "orders_per_second of {} is {}, with bursts of {}; try again in {:.3f} s",
                       to_string(p->where), p->limits->orders_per_second, p->limits->order_burst,
                       static_cast<double>(p->rate->ready_ns(1, now.steady_ns) - now.steady_ns) / 1e9);
  for (auto* p : all)
    if (p->rate) p->rate->take(1, now.steady_ns);
  return {};
}

std::unexpected<error> risk_gate::refuse(const addition& x, const refusal& why, const moment& now) {
  tools_.metrics.refused(why.rule);
  if (why.rule != risk_rule::state) count_reject(x.owner, x.instrument, false, now); // a halt causes no further one
  return fail(ec::invalid_order, fmt::format("risk refuses {} on {}: {}", x.label, name_of(x.instrument), why.text));
}

} // namespace strike::exec
