#include "sign/word.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sign {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// x * 10 + digit towards the sign of `sign`. @returns whether it fits
bool append_digit(int128& x, int sign, int digit) {
  return !__builtin_mul_overflow(x, int128{10}, &x) && !__builtin_add_overflow(x, int128{sign * digit}, &x);
}

error in_quotes(std::string_view text, std::string_view why) {
  return {ec::malformed, fmt::format("'{}' {}", text.substr(0, 96), why)};
}

} // namespace

result<uint256> parse_uint256(std::string_view digits) {
  if (digits.empty()) return std::unexpected{in_quotes(digits, "is no whole number: it is empty")};
  uint256 out;
  for (const char c : digits) {
    if (!is_digit(c)) return std::unexpected{in_quotes(digits, "is no whole number of decimal digits")};
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::size_t i = 32; i-- > 0;) {
      const unsigned sum = out.bytes[i] * 10u + carry;
      out.bytes[i] = static_cast<std::uint8_t>(sum);
      carry = sum >> 8;
    }
    if (carry != 0) return std::unexpected{in_quotes(digits, "does not fit a uint256")};
  }
  return out;
}

result<int128> scale_decimal(std::string_view text, unsigned places) {
  std::string_view rest = text;
  const int sign = rest.starts_with('-') ? -1 : 1;
  if (sign < 0) rest.remove_prefix(1);
  int128 out = 0;
  unsigned fraction = 0;
  bool point = false, digit_before = false;
  for (const char c : rest) {
    if (c == '.' && digit_before && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c)) return std::unexpected{in_quotes(text, "is no plain decimal")};
    digit_before = true;
    if (point && ++fraction > places) {
      if (c != '0') return std::unexpected{in_quotes(text, fmt::format("has more than {} decimals", places))};
      continue;
    }
    if (!append_digit(out, sign, c - '0')) return std::unexpected{in_quotes(text, "is too large")};
  }
  if (!digit_before || rest.ends_with('.')) return std::unexpected{in_quotes(text, "is no plain decimal")};
  for (unsigned i = std::min(fraction, places); i < places; ++i)
    if (!append_digit(out, sign, 0)) return std::unexpected{in_quotes(text, "is too large")};
  return out;
}

result<int128> scale_nanos(std::int64_t nanos, unsigned places) {
  int128 out = nanos;
  for (unsigned i = 9; i < places; ++i)
    if (!append_digit(out, 1, 0)) return std::unexpected{in_quotes(nanos_to_text(nanos), "is too large")};
  for (unsigned i = places; i < 9; ++i) {
    if (out % 10 != 0)
      return std::unexpected{in_quotes(nanos_to_text(nanos), fmt::format("has more than {} decimals", places))};
    out /= 10;
  }
  return out;
}

result<uint256> to_uint256(int128 x) {
  if (x < 0) return fail(ec::malformed, "a negative number does not fit a uint256");
  uint256 out;
  out.bytes = int256{x}.bytes;
  return out;
}

} // namespace strike::sign
