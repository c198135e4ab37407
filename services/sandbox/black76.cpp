#include "sandbox/black76.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace strike::sandbox {

namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

} // namespace

option_value black76(const option_terms& of, double sigma) {
  const double root = std::sqrt(of.years), width = sigma * root;
  const double d1 = std::log(of.forward / of.strike) / width + width / 2, d2 = d1 - width;
  const double sign = of.right == option_type::call ? 1 : -1;
  const double density = normal_density(d1);
  option_value x;
  x.price = std::max(0.0, sign * (of.forward * normal_cdf(sign * d1) - of.strike * normal_cdf(sign * d2)));
  x.delta = sign * normal_cdf(sign * d1);
  x.gamma = density / (of.forward * width);
  x.vega = of.forward * density * root / 100;
  x.theta = -of.forward * density * sigma / (2 * root) / 365;
  x.rho = sign * of.strike * of.years * normal_cdf(sign * d2) / 100;
  return x;
}

optional_double implied_volatility(const option_terms& of, double price, double guess) {
  double sigma = guess;
  for (int round = 0; round < 20; ++round) {
    const auto at = black76(of, sigma);
    const double slope = at.vega * 100;
    if (slope < of.forward * 1e-7) return {};
    const double next = sigma + (price - at.price) / slope;
    if (!(next > 0.01) || next > 10) return {};
    if (std::abs(next - sigma) < 1e-6) return next;
    sigma = next;
  }
  return {};
}

double chance_above(double forward, double strike, double years, const std::function<double(double)>& sigma) {
  const double h = 0.01 * forward * sigma(strike) * std::sqrt(years);
  const auto call = [&](double k) { return black76({forward, k, years, option_type::call}, sigma(k)).price; };
  return std::clamp((call(strike - h) - call(strike + h)) / (2 * h), 0.0, 1.0);
}

} // namespace strike::sandbox
