#include "match/fees.hpp"

#include "base/rules.hpp"

#include <gtest/gtest.h>

#include <limits>

using namespace strike;
using namespace strike::match;
using namespace strike::literals;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

instrument option(bool is_inverse) { return {.info = {.kind = instrument_kind::option, .is_inverse = is_inverse}}; }
instrument perpetual(bool is_inverse) {
  return {.info = {.kind = instrument_kind::perpetual, .is_inverse = is_inverse}};
}
const instrument share{.at = venue::polymarket, .info = {.kind = instrument_kind::binary}};

std::string taker(const fee_schedule& by, const instrument& what, price at, quantity size,
                  double underlying = unknown) {
  return to_string(by.fee(what, liquidity::taker, at, size, underlying));
}

TEST(fees, f1_curve) {
  const fee_schedule curve{.rule = fee_rule::curve, .taker_rate = 0.072_qty, .decimals = 5};
  EXPECT_EQ(taker(curve, share, 0.35_px, 100_qty), "1.638");
  EXPECT_EQ(taker(curve, share, 0.50_px, 100_qty), "1.8");
}

TEST(fees, f2_inverse_option_with_its_cap) {
  const fee_schedule deribit{.rule = fee_rule::capped_premium, .taker_rate = 0.0003_qty};
  EXPECT_EQ(taker(deribit, option(true), 0.0500_px, 2_qty), "0.0006");
  EXPECT_EQ(taker(deribit, option(true), 0.0010_px, 2_qty), "0.00025");
}

TEST(fees, the_published_curve_examples) {
  const fee_schedule linear{.rule = fee_rule::curve, .taker_rate = 0.07_qty, .decimals = 5};
  EXPECT_EQ(taker(linear, share, 0.50_px, 100_qty), "1.75");
  const fee_schedule squared{.rule = fee_rule::curve, .taker_rate = 0.25_qty, .exponent = 2, .decimals = 9};
  EXPECT_EQ(taker(squared, share, 0.5_px, 100_qty), "1.5625");
  EXPECT_EQ(taker(squared, share, 0.3_px, 100_qty), "1.1025");
  EXPECT_EQ(taker(squared, share, 0.05_px, 100_qty), "0.05640625");
}

TEST(fees, a_maker_gets_its_part_of_the_curve_back) {
  const fee_schedule curve{.rule = fee_rule::curve, .taker_rate = 0.07_qty, .rebate = 0.2_qty, .decimals = 5};
  EXPECT_EQ(to_string(curve.fee(share, liquidity::maker, 0.50_px, 100_qty, unknown)), "-0.35");
}

TEST(fees, notional_of_an_inverse_perpetual_is_in_coin) {
  const fee_schedule deribit{.rule = fee_rule::notional, .taker_rate = 0.0005_qty};
  EXPECT_EQ(taker(deribit, perpetual(true), 50000_px, 10_qty), "0.0000001"); // Deribit page, section 12.3
}

TEST(fees, notional_of_a_linear_perpetual_and_its_flat_part) {
  const fee_schedule derive{
      .rule = fee_rule::notional, .maker_rate = 0.0001_qty, .taker_rate = 0.0003_qty, .flat = {100'000'000}};
  EXPECT_EQ(taker(derive, perpetual(false), 3000_px, 2_qty), "1.9");
  EXPECT_EQ(to_string(derive.fee(perpetual(false), liquidity::maker, 3000_px, 2_qty, unknown)), "0.6");
}

TEST(fees, the_multiplier_counts) {
  auto what = perpetual(false);
  what.multiplier = 0.001_qty;
  const fee_schedule by{.rule = fee_rule::notional, .taker_rate = 0.001_qty};
  EXPECT_EQ(taker(by, what, 3000_px, 2_qty), "0.006");
}

TEST(fees, a_linear_option_pays_on_the_underlying_up_to_the_cap) {
  const fee_schedule by{.rule = fee_rule::capped_premium, .taker_rate = 0.0003_qty};
  EXPECT_EQ(taker(by, option(false), 500_px, 2_qty, 100'000), "60");
  EXPECT_EQ(taker(by, option(false), 80_px, 2_qty, 100'000), "20");
}

TEST(fees, without_the_underlying_the_cap_is_charged) {
  const fee_schedule by{.rule = fee_rule::capped_premium, .taker_rate = 0.0003_qty};
  EXPECT_EQ(taker(by, option(false), 80_px, 2_qty), "20");
}

TEST(fees, half_of_the_last_place_rounds_away_from_zero) {
  const fee_schedule by{.rule = fee_rule::notional, .maker_rate = -(0.5_qty), .taker_rate = 0.5_qty, .decimals = 0};
  EXPECT_EQ(taker(by, perpetual(false), 3_px, 1_qty), "2");
  EXPECT_EQ(to_string(by.fee(perpetual(false), liquidity::maker, 3_px, 1_qty, unknown)), "-2");
}

TEST(fees, the_largest_notional_does_not_overflow) {
  const fee_schedule by{.rule = fee_rule::notional, .taker_rate = 1_qty};
  EXPECT_EQ(taker(by, perpetual(false), 92000_px, 100000_qty), "9200000000");
}

TEST(fees, delivery_of_an_option_is_capped_by_its_value) {
  const fee_schedule by{.rule = fee_rule::capped_premium, .delivery_rate = 0.00015_qty};
  EXPECT_EQ(to_string(by.delivery_fee(option(true), 2_qty, 110'000, 0.1)), "0.0003");
  EXPECT_EQ(to_string(by.delivery_fee(option(true), 2_qty, 110'000, 0.001)), "0.00025");
  EXPECT_EQ(to_string(by.delivery_fee(option(false), 2_qty, 100'000, 500)), "30");
  EXPECT_EQ(to_string(by.delivery_fee(option(false), 2_qty, 100'000, 0)), "0");
}

TEST(fees, delivery_of_an_inverse_future_is_on_its_coin_value) {
  auto what = perpetual(true);
  what.info.kind = instrument_kind::future;
  const fee_schedule by{.rule = fee_rule::notional, .delivery_rate = 0.00025_qty};
  EXPECT_EQ(to_string(by.delivery_fee(what, 100000_qty, 50'000, 50'000)), "0.0005");
}

TEST(fees, no_rule_no_fee) {
  const fee_schedule none{.taker_rate = 1_qty, .flat = {5}};
  EXPECT_EQ(taker(none, share, 0.5_px, 100_qty), "0");
}

TEST(fees, every_rule_has_a_text) {
  for (const auto& row : enum_names<fee_rule>::table) EXPECT_EQ(*from_text<fee_rule>(row.text), row.value);
}

} // namespace
