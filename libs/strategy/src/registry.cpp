#include "strategy/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>

namespace strike {

void strategy_registry::add(std::string type, strategy_factory make) {
  assert(std::ranges::find(rows_, type, &row::type) == rows_.end());
  rows_.push_back({std::move(type), make});
}

std::vector<std::string> strategy_registry::types() const {
  std::vector<std::string> all;
  for (const auto& x : rows_) all.push_back(x.type);
  return all;
}

std::vector<strategy_registry::instance> strategy_registry::make_all(config::section root) const {
  std::vector<instance> all;
  std::vector<std::string> names;
  for (auto& settings : root.tables("strategy")) {
    const auto type = settings.required_text("type");
    const auto name = settings.text("name", type);
    const bool enabled = settings.flag("enabled", true);
    if (!name.empty() && std::ranges::find(names, name) != names.end())
      settings.reject("name", fmt::format("the name '{}' is taken by another strategy; give each its own", name));
    names.push_back(name);
    const auto known = std::ranges::find(rows_, type, &row::type);
    if (known == rows_.end()) {
      if (!type.empty())
        settings.reject("type", fmt::format("unknown strategy type '{}'; known: {}", type, fmt::join(types(), ", ")));
      for (const auto& key : settings.keys()) settings.has(key); // what its keys mean, nobody can tell
      continue;
    }
    auto logic = known->make(settings); // also when disabled, so that its keys are checked
    if (enabled && logic) all.push_back({name, type, std::move(logic)});
  }
  return all;
}

} // namespace strike
