#pragma once

#include "base/decimal.hpp"

#include <limits>

namespace strike {

/// The value that stands for "none" inside `optional_value`.
template <class T> struct none_value;
template <> struct none_value<double> {
  static constexpr double value = std::numeric_limits<double>::quiet_NaN();
  static constexpr bool is_none(double x) { return x != x; }
};
template <class Tag> struct none_value<decimal<Tag>> {
  static constexpr decimal<Tag> value{std::numeric_limits<std::int64_t>::min()};
  static constexpr bool is_none(decimal<Tag> x) { return x == value; }
};

/// `std::optional` without its flag: eight bytes, because a ticker holds twenty of them and millions cross a thread
/// every second. NaN and the lowest decimal mean none.
template <class T> class optional_value {
public:
  constexpr optional_value() = default;
  constexpr optional_value(T x) : value_{x} {} // NOLINT: implicit, as in std::optional
  constexpr bool has_value() const { return !none_value<T>::is_none(value_); }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr T operator*() const { return value_; }
  constexpr T value_or(T x) const { return has_value() ? value_ : x; }
  constexpr void reset() { value_ = none_value<T>::value; }
  friend constexpr bool operator==(optional_value a, optional_value b) {
    return a.has_value() == b.has_value() && (!a.has_value() || a.value_ == b.value_);
  }

private:
  T value_ = none_value<T>::value;
};

using optional_price = optional_value<price>;
using optional_quantity = optional_value<quantity>;
using optional_double = optional_value<double>;

} // namespace strike
