#include "state.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace strike::config::detail {

namespace {

/// Insertions, deletions and replacements that turn one word into the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

/// "; did you mean 'threshold'?" where a known key is near, else what would be accepted.
std::string advice(std::string_view key, const std::set<std::string, std::less<>>& known) {
  if (known.empty()) return "; no key is known here";
  const auto nearest = std::ranges::min_element(known, {}, [&](const auto& x) { return edit_distance(key, x); });
  if (edit_distance(key, *nearest) <= std::max<std::size_t>(1, key.size() / 3))
    return fmt::format("; did you mean '{}'?", *nearest);
  return fmt::format("; known: {}", fmt::join(known, ", "));
}

} // namespace

void find_unknown_keys(const node& from, std::vector<mistake>& found) {
  if (!from.table) return;
  for (const auto& [key, value] : *from.table)
    if (!from.known.contains(key.str()))
      found.push_back({key.source().begin.line,
                       fmt::format("{} is not a known key{}", from.path_of(key.str()), advice(key.str(), from.known))});
  for (const auto& [key, tables] : from.children)
    for (const auto& child : tables) find_unknown_keys(*child, found);
}

} // namespace strike::config::detail
