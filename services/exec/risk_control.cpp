#include "exec/risk_control.hpp"

#include "exec/risk_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace strike::exec {

namespace {

constexpr std::string_view memory_key = "risk";

/// How much worse than the mark a closing order may be.
double give_way(const kill_settings& how, instrument_kind kind, double mark) {
  if (kind == instrument_kind::binary) return how.binary_slippage;
  const bool is_option = kind == instrument_kind::option || kind == instrument_kind::option_combo;
  return std::abs(mark) * (is_option ? how.option_slippage : how.slippage);
}

} // namespace

risk_control::risk_control(tools with)
    : tools_{with}, kill_{with.gate.settings().kill, *this,
                          [this](const kill_report& x, bool is_alarm) { tell(x, is_alarm); }},
      alarms_{with.metrics.get_counter("strike_exec_risk_alarms_total", "Alarms of the kill switch")} {}

// ---- memory and audit

result<void> risk_control::restore() {
  const auto kept = tools_.store.read().value(memory_key);
  if (!kept) return std::unexpected{kept.error()};
  const auto memory = risk_memory_of(*kept);
  if (!memory) return std::unexpected{memory.error()};
  auto states = memory->states;
  std::erase_if(states, [](const auto& x) { return x.source == state_source::reconciling; }); // begins anew
  tools_.gate.restore(states, memory->bases);
  for (const auto& x : states)
    tools_.log.warning("trading is restricted since before the start",
                       {{"scope", to_string(x.where)}, {"state", to_text(x.state)}, {"why", x.reason}, {"by", x.by}});
  return {};
}

void risk_control::remember() {
  remembered_ = tools_.gate.pnl_bases();
  const auto text = to_json({tools_.gate.states(), remembered_});
  if (const auto done = tools_.store.set(memory_key, text); !done)
    tools_.log.error("the states of risk could not be kept: a restart forgets them", {{"why", done.error().text}});
}

void risk_control::on_state(const risk_state_change& what) {
  const auto& x = what.entry;
  const auto line = fmt::format("{} -> {}: {} (by {}, {})", to_text(what.before), to_text(x.state), x.reason, x.by,
                                to_text(x.source));
  if (x.state == trading_state::active || x.source == state_source::reconciling)
    tools_.log.info("risk state", {{"scope", to_string(x.where)}, {"change", line}});
  else
    tools_.log.error("risk state", {{"scope", to_string(x.where)}, {"change", line}});
  if (const auto done = tools_.store.note({x.since_ns, "risk", to_string(x.where), line}); !done)
    tools_.log.error("the audit could not be written", {{"why", done.error().text}});
  if (x.source != state_source::reconciling) remember();
}

void risk_control::tell(const kill_report& what, bool is_alarm) {
  if (is_alarm) {
    alarms_.add();
    tools_.log.error("KILL SWITCH", {{"scope", to_string(what.where)}, {"what", what.lines.back()}});
  } else {
    tools_.log.warning("kill switch", {{"scope", to_string(what.where)}, {"what", what.lines.back()}});
  }
  if (const auto done = tools_.store.note({what.began_ns, "kill", to_string(what.where), what.lines.back()}); !done)
    tools_.log.error("the audit could not be written", {{"why", done.error().text}});
}

void risk_control::on_kill(const risk_scope& where, std::string_view why, const moment& now) {
  kill_.start(where, false, why, "exec", now);
}

std::int64_t risk_control::round(const moment& now) {
  if (tools_.gate.pnl_bases() != remembered_) remember(); // a new day or a new peak
  return kill_.round(now);
}

// ---- requests

struct risk_control::performer {
  risk_control& control;
  const moment& now;
  using outcome = decltype(wire::control_reply::outcome);

  static outcome of(result<void> x) { return x ? outcome{wire::control_done{}} : outcome{std::move(x).error()}; }

  outcome operator()(const wire::halt_trading& x) const {
    return (*this)(wire::restrict_trading{{}, trading_state::halted, x.reason, "control"});
  }
  outcome operator()(const wire::cancel_all_orders& x) const {
    const risk_scope where = x.strategy.empty() ? risk_scope{} : risk_scope{scope_kind::strategy, x.strategy};
    if (auto known = control.check(where); !known) return std::move(known).error();
    for (const auto id : control.open_orders(where)) control.cancel(id, now);
    return wire::control_done{};
  }
  outcome operator()(const wire::restrict_trading& x) const {
    if (auto known = control.check(x.where); !known) return std::move(known).error();
    control.tools_.gate.restrict(x.where, x.state, x.reason.empty() ? "by command" : x.reason, x.by, now);
    return wire::control_done{};
  }
  outcome operator()(const wire::resume_trading& x) const { return of(control.tools_.gate.resume(x.where, x.by, now)); }
  outcome operator()(const wire::kill_trading& x) const {
    if (auto known = control.check(x.where); !known) return std::move(known).error();
    control.kill_.start(x.where, x.flatten, x.reason.empty() ? "by command" : x.reason, x.by, now);
    return wire::control_done{};
  }
  outcome operator()(const wire::ask_risk&) const {
    return wire::risk_report{control.tools_.gate.states(), control.tools_.gate.limits(), control.kill_.reports()};
  }
  outcome operator()(const wire::unknown_control& x) const { return error{ec::malformed, x.what}; }
  template <class Other> outcome operator()(const Other&) const {
    return error{ec::not_found,
                 "exec takes halt, restrict, resume, kill, cancel and risk; send this to the service that it concerns"};
  }
};

wire::control_reply risk_control::answer(const wire::control_request& request, const moment& now) {
  return {request.request_id, std::visit(performer{*this, now}, request.body)};
}

result<void> risk_control::check(const risk_scope& where) const {
  if (where.kind == scope_kind::venue)
    if (const auto at = from_text<venue>(where.name); !at) return fail(ec::not_found, at.error().text);
  const bool has_limits = tools_.gate.settings().strategies.contains(where.name);
  if (where.kind == scope_kind::strategy && !has_limits && !tools_.desk.owner_of(where.name))
    return fail(ec::not_found, fmt::format("no strategy '{}' has sent an order here, and none has limits", where.name));
  if (where.kind == scope_kind::instrument && !tools_.gate.find_instrument(where.name))
    return fail(ec::not_found,
                fmt::format("exec has not met an instrument '{}'; it is written venue:symbol", where.name));
  return {};
}

// ---- what the kill switch does and sees by

bool risk_control::is_within(const risk_scope& where, std::optional<owner_id> owner, instrument_id instrument) const {
  switch (where.kind) {
  case scope_kind::all:
    return true;
  case scope_kind::venue:
    return where.name == to_text(tools_.instruments.at(instrument).at);
  case scope_kind::strategy:
    return owner && where.name == tools_.desk.strategy_of(*owner);
  case scope_kind::instrument:
    return where.name == name_of(instrument);
  }
  return true;
}

bool risk_control::is_within(const risk_scope& where, order_id order) const {
  const auto* x = tools_.desk.find(order);
  return x && is_within(where, x->what.owner, x->what.request.instrument);
}

void risk_control::halt(const risk_scope& where, std::string_view why, std::string_view by, const moment& now) {
  tools_.gate.restrict(where, trading_state::halted, why, by, now);
}

std::vector<venue> risk_control::venues(const risk_scope& where) const {
  std::vector<venue> all;
  for (const auto& [at, text] : enum_names<venue>::table) {
    const bool is_meant = where.kind == scope_kind::venue        ? where.name == text
                          : where.kind == scope_kind::instrument ? where.name.starts_with(std::string{text} + ":")
                                                                 : true;
    if (is_meant && tools_.desk.has(at)) all.push_back(at);
  }
  return all;
}

std::vector<order_id> risk_control::open_orders(const risk_scope& where) const {
  std::vector<order_id> all;
  tools_.desk.each_open([&](const tracked_order& x) {
    if (is_within(where, x.what.owner, x.what.request.instrument)) all.push_back(x.what.id);
  });
  return all;
}

bool risk_control::take_over(const risk_scope& where, const moment& now) {
  if (where.kind == scope_kind::strategy) return true;
  const auto is_meant = [&](instrument_id x) { return is_within(where, {}, x); };
  bool is_settled = true;
  for (const auto at : venues(where)) is_settled = tools_.desk.adopt_unexplained(at, is_meant, now) && is_settled;
  return is_settled;
}

std::vector<open_position> risk_control::positions(const risk_scope& where) const {
  std::vector<open_position> simulated, real;
  tools_.desk.each_position([&](std::optional<owner_id> owner, instrument_id instrument, quantity size) {
    if (!is_within(where, owner, instrument)) return;
    const bool is_simulated = tools_.desk.is_simulated(tools_.instruments.at(instrument).at);
    (is_simulated ? simulated : real).push_back({owner, instrument, size});
  });
  if (where.kind != scope_kind::strategy) real = netted(real);
  std::ranges::move(real, std::back_inserter(simulated));
  return simulated;
}

/// Half as far from the mark after the venue refused one, since venues have price bands of their own; back again when
/// one was taken.
double risk_control::share_of(closing& x) const {
  if (const auto* last = tools_.desk.find(std::exchange(x.order, {})))
    x.share = last->life.last().state == order_state::rejected ? x.share / 2 : std::min(1.0, 2 * x.share);
  return x.share;
}

result<void> risk_control::close(const open_position& what, const moment& now) {
  const auto& rules = tools_.rules.of(what.instrument);
  const auto mark = tools_.gate.market(what.instrument).mark;
  if (!mark) return fail(ec::invalid_order, "no mark price is known");
  const auto by = what.size > quantity{} ? side::sell : side::buy;
  auto& attempt = closings_[{what.owner, what.instrument}];
  const double way = share_of(attempt) * give_way(tools_.gate.settings().kill, rules.info.kind, *mark);
  auto limit = nearest_decimal<price>(by == side::buy ? *mark + way : *mark - way);
  if (!limit) return fail(ec::invalid_order, limit.error().text);
  limit = by == side::buy ? rules.ticks.round_up(*limit) : rules.ticks.round_down(*limit);
  const auto lowest = rules.ticks.next_above({});
  if (*limit < lowest) limit = lowest;
  if (rules.info.kind == instrument_kind::binary) limit = std::min(*limit, rules.ticks.next_below({nanos_per_unit}));
  const auto size = what.size > quantity{} ? what.size : -what.size;
  const auto made = tools_.desk.close(what.owner,
                                      {.instrument = what.instrument,
                                       .side = by,
                                       .limit = *limit,
                                       .size = {size.nanos / rules.lot.nanos * rules.lot.nanos},
                                       .tif = time_in_force::ioc,
                                       .reduce_only = true},
                                      what.size, now);
  if (!made) return std::unexpected{made.error()};
  attempt.order = *made;
  return {};
}

std::string risk_control::name_of(instrument_id id) const {
  const auto& x = tools_.instruments.at(id);
  return fmt::format("{}:{}", to_text(x.at), x.symbol);
}

std::string risk_control::name_of(const open_position& what) const {
  if (!what.owner) return fmt::format("{} of the account's own", name_of(what.instrument));
  return fmt::format("{} of strategy {}", name_of(what.instrument), tools_.desk.strategy_of(*what.owner));
}

} // namespace strike::exec
