#include "sources.hpp"

#include <fmt/format.h>

#include <iterator>

namespace strike::catalog {

std::string percent_encoded(std::string_view text) {
  std::string made;
  for (const char x : text) {
    const bool is_plain = (x >= '0' && x <= '9') || (x >= 'A' && x <= 'Z') || (x >= 'a' && x <= 'z') || x == '-' ||
                          x == '_' || x == '.' || x == '~';
    if (is_plain)
      made += x;
    else
      fmt::format_to(std::back_inserter(made), "%{:02X}", static_cast<unsigned char>(x));
  }
  return made;
}

result<listing> load(venue at, const source_settings& from, const fetch_function& fetch) {
  switch (at) {
  case venue::deribit:
    return load_deribit(from.deribit, fetch);
  case venue::derive:
    return load_derive(from.derive, fetch);
  case venue::polymarket:
    break;
  }
  return from.polymarket == polymarket_list::gamma ? load_gamma(from.gamma, fetch) : load_clob(from.clob, fetch);
}

} // namespace strike::catalog
