#pragma once

#include "base/decimal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace strike::sandbox {

/// With quotes, escaped.
std::string json_quoted(std::string_view text);

/// {"a":1,"b":"x"}, member by member. For numbers as venues print them: 0.01, not 1E-2.
class json_members {
public:
  json_members& add(std::string_view key, std::string_view json);
  json_members& text(std::string_view key, std::string_view x) { return add(key, json_quoted(x)); }
  json_members& integer(std::string_view key, std::int64_t x) { return add(key, std::to_string(x)); }
  json_members& flag(std::string_view key, bool x) { return add(key, x ? "true" : "false"); }
  template <class Tag> json_members& number(std::string_view key, decimal<Tag> x) { return add(key, to_string(x)); }
  std::string take() { return std::move(text_ += '}'); }

private:
  std::string text_ = "{";
};

/// [1,2,3], element by element.
class json_elements {
public:
  json_elements& add(std::string_view json);
  json_elements& text(std::string_view x) { return add(json_quoted(x)); }
  std::string take() { return std::move(text_ += ']'); }

private:
  std::string text_ = "[";
};

} // namespace strike::sandbox
