#include "sandbox/venue_server.hpp"

#include <algorithm>

namespace strike::sandbox {

std::string_view value_of(const headers& in, std::string_view name) {
  const auto found = std::ranges::find(in, name, &headers::value_type::first);
  return found == in.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace strike::sandbox
