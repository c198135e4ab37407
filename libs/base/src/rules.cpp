#include "base/rules.hpp"

#include <algorithm>

namespace strike {

namespace {

bool matches(const rule_pattern& pattern, const instrument_registry::entry& what) {
  return pattern.at == what.at && (pattern.base.empty() || pattern.base == what.info.base) &&
         (!pattern.kind || *pattern.kind == what.info.kind) &&
         (!pattern.is_inverse || *pattern.is_inverse == what.info.is_inverse);
}

std::string index_name(const std::string& form, std::string base) {
  std::ranges::transform(base, base.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  auto name = form;
  if (const auto at = name.find("{base}"); at != std::string::npos) name.replace(at, 6, base);
  return name;
}

} // namespace

instrument_rules::instrument_rules(const instrument_registry& registry, std::vector<rule_pattern> defaults)
    : registry_{registry}, defaults_{std::move(defaults)} {}

const instrument& instrument_rules::of(instrument_id id) const {
  if (id.index >= known_.size()) known_.resize(id.index + 1);
  auto& slot = known_[id.index];
  if (slot) return *slot;
  const auto& entry = registry_.at(id);
  slot = instrument{.at = entry.at, .symbol = entry.symbol, .info = entry.info};
  for (const auto& pattern : defaults_)
    if (matches(pattern, entry)) {
      slot->ticks = pattern.ticks;
      slot->lot = pattern.lot;
      slot->minimum = pattern.minimum;
      slot->multiplier = pattern.multiplier;
      slot->index = index_name(pattern.index, entry.info.base);
      break;
    }
  return *slot;
}

void instrument_rules::define(instrument_id id, instrument rules) {
  if (id.index >= known_.size()) known_.resize(id.index + 1);
  known_[id.index] = std::move(rules);
}

} // namespace strike
