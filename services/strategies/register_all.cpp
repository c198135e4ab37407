#include "strategies/register_all.hpp"

#include "strategies/gamma_scalp.hpp"
#include "strategies/momentum.hpp"

namespace strike {

void register_all_strategies(strategy_registry& types) {
  types.add("gamma_scalp", strategies::make_gamma_scalp);
  types.add("momentum", strategies::make_momentum);
}

} // namespace strike
