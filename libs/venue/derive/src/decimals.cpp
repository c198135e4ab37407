// Decimals that the venue computed: of any number of digits, perhaps in scientific notation.
#include "impl.hpp"

#include <charconv>

namespace strike::derive {
namespace {

/// Digits and the place of the point: "1.25e-3" is 125 with a point 5 before the end.
struct digits_and_scale {
  bool negative = false;
  std::string digits;
  std::int64_t places = 0; ///< digits behind the point; negative: zeros to append
};

bool read_digits(std::string_view text, digits_and_scale& into) {
  if (text.starts_with('-')) into.negative = true, text.remove_prefix(1);
  std::size_t at = 0;
  bool point = false;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.' && !point && at > 0) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      into.digits += text[at];
      into.places += point ? 1 : 0;
    } else {
      return false;
    }
  }
  if (into.digits.empty() || text[at - 1] == '.') return false;
  if (at == text.size()) return true;
  std::string_view power = text.substr(at + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (error != std::errc{} || end != power.data() + power.size() || exponent < -1000 || exponent > 1000) return false;
  into.places -= exponent;
  return true;
}

} // namespace

bool value_reader::rounded(ondemand::value& from, std::string_view what, int128& nanos) {
  const auto text = scalar(from);
  digits_and_scale x;
  if (!read_digits(text, x)) return refuse(what, text, "is no decimal");
  const std::int64_t kept = static_cast<std::int64_t>(x.digits.size()) - x.places + 9; // digits of the count of 1e-9
  const auto size = static_cast<std::int64_t>(x.digits.size());
  nanos = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    const int digit = i < size ? x.digits[static_cast<std::size_t>(i)] - '0' : 0;
    if (nanos > static_cast<int128>(~uint128{} >> 1) / 10 - 1) return refuse(what, text, "is too large");
    nanos = nanos * 10 + digit;
    if (nanos == 0 && i >= size) break; // nothing but zeros follows
  }
  if (kept >= 0 && kept < size && x.digits[static_cast<std::size_t>(kept)] >= '5') nanos += 1;
  if (x.negative) nanos = -nanos;
  return true;
}

} // namespace strike::derive
