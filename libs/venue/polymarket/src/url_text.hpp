#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace strike::polymarket {

/// Of a query: Base64 has '=', '+' and '/'.
inline std::string url_escaped(std::string_view text) {
  std::string out;
  for (const unsigned char c : text)
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_')
      out += static_cast<char>(c);
    else
      out += fmt::format("%{:02X}", c);
  return out;
}

} // namespace strike::polymarket
