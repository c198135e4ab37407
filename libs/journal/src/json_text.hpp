#pragma once

#include "fields.hpp"

#include <simdjson.h>

#include <string_view>

namespace strike::journal {

inline constexpr key_table keys;

/// A value's text without the white space behind it.
inline std::string_view token_of(simdjson::ondemand::value& from) {
  auto token = from.raw_json_token();
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

/// Which of our keys a field has; escapes are left as they are. simdjson keeps 64 readable bytes behind a document.
inline key key_of(simdjson::ondemand::field& from) { return keys.find(from.key().raw()).value; }

} // namespace strike::journal
