#include "base/decimal.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace strike {
namespace {

using namespace literals;
using boost::multiprecision::cpp_int;

std::int64_t nanos_of(std::string_view text) {
  std::int64_t nanos = 0;
  EXPECT_EQ(parse_nanos(text, nanos), decimal_fault::none) << text;
  return nanos;
}

decimal_fault fault_of(std::string_view text) {
  std::int64_t nanos = 0;
  return parse_nanos(text, nanos);
}

TEST(decimal, reads_plain_texts_exactly) {
  EXPECT_EQ(nanos_of("0"), 0);
  EXPECT_EQ(nanos_of("42.5"), 42'500'000'000);
  EXPECT_EQ(nanos_of("-0.000000001"), -1);
  EXPECT_EQ(nanos_of("+7"), 7'000'000'000);
  EXPECT_EQ(nanos_of("007.50"), 7'500'000'000);
  EXPECT_EQ(nanos_of("-0"), 0);
  EXPECT_EQ(nanos_of("0.1"), 100'000'000);
  EXPECT_EQ(nanos_of("93612.0"), 93'612'000'000'000);
}

TEST(decimal, reads_exponents_as_venues_send_them) {
  EXPECT_EQ(nanos_of("1.0E-4"), 100'000);
  EXPECT_EQ(nanos_of("7.0e-8"), 70);
  EXPECT_EQ(nanos_of("4.5e4"), 45'000'000'000'000);
  EXPECT_EQ(nanos_of("1e+2"), 100'000'000'000);
  EXPECT_EQ(nanos_of("1.742e-05"), 17'420);
  EXPECT_EQ(nanos_of("0e400"), 0);
  EXPECT_EQ(nanos_of("0.0e-99999999999999"), 0);
  EXPECT_EQ(nanos_of("10000000000000000000000e-18"), 10'000'000'000'000);
  EXPECT_EQ(nanos_of("0.0000000000000000000001e18"), 100'000);
}

TEST(decimal, ignores_zeros_behind_the_ninth_decimal) {
  EXPECT_EQ(nanos_of("1.50000000000000000000000000000"), 1'500'000'000);
  EXPECT_EQ(nanos_of("0.0000000010000"), 1);
}

TEST(decimal, a_tenth_significant_decimal_is_too_precise) {
  for (const auto* text :
       {"0.0000000001", "1.1234567891", "1e-10", "12.5e-10", "0.1234567891234567891234567", "1e-400", "1e-99999999999"})
    EXPECT_EQ(fault_of(text), decimal_fault::too_precise) << text;
}

TEST(decimal, what_int64_cannot_hold_is_out_of_range) {
  for (const auto* text : {"9300000000", "-9300000000", "9223372036.854775808", "-9223372036.854775808", "1e10",
                           "1e400", "1e99999999999", "100000000000000000000000000000"})
    EXPECT_EQ(fault_of(text), decimal_fault::out_of_range) << text;
}

TEST(decimal, the_largest_values_fit_and_the_sentinel_of_none_does_not) {
  EXPECT_EQ(nanos_of("9223372036.854775807"), INT64_MAX);
  EXPECT_EQ(nanos_of("-9223372036.854775807"), -INT64_MAX);
}

TEST(decimal, anything_but_a_number_is_refused) {
  for (const auto* text :
       {"",     "-",   "+",     ".",     ".5",     "1.",    "-.5",          "1..2",         "1.2.3", "e5", "1e",
        "1e+",  "1e-", "1e--5", "1e+-5", "1e++5",  "1e5.0", "--1",          "+-1",          " 1",    "1 ", "1,000",
        "0x10", "nan", "inf",   "null",  "1.5.e3", "1.e3",  "market_price", "12345678901.", "1f"})
    EXPECT_EQ(fault_of(text), decimal_fault::not_a_number) << text;
}

TEST(decimal, parse_decimal_quotes_the_text_and_says_why) {
  EXPECT_EQ(parse_decimal<price>("42.5"), 42.5_px);
  const auto bad = parse_decimal<price>("abc");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ec::malformed);
  EXPECT_NE(bad.error().text.find("abc"), std::string::npos);
  EXPECT_NE(parse_decimal<quantity>("1e-10").error().text.find("nine decimals"), std::string::npos);
  EXPECT_NE(parse_decimal<quantity>("1e10").error().text.find("9.2e9"), std::string::npos);
}

TEST(decimal, prints_without_trailing_zeros) {
  EXPECT_EQ(to_string(price{42'500'000'000}), "42.5");
  EXPECT_EQ(to_string(price{-1}), "-0.000000001");
  EXPECT_EQ(to_string(price{}), "0");
  EXPECT_EQ(to_string(quantity{100'000'000'000}), "100");
  EXPECT_EQ(to_string(price{INT64_MAX}), "9223372036.854775807");
  EXPECT_EQ(to_string(money{int128{INT64_MAX} * 1'000'000'000}), "9223372036854775807");
}

TEST(decimal, random_values_survive_text_and_back) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 200'000; ++i) {
    const auto shift = static_cast<int>(random() % 63);
    const price value{static_cast<std::int64_t>(random()) >> shift};
    if (value.nanos == INT64_MIN) continue;
    ASSERT_EQ(nanos_of(to_string(value)), value.nanos) << to_string(value);
  }
}

/// digits x 10^exponent written as a random one of its spellings.
std::string spell(std::mt19937_64& random, std::uint64_t digits, int exponent) {
  auto text = std::to_string(digits);
  const auto point = static_cast<std::size_t>(random() % text.size()); // digits behind the point
  if (point > 0) text.insert(text.size() - point, 1, '.');
  const int written = exponent + static_cast<int>(point);
  text.insert(0, random() % 3, '0');
  if (written != 0 || random() % 2) {
    text += random() % 2 ? 'e' : 'E';
    text += std::to_string(written);
  }
  if (random() % 2) text.insert(text.begin(), '-');
  return text;
}

TEST(decimal, agrees_with_big_integers_on_random_spellings) {
  std::mt19937_64 random{2};
  const cpp_int limit = INT64_MAX;
  for (int i = 0; i < 200'000; ++i) {
    const auto digits = random() >> (random() % 64);
    const int exponent = static_cast<int>(random() % 40) - 25;
    const auto text = spell(random, digits, exponent);
    cpp_int value = digits; // x 10^(exponent + 9) nanos
    bool exact = true;
    for (int e = exponent + 9; e > 0; --e) value *= 10;
    for (int e = exponent + 9; e < 0; ++e) exact = exact && value % 10 == 0, value /= 10;
    std::int64_t nanos = 0;
    const auto fault = parse_nanos(text, nanos);
    if (exact && value <= limit) {
      ASSERT_EQ(fault, decimal_fault::none) << text;
      ASSERT_EQ(cpp_int{nanos}, text[0] == '-' ? -value : value) << text;
    } else {
      ASSERT_NE(fault, decimal_fault::none) << text;
      ASSERT_NE(fault, decimal_fault::not_a_number) << text;
    }
  }
}

TEST(decimal, random_bytes_never_crash_and_parse_only_if_they_print_alike) {
  std::mt19937_64 random{3};
  constexpr std::string_view alphabet = "0123456789.eE+- ,x";
  for (int i = 0; i < 300'000; ++i) {
    std::string text(random() % 14, '0');
    for (auto& c : text) c = alphabet[random() % alphabet.size()];
    std::int64_t nanos = 0;
    if (parse_nanos(text, nanos) != decimal_fault::none) continue;
    ASSERT_EQ(text.find_first_of(" ,x"), std::string::npos) << text;
    ASSERT_NEAR(static_cast<double>(nanos) / 1e9, std::stod(text), 1e-9 + std::abs(std::stod(text)) * 1e-15) << text;
  }
}

cpp_int big(int128 x) {
  const bool negative = x < 0;
  const auto magnitude = negative ? -x : x; // the tests stay away from the lowest int128
  cpp_int value = static_cast<std::uint64_t>(magnitude >> 64);
  value = (value << 64) + static_cast<std::uint64_t>(magnitude);
  return negative ? cpp_int{-value} : value;
}

/// a * b / c by big integers, rounded half away from zero.
cpp_int slow_mul_div(int128 a, std::int64_t b, std::int64_t c) {
  const cpp_int product = big(a) * b, divisor = c;
  const cpp_int rounded = (2 * abs(product) + abs(divisor)) / (2 * abs(divisor));
  return (product < 0) != (c < 0) ? cpp_int{-rounded} : rounded;
}

TEST(mul_div, agrees_with_big_integers) {
  std::mt19937_64 random{4};
  const cpp_int limit = cpp_int{1} << 126;
  for (int i = 0; i < 200'000; ++i) {
    const auto high = static_cast<int128>(static_cast<std::int64_t>(random())) << 60;
    const int128 a = (high + static_cast<std::int64_t>(random())) >> (random() % 120);
    const auto b = static_cast<std::int64_t>(random()) >> (random() % 63);
    auto c = static_cast<std::int64_t>(random()) >> (random() % 63);
    if (c == 0) c = nanos_per_unit;
    const auto expected = slow_mul_div(a, b, c);
    if (abs(expected) >= limit) continue;
    ASSERT_EQ(big(mul_div(a, b, c)), expected) << big(a) << " * " << b << " / " << c;
  }
}

TEST(mul_div, rounds_halves_away_from_zero) {
  EXPECT_TRUE(mul_div(1, 1, 2) == 1);
  EXPECT_TRUE(mul_div(-1, 1, 2) == -1);
  EXPECT_TRUE(mul_div(1, -1, 2) == -1);
  EXPECT_TRUE(mul_div(1, 1, -2) == -1);
  EXPECT_TRUE(mul_div(-1, 1, -2) == 1);
  EXPECT_TRUE(mul_div(1, 1, 3) == 0);
  EXPECT_TRUE(mul_div(2, 1, 3) == 1);
  EXPECT_TRUE(mul_div(5, 1, 2) == 3);
}

TEST(mul_div, holds_at_the_corners_of_int64) {
  for (const std::int64_t a : {INT64_MIN + 1, INT64_MAX, std::int64_t{-1}})
    for (const std::int64_t b : {INT64_MIN, INT64_MAX, std::int64_t{-1}})
      for (const std::int64_t c : {INT64_MIN, INT64_MAX, std::int64_t{-1}, std::int64_t{3}})
        EXPECT_EQ(big(mul_div(a, b, c)), slow_mul_div(a, b, c)) << a << " * " << b << " / " << c;
}

TEST(notional, is_price_times_quantity) {
  EXPECT_EQ(notional(90'000_px, 0.1_qty), money{9'000 * int128{nanos_per_unit}});
  EXPECT_EQ(notional(0.0005_px, 0.000001_qty), money{1}); // 0.5 nano rounds away from zero
  EXPECT_EQ(notional(price{INT64_MAX}, quantity{INT64_MAX}).nanos / nanos_per_unit,
            int128{INT64_MAX} * INT64_MAX / 1'000'000'000 / 1'000'000'000);
}

TEST(nearest_decimal, rounds_to_the_nano_half_away_from_zero) {
  EXPECT_EQ(nearest_decimal<price>(0.1), 0.1_px);
  EXPECT_EQ(nearest_decimal<price>(0.1 + 0.2), 0.3_px);
  EXPECT_EQ(nearest_decimal<price>(-0.4e-9), price{});
  EXPECT_EQ(nearest_decimal<price>(-0.6e-9), price{-1});
  EXPECT_EQ(nearest_decimal<quantity>(93612.5), 93612.5_qty);
}

TEST(nearest_decimal, refuses_what_no_decimal_is_near) {
  for (const double x : {std::nan(""), HUGE_VAL, -HUGE_VAL, 9.3e9, -9.3e9, 1e300})
    EXPECT_FALSE(nearest_decimal<price>(x)) << x;
  EXPECT_EQ(nearest_decimal<price>(std::nan("")).error().code, ec::malformed);
}

} // namespace
} // namespace strike

namespace {

TEST(money_text, shows_sums_far_beyond_64_bits_exactly) {
  using namespace strike;
  const int128 e18 = int128{nanos_per_unit} * nanos_per_unit;
  EXPECT_EQ(to_string(money{e18 * nanos_per_unit}), "1000000000000000000");
  EXPECT_EQ(to_string(money{-(e18 * nanos_per_unit * 12 + 5)}), "-12000000000000000000.000000005");
  EXPECT_EQ(to_string(money{e18 - 1}), "999999999.999999999");
}

} // namespace
