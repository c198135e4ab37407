#include "strategy/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

namespace strike {

void strategy_registry::add(std::string type, strategy_factory factory) {
  assert(std::ranges::find(rows_, type, &row::type) == rows_.end());
  rows_.push_back({std::move(type), factory});
}

std::vector<std::string> strategy_registry::types() const {
  std::vector<std::string> all;
  for (const auto& x : rows_) all.push_back(x.type);
  return all;
}

strategy_registry::instance strategy_registry::make(config::section& settings, const std::string& fallback_name) const {
  instance x{.type = settings.required_text("type")};
  x.name = settings.text("name", fallback_name.empty() ? x.type : fallback_name);
  x.is_enabled = settings.flag("enabled", true);
  const auto known = std::ranges::find(rows_, x.type, &row::type);
  if (known != rows_.end()) {
    x.logic = known->make(settings); // also when disabled, so that its keys are checked
    return x;
  }
  if (!x.type.empty())
    settings.reject("type", fmt::format("unknown strategy type '{}'; known: {}", x.type, fmt::join(types(), ", ")));
  for (const auto& key : settings.keys()) settings.has(key); // what its keys mean, nobody can tell
  return x;
}

std::vector<std::pair<strategy_registry::instance, config::section>>
strategy_registry::read_all(config::section root) const {
  std::vector<std::pair<instance, config::section>> all;
  for (auto& settings : root.tables("strategy")) {
    auto made = make(settings);
    if (!made.name.empty() && std::ranges::any_of(all, [&](const auto& x) { return x.first.name == made.name; }))
      settings.reject("name", fmt::format("the name '{}' is taken by another strategy; give each its own", made.name));
    all.emplace_back(std::move(made), settings);
  }
  return all;
}

std::vector<strategy_registry::instance> strategy_registry::make_all(config::section root) const {
  std::vector<instance> all;
  for (auto& [made, settings] : read_all(root))
    if (made.is_enabled && made.logic) all.push_back(std::move(made));
  return all;
}

} // namespace strike
