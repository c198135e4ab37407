#include "sign/word.hpp"

#include <gmock/gmock.h>

namespace strike::sign {
namespace {

using testing::HasSubstr;

std::string scaled(std::string_view text, unsigned places) {
  const auto x = scale_decimal(text, places);
  return x ? to_hex(int256{*x}.bytes) : x.error().text;
}

std::string token(std::string_view digits) {
  const auto x = parse_uint256(digits);
  return x ? to_hex(x->bytes) : x.error().text;
}

TEST(words, are_big_endian) {
  EXPECT_EQ(to_hex(uint256{0x0102}.bytes), "0x" + std::string(60, '0') + "0102");
  EXPECT_EQ(to_hex(int256{int128{-2}}.bytes), "0x" + std::string(63, 'f') + "e");
}

TEST(words, of_decimals_are_scaled_on_their_digits) {
  EXPECT_EQ(scaled("1991.79", 18), "0x" + std::string(46, '0') + "6bf9a3940b574b0000");
  EXPECT_EQ(scaled("231.7", 18), "0x" + std::string(46, '0') + "0c8f7bc2669a020000");
  EXPECT_EQ(scaled("-1", 18), "0x" + std::string(48, 'f') + "f21f494c589c0000");
  EXPECT_EQ(scaled("0.000001", 6), "0x" + std::string(63, '0') + "1");
  EXPECT_EQ(scaled("0.0000010000", 6), "0x" + std::string(63, '0') + "1");
}

TEST(words, refuse_what_would_be_rounded_or_does_not_fit) {
  EXPECT_EQ(scaled("0.0000001", 6), "'0.0000001' has more than 6 decimals");
  EXPECT_EQ(scaled("170141183460469231732", 18), "'170141183460469231732' is too large");
  EXPECT_EQ(scaled("-170141183460469231732", 18), "'-170141183460469231732' is too large");
}

TEST(words, take_the_smallest_and_the_largest_of_128_bits) {
  EXPECT_EQ(scaled("170141183460469231731.687303715884105727", 18),
            "0x" + std::string(32, '0') + "7" + std::string(31, 'f'));
  EXPECT_EQ(scaled("-170141183460469231731.687303715884105728", 18),
            "0x" + std::string(32, 'f') + "8" + std::string(31, '0'));
}

TEST(words, refuse_other_notations) {
  for (const std::string_view text : {"", "-", "+1", "1e3", ".5", "1.", "1.2.3", " 1", "0x1", "1,5", "--1"})
    EXPECT_THAT(scaled(text, 18), HasSubstr("no plain decimal")) << text;
}

TEST(words, of_our_prices_are_those_of_their_text) {
  using namespace literals;
  EXPECT_EQ(scale_nanos((1991.79_px).nanos, 18).value(), scale_decimal("1991.79", 18).value());
  EXPECT_EQ(scale_nanos((0.56_px).nanos, 6).value(), 560'000);
  EXPECT_EQ(scale_nanos((0.0000005_px).nanos, 6).error().text, "'0.0000005' has more than 6 decimals");
}

TEST(token_ids, fill_256_bits_and_not_one_more) {
  EXPECT_EQ(token("0"), "0x" + std::string(64, '0'));
  EXPECT_EQ(token("115792089237316195423570985008687907853269984665640564039457584007913129639935"),
            "0x" + std::string(64, 'f'));
  EXPECT_THAT(token("115792089237316195423570985008687907853269984665640564039457584007913129639936"),
              HasSubstr("does not fit"));
}

TEST(token_ids, refuse_what_is_no_whole_number) {
  for (const std::string_view text : {"", "-1", "1.0", "0x1", "12a"})
    EXPECT_THAT(token(text), HasSubstr("no whole number")) << text;
}

TEST(token_ids, cannot_be_negative) { EXPECT_FALSE(to_uint256(-1)); }

} // namespace
} // namespace strike::sign
