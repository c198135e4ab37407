#pragma once

#include "base/decimal.hpp"
#include "base/optional_value.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace strike::match {

/// The index of one base coin at one venue as a step function of time, and its averages over the windows that end at
/// known expiries. Memory does not grow with the number of values; outside the windows a value costs one comparison.
class index_feed {
public:
  explicit index_feed(std::int64_t window_ns) : window_ns_{window_ns} {}

  /// Announces an expiry at which an average will be asked for; again and again is fine. What came before `now_ns` of a
  /// window that has begun is not counted.
  void expect(std::int64_t expiry_ns, std::int64_t now_ns);
  void observe(double value, std::int64_t now_ns) {
    if (now_ns >= next_start_ns_) [[unlikely]]
      integrate(now_ns);
    value_ = value;
    value_ns_ = now_ns;
  }
  optional_double value() const { return value_; }

  struct average {
    optional_double value; ///< time-weighted over the part of the window in which a value was known
    bool is_old = false;   ///< no value came inside the window
  };
  /// The average over the window that ends at `expiry_ns`, which was expected; values up to that time were observed.
  average over(std::int64_t expiry_ns);

private:
  struct window {
    std::int64_t expiry_ns;
    std::int64_t known_until_ns; ///< integrated up to here; before the window's start: nothing yet
    int128 sum;                  ///< of value in 1e-9 x nanoseconds
    std::int64_t weight_ns;
    bool has_sample;
  };
  void integrate(std::int64_t now_ns);
  void extend(window& w, std::int64_t to_ns) const;

  std::int64_t window_ns_;
  std::int64_t next_start_ns_ = std::numeric_limits<std::int64_t>::max();
  optional_double value_;
  std::int64_t value_ns_ = 0;
  std::vector<window> windows_; ///< by expiry
};

} // namespace strike::match
