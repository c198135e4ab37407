#include "exec/risk_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::exec {

namespace {

constexpr double greek_largest = 9e6; ///< of one unit of size, so that it fits 64 bits

bool is_inverse_future(const instrument& x) {
  return x.info.is_inverse && (x.info.kind == instrument_kind::future || x.info.kind == instrument_kind::perpetual ||
                               x.info.kind == instrument_kind::future_combo);
}

std::int64_t greek_count_of(double x) {
  return std::isfinite(x) ? std::llround(std::clamp(x, -greek_largest, greek_largest) / greek_unit) : 0;
}

price usd_price(double x) {
  const auto made = nearest_decimal<price>(std::abs(x));
  return made ? *made : price{}; // beyond 9.2e9 USD a unit it is not known
}

/// Notional in USD: of inverse futures their size, of options and combos their underlying, else price times size.
/// Greeks: those of the ticker for options; of futures and spot their coins.
unit_weight weight_of(const instrument& what, const market_view& market, optional_double quote_usd) {
  unit_weight made;
  const double units = to_double(what.multiplier);
  const auto set_delta = [&](double x) { made.greeks[0] = greek_count_of(x); };
  if (is_inverse_future(what)) {
    made.usd = usd_price(units);
    if (what.info.kind != instrument_kind::future_combo && market.mark && *market.mark > 0)
      set_delta(units / *market.mark);
    return made;
  }
  if (!quote_usd) return made;
  switch (what.info.kind) {
  case instrument_kind::option:
  case instrument_kind::option_combo:
    if (market.underlying) made.usd = usd_price(*market.underlying * units * *quote_usd);
    set_delta(market.delta.value_or(0) * units);
    made.greeks[1] = greek_count_of(market.gamma.value_or(0) * units);
    made.greeks[2] = greek_count_of(market.vega.value_or(0) * units);
    break;
  case instrument_kind::future_combo:
    if (market.underlying) made.usd = usd_price(*market.underlying * units * *quote_usd);
    break;
  case instrument_kind::future:
  case instrument_kind::perpetual:
  case instrument_kind::spot:
    set_delta(units);
    [[fallthrough]];
  case instrument_kind::binary:
    if (market.mark) made.usd = usd_price(*market.mark * units * *quote_usd);
  }
  return made;
}

fill undone(fill x) {
  x.side = opposite(x.side);
  x.fee = -x.fee;
  return x;
}

} // namespace

risk_gate::risk_gate(risk_settings how, tools with)
    : how_{std::move(how)}, tools_{std::move(with)}, states_{tools_.on_state}, pnl_{tools_.rules}, all_{make_pool(
                                                                                                       {}, 0,
                                                                                                       how_.all)} {
  for (const auto& [at, text] : enum_names<venue>::table) {
    const auto index = static_cast<std::size_t>(at);
    venues_.push_back(make_pool({scope_kind::venue, std::string{text}}, index, how_.venues[index]));
  }
}

risk_gate::pool risk_gate::make_pool(risk_scope where, std::size_t index, const risk_limits& limits) {
  pool made{.where = std::move(where),
            .index = static_cast<std::uint32_t>(index),
            .limits = &limits,
            .rate = {},
            .rejected_ns = {}};
  if (limits.orders_per_second > 0) made.rate.emplace(limits.order_burst, limits.orders_per_second);
  return made;
}

void risk_gate::name_owner(owner_id owner, std::string_view name) {
  static const risk_limits none;
  if (owner < owners_.size() && owners_[owner].where.name == name) return;
  while (owners_.size() <= owner) owners_.push_back(make_pool({scope_kind::strategy, ""}, owners_.size(), none));
  const auto limits = how_.strategies.find(name);
  owners_[owner] = make_pool({scope_kind::strategy, std::string{name}}, owner,
                             limits == how_.strategies.end() ? none : limits->second);
}

risk_gate::pools risk_gate::pools_of(owner_id owner, instrument_id id) {
  if (owner >= owners_.size()) name_owner(owner, "");
  return {&owners_[owner], &venues_[static_cast<std::size_t>(tools_.instruments.at(id).at)], &all_};
}

const risk_sums& risk_gate::sums_of(const pool& x) const {
  if (x.where.kind == scope_kind::all) return book_.all();
  return x.where.kind == scope_kind::venue ? book_.of(static_cast<venue>(x.index)) : book_.of(owner_id{x.index});
}

std::string risk_gate::name_of(instrument_id id) const {
  const auto& entry = tools_.instruments.at(id);
  return std::string{to_text(entry.at)} + ":" + entry.symbol;
}

void risk_gate::know(instrument_id id) { book_.list(id, tools_.instruments.at(id).at); }

void risk_gate::weigh(instrument_id id) {
  const auto& rules = tools_.rules.of(id);
  auto unit = weight_of(rules, market_.of(id), market_.usd(rules.info.quote));
  if (!rules.info.base.empty()) unit.underlying = book_.underlying_of(rules.info.base);
  know(id);
  book_.set_weight(id, unit);
}

void risk_gate::on_market(const market_event& event, const moment& now) {
  if (market_.apply(event, tools_.rules.of(event.instrument), now.wall_ns)) weigh(event.instrument);
}

quantity risk_gate::held(owner_id owner, instrument_id id) const { return pnl_.of(owner, id).size; }

// ---- orders

risk_gate::addition risk_gate::addition_of(const venue_order& what) {
  const auto& x = what.request;
  return {.label = what.label,
          .owner = what.owner,
          .instrument = x.instrument,
          .side = x.side,
          .limit = x.type == order_type::limit ? std::optional{x.limit} : std::nullopt,
          .stop = x.stop,
          .size = x.size,
          .more = x.size,
          .is_new = true,
          .may_meet = x.stop == price{}};
}

result<approved_order> risk_gate::check(venue_order what, const moment& now) {
  const auto x = addition_of(what);
  const auto& request = what.request;
  know(x.instrument);
  auto bad = check_label(what.label);
  if (!bad) bad = check_terms(request, now.wall_ns);
  if (!bad) bad = check_instrument(tools_.rules.of(x.instrument), request, now.wall_ns);
  if (!bad && request.reduce_only) bad = check_reducing(x, book_.of(what.owner, x.instrument));
  if (!bad) bad = check_addition(x, now);
  if (bad) return refuse(x, *bad, now);
  count(what, what.request.limit, {}, what.request.size);
  return approved_order{std::move(what)};
}

result<approved_order> risk_gate::check_closing(venue_order what, quantity held, const moment& now) {
  const auto x = addition_of(what);
  know(x.instrument);
  auto bad = check_label(what.label);
  if (!bad) bad = check_terms(what.request, now.wall_ns);
  if (!bad) bad = check_instrument(tools_.rules.of(x.instrument), what.request, now.wall_ns);
  auto closed = book_.of(x.owner, x.instrument);
  closed.held = held;
  if (!bad) bad = check_reducing(x, closed);
  if (bad) return refuse(x, *bad, now);
  count(what, what.request.limit, {}, what.request.size);
  return approved_order{std::move(what)};
}

result<void> risk_gate::check_amend(order_id id, price limit, quantity size, const moment& now) {
  auto* order = book_.find(id);
  if (!order) return fail(ec::invalid_order, "no such order is open; it may be final already");
  addition x{.label = order->label,
             .owner = order->owner,
             .instrument = order->instrument,
             .side = order->side,
             .limit = order->type == order_type::limit ? std::optional{limit} : std::nullopt,
             .stop = order->stop,
             .size = size,
             .more = size - order->filled - order->open,
             .is_new = false,
             .may_meet = order->stop == price{}};
  auto bad = check_price_and_size(
      tools_.rules.of(x.instrument),
      {.instrument = x.instrument, .side = x.side, .type = order->type, .limit = limit, .size = size});
  if (!bad && size <= order->filled)
    bad = refusal{risk_rule::terms, fmt::format("size {} must be above the {} that is filled; cancel it instead",
                                                to_string(size), to_string(order->filled))};
  if (!bad) bad = check_addition(x, now);
  if (bad) return refuse(x, *bad, now);
  auto& wish = order->amending;
  if (!wish) wish = risk_book::terms{order->limit, order->filled + order->open};
  wish->size = std::max(wish->size, size);
  wish->limit = x.side == side::buy ? std::max(wish->limit, limit) : std::min(wish->limit, limit);
  const auto worst = *wish;
  book_.change(id, worst.limit, worst.size - order->filled);
  return {};
}

void risk_gate::count(const venue_order& what, price limit, quantity filled, quantity open) {
  const auto& x = what.request;
  const bool rests =
      x.type == order_type::limit && x.stop == price{} && (x.tif == time_in_force::gtc || x.tif == time_in_force::gtd);
  know(x.instrument);
  book_.add(what.id, {.owner = what.owner,
                      .instrument = x.instrument,
                      .side = x.side,
                      .type = x.type,
                      .rests = rests,
                      .limit = limit,
                      .open = open,
                      .filled = filled,
                      .stop = x.stop,
                      .label = what.label});
}

void risk_gate::on_order(order_id id, const standing& now_so, const moment& now) {
  auto* order = book_.find(id);
  if (!order) return;
  if (now_so.state == order_state::rejected) count_reject(order->owner, order->instrument, true, now);
  const bool is_over = is_final(now_so.state);
  order->filled = now_so.size - now_so.open;
  if (now_so.is_settled || is_over) order->amending.reset();
  if (!order->amending) return book_.change(id, now_so.limit, is_over ? quantity{} : now_so.open);
  book_.change(id, order->amending->limit, order->amending->size - order->filled);
}

void risk_gate::on_fill(std::optional<owner_id> owner, const fill& what) {
  know(what.instrument);
  book_.hold(owner, what.instrument, what.side == side::buy ? what.size : -what.size);
  if (owner) pnl_.book(*owner, what);
}

void risk_gate::on_fill_undone(std::optional<owner_id> owner, const fill& what) { on_fill(owner, undone(what)); }

void risk_gate::on_adopted(instrument_id id, quantity more) {
  know(id);
  book_.hold({}, id, more);
}

void risk_gate::on_settlement(std::optional<owner_id> owner, const match::settlement& what) {
  know(what.instrument);
  book_.hold(owner, what.instrument, -what.size);
  if (owner) pnl_.settle(what);
}

void risk_gate::restore(const std::vector<risk_state_entry>& states, const std::vector<pnl_base>& bases) {
  states_.restore(states);
  pnl_.restore(bases);
}

void risk_gate::restore_order(const venue_order& what, const standing& last) {
  count(what, last.limit, last.size - last.open, last.open);
}

// ---- states

void risk_gate::restrict(const risk_scope& where, trading_state to, std::string_view reason, std::string_view by,
                         const moment& now) {
  states_.set({.where = where,
               .source = state_source::command,
               .state = to,
               .reason = std::string{reason},
               .by = std::string{by},
               .since_ns = now.wall_ns});
}

result<void> risk_gate::resume(const risk_scope& where, std::string_view by, const moment& now) {
  if (!states_.resume(where, by, now.wall_ns))
    return fail(ec::not_found,
                fmt::format("nothing restricts trading of {}; strike risk shows what does", to_string(where)));
  pnl_.rebase(where);
  const auto forget = [&](pool& x) {
    if (x.where == where) x.rejected_ns.clear();
  };
  forget(all_);
  std::ranges::for_each(venues_, forget);
  std::ranges::for_each(owners_, forget);
  return {};
}

void risk_gate::on_reconciling(venue at, bool is_done, const moment& now) {
  risk_scope where{scope_kind::venue, std::string{to_text(at)}};
  std::string reason = is_done ? "orders, fills and positions agree with the venue"
                               : "orders, fills and positions have not been compared with the venue yet";
  states_.set({.where = std::move(where),
               .source = state_source::reconciling,
               .state = is_done ? trading_state::active : trading_state::reduce_only,
               .reason = std::move(reason),
               .by = "reconciler",
               .since_ns = now.wall_ns});
}

} // namespace strike::exec
