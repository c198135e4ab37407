#pragma once

#include <cstdint>

namespace strike::net {

/// A pool of credits that refills continuously up to its size: token buckets (a credit a request) and venues that
/// charge requests differently. Pure; one thread.
class credit_pool {
public:
  /// @param size > 0: what a rest fills it to; it begins full
  /// @param per_second > 0: refill
  credit_pool(double size, double per_second) : size_{size}, per_second_{per_second}, credits_{size} {}

  /// Pays `cost` if it is there.
  bool take(double cost, std::int64_t now_ns);
  /// When `take` will succeed, if nobody else takes; INT64_MAX if the pool is too small for it.
  std::int64_t ready_ns(double cost, std::int64_t now_ns) const;
  /// The venue said that the pool is empty.
  void drain(std::int64_t now_ns);

private:
  double at(std::int64_t now_ns) const;

  double size_, per_second_, credits_;
  std::int64_t last_ns_ = 0;
};

/// So many in each window of fixed length, counted from its first one. Pure; one thread.
class window_limit {
public:
  window_limit(std::uint32_t most, std::int64_t window_ns) : most_{most}, window_ns_{window_ns} {}
  bool take(std::int64_t now_ns);
  std::int64_t ready_ns(std::int64_t now_ns) const;

private:
  std::uint32_t most_, used_ = 0;
  std::int64_t window_ns_, began_ns_ = INT64_MIN / 2;
};

} // namespace strike::net
