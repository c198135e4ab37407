#include "sandbox/underlyings.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace strike::sandbox {

namespace {

constexpr double seconds_per_year = 365.0 * 86'400;
constexpr double carry = 0.05;               ///< of forwards over the index, a year
constexpr double common_share = 0.75;        ///< of the variance: the coins' correlation
constexpr double jumps_per_s = 4 / 86'400.0; ///< four a day
constexpr double jump_size = 0.006;          ///< standard deviation of the common part
constexpr double skew = -0.04, smile = 0.03; ///< relative, per standard deviation of moneyness
constexpr std::size_t half_hour_s = 1'800;

} // namespace

void wandering::advance(double seconds, random_source& chance) {
  const double kept = std::exp(-seconds / memory_s);
  now = kept * now + spread * std::sqrt(1 - kept * kept) * chance.normal();
}

double coin::forward(double years) const { return index * std::exp(carry * years); }

double coin::volatility(double strike, double years) const {
  // The shift of today is forgotten over a quarter of a year.
  const double atm = settings.volatility * (1 + volatility_shift.now * std::exp(-4 * years));
  const double z = std::clamp(std::log(strike / forward(years)) / (atm * std::sqrt(years)), -3.0, 3.0);
  return atm * (1 + skew * z + smile * z * z);
}

double coin::delivery_price() const {
  return std::accumulate(last_half_hour.begin(), last_half_hour.end(), 0.0) /
         static_cast<double>(last_half_hour.size());
}

underlyings::underlyings(const std::vector<coin_settings>& coins, std::uint64_t seed, std::int64_t start_ns)
    : chance_{seed}, now_ns_{start_ns - start_ns % beat_ns} {
  for (const auto& x : coins)
    coins_.push_back({.settings = x,
                      .index = x.price,
                      .volatility_shift = {.spread = 0.05, .memory_s = 3 * 3'600},
                      .premium = {.spread = 0.0002, .memory_s = 900},
                      .last_half_hour = {x.price}});
}

void underlyings::advance_to(std::int64_t now_ns) {
  while (now_ns_ + beat_ns <= now_ns) {
    now_ns_ += beat_ns;
    beat();
  }
}

void underlyings::beat() {
  constexpr double seconds = static_cast<double>(beat_ns) / 1e9;
  const double root = std::sqrt(seconds / seconds_per_year);
  const double common = std::sqrt(common_share) * chance_.normal();
  const double jump = chance_.chance(jumps_per_s * seconds) ? jump_size * chance_.normal() : 0;
  for (auto& x : coins_) {
    const double sigma = x.settings.volatility * (1 + x.volatility_shift.now);
    const double shock = common + std::sqrt(1 - common_share) * chance_.normal();
    x.index *= std::exp(sigma * root * shock - sigma * sigma * root * root / 2 + jump * sigma / 0.5);
    x.volatility_shift.advance(seconds, chance_);
    x.premium.advance(seconds, chance_);
    if (now_ns_ % ns_per_s != 0) continue;
    x.last_half_hour.push_back(x.index);
    if (x.last_half_hour.size() > half_hour_s) x.last_half_hour.pop_front();
  }
}

} // namespace strike::sandbox
