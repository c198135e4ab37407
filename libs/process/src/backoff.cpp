#include "process/backoff.hpp"

#include "base/backoff.hpp"

namespace strike::process {

std::chrono::nanoseconds restart_delay(const restart_policy& policy, int attempt, double random) {
  return backoff{.first = policy.first, .longest = policy.longest}.delay(attempt, random);
}

} // namespace strike::process
