#include "sandbox/black76.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

using namespace strike;
using namespace strike::sandbox;

// A recorded ticker, ETH-20260612-1600-C; source: Derive, check by recomputation.
TEST(black76, agrees_with_a_recorded_ticker_of_derive) {
  const auto x = black76({1992.6, 1600, (1781251200 - 1779953796.231) / 31536000, option_type::call}, 0.67698);
  EXPECT_NEAR(x.price, 398.31, 0.01);
  EXPECT_NEAR(x.delta, 0.95222, 0.00001);
  EXPECT_NEAR(x.gamma, 0.00036353, 0.0000001);
  EXPECT_NEAR(x.vega, 0.40200, 0.00001);
  EXPECT_NEAR(x.theta, -0.90617, 0.00001);
}

// BTC-31DEC21-34000-P at 1626993722933; source: Deribit API v2, what the greeks of `ticker` mean.
TEST(black76, agrees_with_a_recorded_ticker_of_deribit) {
  const double years = (1640937600 - 1626993722.933) / 31536000;
  const auto x = black76({32744.81, 34000, years, option_type::put}, 0.8002);
  EXPECT_NEAR(x.price / 32744.81, 0.2335098, 0.00001);
  EXPECT_NEAR(x.delta, -0.42256, 0.0001);
  EXPECT_NEAR(x.vega, 85.22, 0.02);
  EXPECT_NEAR(x.theta, -21.127, 0.01);
  EXPECT_NEAR(x.rho, -94.987, 0.05);
}

TEST(black76, finds_the_volatility_that_a_price_came_from) {
  const option_terms terms{100, 110, 0.25, option_type::call};
  EXPECT_NEAR(*implied_volatility(terms, black76(terms, 0.9).price, 0.5), 0.9, 1e-5);
}

TEST(black76, finds_no_volatility_below_intrinsic_value) {
  EXPECT_FALSE(implied_volatility({100, 50, 0.25, option_type::call}, 49, 0.5));
}

TEST(black76, gives_the_lognormal_odds_when_there_is_no_smile) {
  const double d2 = -0.5 / 2; // forward = strike, 50 % over a year
  const double expected = 0.5 * std::erfc(-d2 / std::numbers::sqrt2);
  EXPECT_NEAR(chance_above(100, 100, 1, [](double) { return 0.5; }), expected, 1e-4);
}
