#pragma once

#include "strategy/registry.hpp"

namespace strike {

/// Makes every strategy of this folder known by its type name.
void register_all_strategies(strategy_registry& types);

} // namespace strike
