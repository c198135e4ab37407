// The C library serves as the reference; it is correct to about one unit in the last place.
#include "match/portable_math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace strike::match;

namespace {

void expect_close(double got, double want) { EXPECT_LE(std::abs(got - want), 1e-14 * std::abs(want)) << want; }

TEST(portable_math, exp_equals_the_library) {
  for (double x = -700; x < 700; x += 0.37) expect_close(portable_exp(x), std::exp(x));
}
TEST(portable_math, exp_ends_at_infinity_and_zero) {
  EXPECT_EQ(portable_exp(800), std::numeric_limits<double>::infinity());
  EXPECT_EQ(portable_exp(-800), 0);
}
TEST(portable_math, log_equals_the_library) {
  for (double x = 1e-300; x < 1e300; x *= 1.7) expect_close(portable_log(x), std::log(x));
}
TEST(portable_math, log_is_precise_near_one) {
  for (double x = 0.9; x < 1.1; x += 0.00137) expect_close(portable_log(x), std::log(x));
  EXPECT_EQ(portable_log(1), 0);
}
TEST(portable_math, whole_powers_are_repeated_products) {
  EXPECT_EQ(portable_pow(1.1, 3), 1.1 * 1.1 * 1.1);
  EXPECT_EQ(portable_pow(7, 0), 1);
}
TEST(portable_math, broken_powers_equal_the_library) {
  for (double x = 0.01; x < 1000; x *= 1.31) expect_close(portable_pow(x, 2.5), std::pow(x, 2.5));
}
TEST(portable_math, a_power_of_zero_is_zero) { EXPECT_EQ(portable_pow(0, 1.5), 0); }
TEST(portable_math, the_quantile_inverts_the_distribution) {
  for (double p = 1e-6; p < 1; p += 0.00077)
    EXPECT_NEAR(0.5 * std::erfc(-portable_normal_quantile(p) / std::sqrt(2.0)), p, 4e-9);
}
TEST(portable_math, the_quantile_is_odd) {
  EXPECT_NEAR(portable_normal_quantile(0.975), 1.959963985, 1e-8);
  EXPECT_NEAR(portable_normal_quantile(0.001), -3.090232306, 1e-8);
  EXPECT_EQ(portable_normal_quantile(0.5), 0);
}

} // namespace
