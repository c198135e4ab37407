#pragma once

#include <chrono>
#include <functional>

namespace strike::process {

/// How long to wait before the next attempt, and how many attempts are enough.
struct restart_policy {
  std::chrono::nanoseconds first{std::chrono::milliseconds{100}}; ///< before the first restart, > 0
  std::chrono::nanoseconds longest{std::chrono::seconds{30}};     ///< the wait doubles up to this
  /// A child that lived this long is well again: the next death counts as the first.
  std::chrono::nanoseconds well_after{std::chrono::minutes{1}};
  int most_restarts = 10; ///< in a row, without being well in between; then the supervisor gives up
};

/// A number in [0, 1); tests hand in their own.
using random_source = std::function<double()>;

/// The wait before restart number `attempt` (from 1), as `backoff::delay`.
/// @param random in [0, 1)
std::chrono::nanoseconds restart_delay(const restart_policy& policy, int attempt, double random);

} // namespace strike::process
