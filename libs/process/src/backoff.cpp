#include "process/backoff.hpp"

#include <algorithm>

namespace strike::process {

std::chrono::nanoseconds restart_delay(const restart_policy& policy, int attempt, double random) {
  auto whole = std::min(policy.first, policy.longest);
  for (int i = 1; i < attempt && whole < policy.longest; ++i)
    whole = whole > policy.longest / 2 ? policy.longest : whole * 2; // compares first: no overflow
  const auto half = whole / 2;
  return whole - half + std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(half.count()) * random)};
}

} // namespace strike::process
