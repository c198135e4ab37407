#pragma once

#include "base/decimal.hpp"
#include "base/optional_value.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

/// Polymarket writes numbers as texts or as numbers, and nothing as "", null or not at all: one reading of all of them.
namespace strike::polymarket {

namespace ondemand = simdjson::ondemand;

/// What stands in the JSON: of a text its inside, with escapes as they are; of a number itself; of null nothing.
inline std::string_view text_of(ondemand::value& from) {
  std::string_view token = from.raw_json_token();
  if (token.front() == '"') return token.substr(1, token.rfind('"') - 1);
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  return token == "null" ? std::string_view{} : token;
}

inline std::string_view key_of(ondemand::field& from) {
  const char* const begin = from.key().raw();
  const char* end = begin;
  while (*end != '"') ++end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// An exact decimal: "0.56", ".56", 5. @param text ends in the JSON around it
/// @returns whether it is one; `nanos` is untouched if not
inline bool read_nanos(std::string_view text, std::int64_t& nanos) {
  std::int64_t value = 0;
  if (text.empty()) return false;
  if (scan_plain_nanos(text.data(), value) == text.data() + text.size()) return nanos = value, true;
  const auto fault = text.front() == '.' ? parse_nanos("0" + std::string{text}, value) : parse_nanos(text, value);
  if (fault != decimal_fault::none) return false;
  return nanos = value, true;
}

/// @returns false if there is something, and it is no decimal
template <class Decimal> bool read_optional(std::string_view text, optional_value<Decimal>& into) {
  if (text.empty()) return true;
  Decimal value;
  if (!read_nanos(text, value.nanos)) return false;
  into = value;
  return true;
}

} // namespace strike::polymarket
