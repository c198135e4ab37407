#pragma once

#include "match/portable_math.hpp"

#include <cstddef>
#include <cstdint>

namespace strike::sandbox {

/// Chance from a seed: the same numbers on every machine (SplitMix64, Steele, Lea and Flood 2014).
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_{seed} {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double uniform() { return (static_cast<double>(bits() >> 11) + 0.5) * 0x1p-53; } ///< above 0, below 1
  double normal() { return match::portable_normal_quantile(uniform()); }
  /// @param n > 0
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  bool chance(double p) { return uniform() < p; }

private:
  std::uint64_t state_;
};

/// A number that wanders about 0 and is drawn back to it (Ornstein-Uhlenbeck).
struct wandering {
  double spread = 0;     ///< standard deviation in the long run
  double memory_s = 600; ///< after which the drift is down to 1/e
  double now = 0;

  void advance(double seconds, random_source& chance);
};

} // namespace strike::sandbox
