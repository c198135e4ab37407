#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace strike {

__extension__ typedef __int128 int128;           // NOLINT: `using` cannot carry __extension__
__extension__ typedef unsigned __int128 uint128; // NOLINT

inline constexpr std::int64_t nanos_per_unit = 1'000'000'000;

/// An exact decimal: a 64-bit count of 1e-9, so about +-9.2e9 with nine decimals.
template <class Tag> struct decimal {
  std::int64_t nanos = 0;

  auto operator<=>(const decimal&) const = default;
  constexpr decimal operator-() const { return {-nanos}; }
  constexpr decimal& operator+=(decimal x) { return nanos += x.nanos, *this; }
  constexpr decimal& operator-=(decimal x) { return nanos -= x.nanos, *this; }
  friend constexpr decimal operator+(decimal a, decimal b) { return {a.nanos + b.nanos}; }
  friend constexpr decimal operator-(decimal a, decimal b) { return {a.nanos - b.nanos}; }
};

/// An amount of quote currency per unit, as the venue quotes it: price{42'500'000'000} is 42.5.
using price = decimal<struct price_tag>;
/// An order, trade or position size in the venue's own `amount` unit (Deribit: USD for inverse futures, else coin).
using quantity = decimal<struct quantity_tag>;

/// An amount of a currency in units of 1e-9; 128 bits, so that no sum of price x quantity overflows.
struct money {
  int128 nanos = 0;

  friend constexpr bool operator==(money a, money b) { return a.nanos == b.nanos; }
  friend constexpr std::strong_ordering operator<=>(money a, money b) {
    return a.nanos < b.nanos ? std::strong_ordering::less
                             : (a.nanos > b.nanos ? std::strong_ordering::greater : std::strong_ordering::equal);
  }
  constexpr money operator-() const { return {-nanos}; }
  constexpr money& operator+=(money x) { return nanos += x.nanos, *this; }
  constexpr money& operator-=(money x) { return nanos -= x.nanos, *this; }
  friend constexpr money operator+(money a, money b) { return {a.nanos + b.nanos}; }
  friend constexpr money operator-(money a, money b) { return {a.nanos - b.nanos}; }
};

/// a * b / c, rounded half away from zero, without overflow of the intermediate product; c != 0.
/// The result must fit 128 bits.
constexpr int128 mul_div(int128 a, std::int64_t b, std::int64_t c) {
  const int128 whole = a / c, rest = a % c; // |rest| < |c| < 2^63, so rest * b fits
  const int128 product = rest * b;          //
  const int128 twice = 2 * (product % c);   // the rounding remainder, doubled
  const int128 limit = c < 0 ? -int128{c} : int128{c};
  int128 rounded = product / c;
  if (twice >= limit || -twice >= limit) rounded += ((product < 0) == (c < 0)) ? 1 : -1;
  return whole * b + rounded;
}

/// price x quantity, rounded half away from zero to 1e-9.
constexpr money notional(price p, quantity q) { return {mul_div(p.nanos, q.nanos, nanos_per_unit)}; }

constexpr double to_double(money x) { return static_cast<double>(x.nanos) / 1e9; }
template <class Tag> constexpr double to_double(decimal<Tag> x) { return static_cast<double>(x.nanos) / 1e9; }

/// Why a text is no exact decimal.
enum class decimal_fault : std::uint8_t { none, not_a_number, too_precise, out_of_range };

namespace detail {
inline constexpr std::int64_t power_of_ten[] = {1,       10,        100,        1'000,       10'000,
                                                100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
} // namespace detail

/// Reads a plain decimal, "-12.5": an optional '-', one to nine digits, and up to nine more behind a point.
/// For text that is known to end in something else than a digit, such as a number within JSON.
/// @returns behind its last character; null if the text does not start with one, with a longer one or with a zero too many
inline const char* scan_plain_nanos(const char* text, std::int64_t& nanos) {
  const auto digit_at = [](const char* at) { return static_cast<unsigned char>(*at - '0'); };
  const bool negative = *text == '-';
  const char* p = text + (negative ? 1 : 0);
  const char* const whole = p;
  std::uint64_t value = 0; // wraps where it is too long, and is not used then
  for (; digit_at(p) < 10; ++p) value = value * 10 + digit_at(p);
  const auto whole_digits = p - whole;
  if (static_cast<std::size_t>(whole_digits - 1) > 8) return nullptr; // none, or more than nine
  if (*whole == '0' && whole_digits > 1) return nullptr;              // no JSON
  std::ptrdiff_t places = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    for (; digit_at(p) < 10; ++p) value = value * 10 + digit_at(p);
    places = p - fraction;
    if (static_cast<std::size_t>(places - 1) > 8) return nullptr;
  }
  const auto count = static_cast<std::int64_t>(value) * detail::power_of_ten[9 - places];
  nanos = negative ? -count : count;
  return p;
}

/// "-12.5", "1.0E-4", "7" to a count of 1e-9: the number grammar of JSON, plus leading zeros and a leading '+'.
/// Exact or a fault: a tenth significant decimal is `too_precise`, |x| above 9.2e9 `out_of_range`.
/// `parse_decimal` wraps it with a message.
decimal_fault parse_nanos(std::string_view text, std::int64_t& nanos);

/// The exact text without trailing zeros: "42.5", "-0.000000001", "0".
std::string nanos_to_text(int128 nanos);
/// The same behind what `out` holds already.
void append_nanos(std::string& out, int128 nanos);

/// @returns `ec::malformed` that quotes the text and says why it is no exact decimal
template <class Decimal> result<Decimal> parse_decimal(std::string_view text);
extern template result<price> parse_decimal<price>(std::string_view);
extern template result<quantity> parse_decimal<quantity>(std::string_view);

template <class Tag> std::string to_string(decimal<Tag> x) { return nanos_to_text(x.nanos); }
inline std::string to_string(money x) { return nanos_to_text(x.nanos); }

/// The decimal nearest to a double (half away from zero): for generators, importers and model output, never for what
/// a venue said.
/// @returns `ec::malformed` for NaN, infinities and |x| above 9.2e9
template <class Decimal> result<Decimal> nearest_decimal(double x);
extern template result<price> nearest_decimal<price>(double);
extern template result<quantity> nearest_decimal<quantity>(double);

namespace literals {
/// 12.5_px, 0.0001_px: exact at compile time.
consteval std::int64_t nanos_literal(const char* text) {
  std::int64_t value = 0, scale = nanos_per_unit;
  bool fraction = false;
  for (; *text != '\0'; ++text) {
    if (*text == '\'') continue;
    if (*text == '.') {
      fraction = true;
      continue;
    }
    if (*text < '0' || *text > '9' || (fraction && scale == 1)) throw "not an exact decimal with up to nine places";
    value = value * 10 + (*text - '0');
    if (fraction) scale /= 10;
  }
  return value * scale;
}
consteval price operator""_px(const char* text) { return {nanos_literal(text)}; }
consteval quantity operator""_qty(const char* text) { return {nanos_literal(text)}; }
} // namespace literals

} // namespace strike
