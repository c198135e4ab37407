#include "base/backoff.hpp"

#include <algorithm>

namespace strike {

std::chrono::nanoseconds backoff::delay(int attempt, double random) const {
  auto whole = std::min(first, longest);
  for (int i = 1; i < attempt && whole < longest; ++i)
    whole = whole > longest / 2 ? longest : whole * 2; // compares first: no overflow
  const auto half = whole / 2;
  return whole - half + std::chrono::nanoseconds{static_cast<std::int64_t>(static_cast<double>(half.count()) * random)};
}

} // namespace strike
