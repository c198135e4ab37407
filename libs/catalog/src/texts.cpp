#include "texts.hpp"

namespace strike::catalog {

void make_lower_case(std::string& text) {
  for (auto& x : text) x = static_cast<char>(x >= 'A' && x <= 'Z' ? x + ('a' - 'A') : x);
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  make_lower_case(lower);
  return lower;
}

std::vector<std::string> terms_of(std::string_view query) {
  const auto padded = lower_case(query).append(stride, ' ');
  std::vector<std::string> terms;
  each_word(std::string_view{padded}.substr(0, query.size()), [&](std::string_view x) { terms.emplace_back(x); });
  return terms;
}

} // namespace strike::catalog
