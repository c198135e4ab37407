#include "strategies/register_all.hpp"

#include "strategies/gamma_scalp.hpp"
#include "strategies/momentum.hpp"

namespace strike::strategies {

void register_all_strategies(strategy_registry& types) {
  types.add("gamma_scalp", make_gamma_scalp);
  types.add("momentum", make_momentum);
}

} // namespace strike::strategies
