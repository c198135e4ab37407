#include "market_event.hpp"

#include "enums.hpp"
#include "message.hpp"

namespace strike::wire {
namespace {

/// A step of 0 would be divided by.
result<void> check(const v1::InstrumentDefinition& from) {
  if (from.tick() <= 0) return broken(from, "tick must be > 0");
  if (from.lot() <= 0) return broken(from, "lot must be > 0");
  if (from.minimum() <= 0) return broken(from, "minimum must be > 0");
  if (from.multiplier() <= 0) return broken(from, "multiplier must be > 0");
  for (int i = 0; i < from.tick_steps_size(); ++i) {
    if (from.tick_steps(i).tick() <= 0) return broken(from, "tick of every tick_steps must be > 0");
    if (i > 0 && from.tick_steps(i).above() <= from.tick_steps(i - 1).above())
      return broken(from, "tick_steps must ascend");
  }
  return {};
}

void read_rules(instrument& to, const v1::InstrumentDefinition& from) {
  to.ticks.base = {from.tick()};
  to.ticks.steps.clear();
  for (const auto& step : from.tick_steps()) to.ticks.steps.push_back({{step.above()}, {step.tick()}});
  to.lot = {from.lot()};
  to.minimum = {from.minimum()};
  to.multiplier = {from.multiplier()};
  to.index = from.index();
  to.outcome = from.outcome();
  to.complement = from.complement();
}

} // namespace

void write_definition(v1::InstrumentDefinition& to, const instrument& from) {
  to.mutable_instrument()->set_venue(to_proto(from.at));
  set_text(to.mutable_instrument()->mutable_symbol(), from.symbol);
  to.set_kind(to_proto(from.info.kind));
  set_text(to.mutable_base(), from.info.base);
  set_text(to.mutable_quote(), from.info.quote);
  set_text(to.mutable_settlement(), from.info.settlement);
  to.set_is_inverse(from.info.is_inverse);
  to.set_expiry_ns(from.info.expiry_ns);
  if (from.info.strike) to.set_strike((*from.info.strike).nanos);
  if (from.info.right) to.set_right(to_proto(*from.info.right));
  to.set_tick(from.ticks.base.nanos);
  for (const auto& step : from.ticks.steps) {
    auto& added = *to.add_tick_steps();
    added.set_above(step.above.nanos);
    added.set_tick(step.tick.nanos);
  }
  to.set_lot(from.lot.nanos);
  to.set_minimum(from.minimum.nanos);
  to.set_multiplier(from.multiplier.nanos);
  set_text(to.mutable_index(), from.index);
  set_text(to.mutable_outcome(), from.outcome);
  set_text(to.mutable_complement(), from.complement);
}

result<reading> read_definition(instrument& to, const v1::InstrumentDefinition& from) {
  const auto at = from_proto<venue>(from.instrument().venue());
  const auto kind = from_proto<instrument_kind>(from.kind());
  std::optional<option_type> right;
  if (from.right() != v1::OPTION_TYPE_UNSPECIFIED) {
    right = from_proto<option_type>(from.right());
    if (!right) return reading::unknown;
  }
  if (!at || !kind) return reading::unknown;
  if (auto valid = check(from); !valid) return std::unexpected{std::move(valid).error()};
  to.at = *at;
  to.symbol = from.instrument().symbol();
  to.info = {.kind = *kind,
             .base = from.base(),
             .quote = from.quote(),
             .settlement = from.settlement(),
             .is_inverse = from.is_inverse(),
             .expiry_ns = from.expiry_ns(),
             .strike = from.has_strike() ? optional_price{price{from.strike()}} : optional_price{},
             .right = right};
  read_rules(to, from);
  return reading::done;
}

} // namespace strike::wire
