#pragma once

#include "base/decimal.hpp"
#include "base/optional_value.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace strike::sandbox::deribit {

/// As Deribit prints numbers: at least one decimal, and an exponent below a thousandth: 93612.0, 0.0055, 1.0E-4.
/// Source: recorded payloads, Deribit page section 3.
std::string number(int128 nanos);
template <class Tag> std::string number(decimal<Tag> x) { return number(int128{x.nanos}); }
/// Rounded to so many decimals, at most 9.
std::string number(double x, int decimals);
inline std::string number(optional_double x, int decimals) { return x ? number(*x, decimals) : "null"; }

/// With quotes, escaped.
std::string in_quotes(std::string_view text);

/// {"a":1,"b":"x"}, member by member.
class json_object {
public:
  json_object& add(std::string_view key, std::string_view json);
  json_object& text(std::string_view key, std::string_view x) { return add(key, in_quotes(x)); }
  json_object& integer(std::string_view key, std::int64_t x) { return add(key, std::to_string(x)); }
  json_object& flag(std::string_view key, bool x) { return add(key, x ? "true" : "false"); }
  std::string take() { return std::move(text_ += '}'); }

private:
  std::string text_ = "{";
};

/// [1,2,3], element by element.
class json_array {
public:
  json_array& add(std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += json;
    return *this;
  }
  bool is_empty() const { return text_.size() == 1; }
  std::string take() { return std::move(text_ += ']'); }

private:
  std::string text_ = "[";
};

} // namespace strike::sandbox::deribit
