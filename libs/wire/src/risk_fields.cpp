#include "risk_fields.hpp"

#include "enums.hpp"

#include <cmath>

namespace strike::wire {
namespace {

void write(const risk_scope& from, v1::RiskScope& to) {
  to.set_kind(to_proto(from.kind));
  set_text(to.mutable_name(), from.name);
}

result<risk_scope> read(const v1::RiskScope& from) {
  const auto kind = from_proto<scope_kind>(from.kind());
  if (!kind) return broken(from, "kind is missing or unknown");
  if (from.name().empty() != (*kind == scope_kind::all))
    return broken(from, "all has no name, everything else has one");
  return risk_scope{*kind, from.name()};
}

result<risk_state_entry> read(const v1::RiskState& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  const auto source = from_proto<state_source>(from.source());
  const auto state = from_proto<trading_state>(from.state());
  if (!source || !state) return broken(from, "source or state is missing or unknown");
  risk_state_entry made;
  made.where = *std::move(where);
  made.source = *source;
  made.state = *state;
  made.reason = from.reason();
  made.by = from.by();
  made.since_ns = from.since_ns();
  return made;
}

result<limit_use> read(const v1::LimitUse& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  if (!(from.most() > 0) || !std::isfinite(from.most()) || !std::isfinite(from.used()))
    return broken(from, "used and most must be finite, most above 0");
  return limit_use{*std::move(where), from.limit(), from.used(), from.most()};
}

result<kill_report> read(const v1::KillProgress& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  kill_report made{.where = *std::move(where),
                   .flattens = from.flatten(),
                   .why = from.reason(),
                   .by = from.by(),
                   .began_ns = from.began_ns(),
                   .is_over = from.is_over(),
                   .is_clean = from.is_clean(),
                   .is_alarmed = from.is_alarmed(),
                   .lines = {}};
  made.lines.assign(from.lines().begin(), from.lines().end());
  return made;
}

void write(const risk_state_entry& from, v1::RiskState& to) {
  write(from.where, *to.mutable_scope());
  to.set_source(to_proto(from.source));
  to.set_state(to_proto(from.state));
  set_text(to.mutable_reason(), from.reason);
  set_text(to.mutable_by(), from.by);
  to.set_since_ns(from.since_ns);
}

void write(const limit_use& from, v1::LimitUse& to) {
  write(from.where, *to.mutable_scope());
  set_text(to.mutable_limit(), from.limit);
  to.set_used(from.used);
  to.set_most(from.most);
}

void write(const kill_report& from, v1::KillProgress& to) {
  write(from.where, *to.mutable_scope());
  to.set_flatten(from.flattens);
  set_text(to.mutable_reason(), from.why);
  set_text(to.mutable_by(), from.by);
  to.set_began_ns(from.began_ns);
  to.set_is_over(from.is_over);
  to.set_is_clean(from.is_clean);
  to.set_is_alarmed(from.is_alarmed);
  for (const auto& line : from.lines) set_text(to.add_lines(), line);
}

/// Reads every row, or fails as the first that is broken.
template <class Domain, class Rows> result<std::vector<Domain>> read_all(const Rows& rows) {
  std::vector<Domain> all;
  for (const auto& row : rows) {
    auto made = read(row);
    if (!made) return std::unexpected{std::move(made).error()};
    all.push_back(*std::move(made));
  }
  return all;
}

} // namespace

void write(const restrict_trading& from, v1::RestrictTrading& to) {
  write(from.where, *to.mutable_scope());
  to.set_state(to_proto(from.state));
  set_text(to.mutable_reason(), from.reason);
  set_text(to.mutable_by(), from.by);
}

void write(const resume_trading& from, v1::ResumeTrading& to) {
  write(from.where, *to.mutable_scope());
  set_text(to.mutable_by(), from.by);
}

void write(const kill_trading& from, v1::KillTrading& to) {
  write(from.where, *to.mutable_scope());
  to.set_flatten(from.flatten);
  set_text(to.mutable_reason(), from.reason);
  set_text(to.mutable_by(), from.by);
}

void write(const risk_report& from, v1::RiskReport& to) {
  for (const auto& x : from.states) write(x, *to.add_states());
  for (const auto& x : from.limits) write(x, *to.add_limits());
  for (const auto& x : from.kills) write(x, *to.add_kills());
}

result<restrict_trading> read(const v1::RestrictTrading& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  const auto state = from_proto<trading_state>(from.state());
  if (!state || *state == trading_state::active) return broken(from, "state must be reduce_only or halted");
  return restrict_trading{*std::move(where), *state, from.reason(), from.by()};
}

result<resume_trading> read(const v1::ResumeTrading& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  return resume_trading{*std::move(where), from.by()};
}

result<kill_trading> read(const v1::KillTrading& from) {
  auto where = read(from.scope());
  if (!where) return std::unexpected{std::move(where).error()};
  return kill_trading{*std::move(where), from.flatten(), from.reason(), from.by()};
}

result<risk_report> read(const v1::RiskReport& from) {
  auto states = read_all<risk_state_entry>(from.states());
  if (!states) return std::unexpected{std::move(states).error()};
  auto limits = read_all<limit_use>(from.limits());
  if (!limits) return std::unexpected{std::move(limits).error()};
  auto kills = read_all<kill_report>(from.kills());
  if (!kills) return std::unexpected{std::move(kills).error()};
  return risk_report{*std::move(states), *std::move(limits), *std::move(kills)};
}

} // namespace strike::wire
