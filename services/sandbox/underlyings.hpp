#pragma once

#include "sandbox/random_source.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace strike::sandbox {

struct coin_settings {
  std::string name;      ///< "BTC"
  std::string long_name; ///< "Bitcoin"
  double price = 0;      ///< in USD, at the start
  double volatility = 0; ///< of a year, as a fraction
};

/// A coin: its index, its forwards and its volatility surface. What all venues price from.
struct coin {
  coin_settings settings;
  double index = 0; ///< USD
  wandering volatility_shift;
  wandering premium;                 ///< of perpetuals over the index, a fraction
  std::deque<double> last_half_hour; ///< the index, once a second

  double forward(double years) const;
  /// Smile and skew about the forward, flatter for far expiries; a fraction.
  double volatility(double strike, double years) const;
  /// What venues deliver at: the mean index of the last 30 minutes, or since the start.
  /// Source: Derive, naming of options: a 30-minute time-weighted average.
  double delivery_price() const;
};

/// The coins of a made-up world: geometric Brownian motion with a common factor and rare jumps that hit all of them.
class underlyings {
public:
  static constexpr std::int64_t beat_ns = 100'000'000; ///< prices move this often

  underlyings(const std::vector<coin_settings>& coins, std::uint64_t seed, std::int64_t start_ns);

  /// Moves the coins up to and including the beat at or before that time.
  void advance_to(std::int64_t now_ns);
  const std::vector<coin>& coins() const { return coins_; }

private:
  void beat();

  std::vector<coin> coins_;
  random_source chance_;
  std::int64_t now_ns_;
};

} // namespace strike::sandbox
