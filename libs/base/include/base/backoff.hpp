#pragma once

#include <chrono>

namespace strike {

/// How long to wait before attempt after attempt: doubling, with jitter.
struct backoff {
  std::chrono::nanoseconds first{std::chrono::milliseconds{100}}; ///< before the first, > 0
  std::chrono::nanoseconds longest{std::chrono::seconds{30}};     ///< the wait doubles up to this

  /// The wait before attempt number `attempt` (from 1): first x 2^(attempt - 1), at most `longest`; of which one half
  /// is kept and the other is scaled by `random`, so that processes that failed together do not return together.
  /// @param random in [0, 1)
  std::chrono::nanoseconds delay(int attempt, double random) const;
};

} // namespace strike
