#include "base/decimal.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace strike {

namespace {

constexpr bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// Any number of digits, an exponent. `text` has lost its sign.
decimal_fault parse_digits(std::string_view text, bool negative, std::int64_t& nanos) {
  if (text.empty() || !is_digit(text[0])) return decimal_fault::not_a_number;
  std::uint64_t digits = 0; // significant digits so far, at most 19 of them
  int scale = 0;            // value = digits x 10^scale
  bool fraction = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !fraction) {
      fraction = true;
    } else if (is_digit(text[i])) {
      const auto digit = static_cast<std::uint64_t>(text[i] - '0');
      if (digits < 1'000'000'000'000'000'000) {
        digits = digits * 10 + digit;
        if (fraction) --scale;
      } else if (digit != 0) {
        return fraction ? decimal_fault::too_precise : decimal_fault::out_of_range;
      } else if (!fraction) {
        ++scale;
      }
    } else {
      break;
    }
  }
  if (!is_digit(text[i - 1])) return decimal_fault::not_a_number; // "1."
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return decimal_fault::not_a_number;
    auto exponent_text = text.substr(i + 1);
    const bool tiny = exponent_text.starts_with('-');
    if (exponent_text.starts_with('+') || tiny) exponent_text.remove_prefix(1);
    if (exponent_text.empty() || !is_digit(exponent_text[0])) return decimal_fault::not_a_number;
    int exponent = 0;
    const auto [end, fault] =
        std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
    if (end != exponent_text.data() + exponent_text.size()) return decimal_fault::not_a_number;
    if (fault != std::errc{} || exponent > 400)
      return digits == 0 ? (nanos = 0, decimal_fault::none)
                         : (tiny ? decimal_fault::too_precise : decimal_fault::out_of_range);
    scale += tiny ? -exponent : exponent;
  }
  scale += 9;
  if (digits == 0) scale = 0;
  for (; scale < 0; ++scale) {
    if (digits % 10 != 0) return decimal_fault::too_precise;
    digits /= 10;
  }
  for (; scale > 0; --scale)
    if (__builtin_mul_overflow(digits, std::uint64_t{10}, &digits)) return decimal_fault::out_of_range;
  // INT64_MIN stays free: it stands for "none" in optional_value
  if (digits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return decimal_fault::out_of_range;
  nanos = negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
  return decimal_fault::none;
}

} // namespace

decimal_fault parse_nanos(std::string_view text, std::int64_t& nanos) {
  const bool has_sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  return parse_digits(has_sign ? text.substr(1) : text, has_sign && text[0] == '-', nanos);
}

void append_nanos(std::string& out, int128 nanos) {
  uint128 magnitude = static_cast<uint128>(nanos);
  if (nanos < 0) {
    out += '-';
    magnitude = -magnitude;
  }
  constexpr auto unit = static_cast<uint128>(nanos_per_unit), e18 = unit * unit;
  const auto whole = magnitude / unit;
  if (whole < e18)
    out += fmt::format_int{static_cast<std::uint64_t>(whole)}.c_str();
  else
    fmt::format_to(std::back_inserter(out), "{}{:018}", static_cast<std::uint64_t>(whole / e18),
                   static_cast<std::uint64_t>(whole % e18));
  auto fraction = static_cast<std::uint32_t>(magnitude % unit);
  if (fraction == 0) return;
  char places[10] = {'.', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
  std::size_t size = 10;
  for (; fraction % 10 == 0; fraction /= 10) --size;
  for (auto i = size; fraction != 0; fraction /= 10) places[--i] = static_cast<char>('0' + fraction % 10);
  out.append(places, size);
}

std::string nanos_to_text(int128 nanos) {
  std::string text;
  append_nanos(text, nanos);
  return text;
}

template <class Decimal> result<Decimal> parse_decimal(std::string_view text) {
  Decimal value;
  switch (parse_nanos(text, value.nanos)) {
  case decimal_fault::none:
    return value;
  case decimal_fault::not_a_number:
    return fail(ec::malformed, fmt::format("'{}' is not a number", text.substr(0, 64)));
  case decimal_fault::too_precise:
    return fail(ec::malformed, fmt::format("{} has more than nine decimals", text.substr(0, 64)));
  case decimal_fault::out_of_range:
    return fail(ec::malformed, fmt::format("{} is beyond +-9.2e9", text.substr(0, 64)));
  }
  return fail(ec::malformed, "unreachable");
}
template result<price> parse_decimal<price>(std::string_view);
template result<quantity> parse_decimal<quantity>(std::string_view);

template <class Decimal> result<Decimal> nearest_decimal(double x) {
  const double nanos = std::round(x * 1e9);
  if (!(std::abs(nanos) < 9.2e18)) return fail(ec::malformed, fmt::format("{} is beyond +-9.2e9", x));
  return Decimal{static_cast<std::int64_t>(nanos)};
}
template result<price> nearest_decimal<price>(double);
template result<quantity> nearest_decimal<quantity>(double);

} // namespace strike
