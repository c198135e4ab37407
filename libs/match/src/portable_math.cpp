// exp: x = k ln 2 + r with |r| <= ln 2 / 2, then Taylor to r^14, then x 2^k.
// ln:  x = m 2^e with m in [sqrt(1/2), sqrt 2), then 2 artanh((m-1)/(m+1)) as a series.
// Quantile: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
// frexp, ldexp, sqrt and nearbyint are exact or correctly rounded by IEEE 754, so they too give the same bits
// everywhere.
#include "match/portable_math.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace strike::match {

namespace {

// ln 2 in two parts; the first has its low bits clear, so that k x ln2_high is exact
constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;

template <std::size_t n> double horner(const std::array<double, n>& c, double x) {
  double sum = 0;
  for (const double term : c) sum = sum * x + term;
  return sum;
}

} // namespace

double portable_exp(double x) {
  if (x != x) return x;
  if (x > 709.78) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  const double k = std::nearbyint(x / (ln2_high + ln2_low));
  const double r = (x - k * ln2_high) - k * ln2_low;
  double sum = 1;
  for (int i = 14; i >= 1; --i) sum = 1 + sum * r / i;
  return std::ldexp(sum, static_cast<int>(k));
}

double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1), square = s * s; // square <= 0.0295
  double sum = 0;
  for (int i = 25; i >= 3; i -= 2) sum = (sum + 1.0 / i) * square;
  const double e = exponent;
  return e * ln2_high + (2 * s + (2 * s * sum + e * ln2_low));
}

double portable_pow(double x, double n) {
  if (n < 0) return 1 / portable_pow(x, -n);
  if (n <= 64 && n == std::floor(n)) {
    double product = 1;
    for (int i = 0; i < static_cast<int>(n); ++i) product *= x;
    return product;
  }
  return x == 0 ? 0 : portable_exp(n * portable_log(x));
}

double portable_normal_quantile(double p) {
  constexpr std::array a = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                            1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array b = {-5.447609879822406e+01, 1.615858368580409e+02,  -1.556989798598866e+02,
                            6.680131188771972e+01,  -1.328068155288572e+01, 1.0};
  constexpr std::array c = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                            -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array d = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00,
                            1.0};
  constexpr double tail = 0.02425;
  if (p < tail || p > 1 - tail) {
    const double q = std::sqrt(-2 * portable_log(p < tail ? p : 1 - p));
    const double x = horner(c, q) / horner(d, q);
    return p < tail ? x : -x;
  }
  const double q = p - 0.5, r = q * q;
  return horner(a, r) * q / horner(b, r);
}

} // namespace strike::match
