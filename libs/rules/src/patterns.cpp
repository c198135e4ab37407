#include "rules/patterns.hpp"

#include "embedded_venues_toml.hpp"

#include <cassert>

namespace strike::rules {

namespace {

constexpr quantity one{nanos_per_unit};

void add_rules(std::vector<rule_pattern>& to, config::section root) {
  auto venues = root.table("venue");
  for (const auto& [at, name] : enum_names<venue>::table) {
    auto settings = venues.table(name);
    for (const auto& key : settings.keys()) settings.has(key);
    for (auto& row : settings.tables("rule")) to.push_back(read_rule(row, at));
  }
}

} // namespace

std::string_view venue_defaults() { return embedded::venues_toml; }

std::vector<rule_pattern> read_rules(config::section root) {
  std::vector<rule_pattern> all;
  add_rules(all, root);
  const auto built_in = config::document::from_text(venue_defaults(), "venues.toml (built in)");
  assert(built_in);
  add_rules(all, built_in->root());
  assert(built_in->finish());
  return all;
}

rule_pattern read_rule(config::section& settings, venue at) {
  auto x = read_pattern<rule_pattern>(settings, at);
  x.ticks = read_ticks(settings);
  for (const auto* key : {"tick", "lot"})
    if (!settings.has(key)) settings.reject(key, "is required and missing; a rule stands for itself");
  x.lot = read_positive(settings, "lot").value_or(x.lot);
  x.minimum = read_positive(settings, "minimum").value_or(x.lot);
  x.multiplier = read_positive(settings, "multiplier").value_or(one);
  x.index = settings.text("index", "");
  return x;
}

optional_quantity read_positive(config::section& settings, std::string_view key) {
  if (!settings.has(key)) return {};
  const auto x = settings.quantity_of(key, one);
  if (x > quantity{}) return x;
  settings.reject(key, "must be > 0");
  return one;
}

tick_table read_ticks(config::section& settings) {
  const auto positive = [](config::section& from, std::string_view key, price fallback) {
    const auto x = from.price_of(key, fallback);
    if (x > price{} || !from.has(key)) return x;
    from.reject(key, "must be > 0");
    return price{1};
  };
  tick_table x{.base = positive(settings, "tick", price{})};
  for (auto& step : settings.tables("tick_steps")) {
    for (const auto* key : {"above", "tick"})
      if (!step.has(key)) step.reject(key, "is required and missing");
    const auto above = step.price_of("above", {});
    if (!x.steps.empty() && above <= x.steps.back().above) step.reject("above", "steps must ascend");
    x.steps.push_back({above, positive(step, "tick", price{1})});
  }
  if (!x.steps.empty() && x.base == price{}) settings.reject("tick_steps", "needs tick, the step below the first one");
  return x;
}

} // namespace strike::rules
