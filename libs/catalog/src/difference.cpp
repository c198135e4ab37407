#include "difference.hpp"

#include <algorithm>

namespace strike::catalog {

namespace {

std::string_view id_of(const market_ptr& x) { return x->id; }

} // namespace

market_list sorted(std::vector<market> markets) {
  market_list list;
  list.reserve(markets.size());
  for (auto& x : markets) list.push_back(std::make_shared<const market>(std::move(x)));
  std::ranges::reverse(list); // a market that moved between two pages: the later page is right
  std::ranges::stable_sort(list, {}, id_of);
  const auto doubles = std::ranges::unique(list, {}, id_of);
  list.erase(doubles.begin(), doubles.end());
  return list;
}

difference difference_between(const market_list& earlier, const market_list& later) {
  difference x;
  auto a = earlier.begin();
  auto b = later.begin();
  while (a != earlier.end() || b != later.end()) {
    if (b == later.end() || (a != earlier.end() && id_of(*a) < id_of(*b))) {
      x.removed.push_back(*a++);
    } else if (a == earlier.end() || id_of(*b) < id_of(*a)) {
      x.added.push_back((*b++)->id);
    } else {
      if (*a != *b && !is_same_listing(**a, **b)) x.changed.push_back(*a);
      ++a, ++b;
    }
  }
  return x;
}

market_list undone(const difference& x, const market_list& later) {
  market_list kept;
  kept.reserve(later.size() + x.removed.size());
  auto added = x.added.begin();
  auto changed = x.changed.begin();
  for (const auto& now : later) {
    while (added != x.added.end() && *added < now->id) ++added;
    while (changed != x.changed.end() && (*changed)->id < now->id) ++changed;
    if (added != x.added.end() && *added == now->id) continue;
    kept.push_back(changed != x.changed.end() && (*changed)->id == now->id ? *changed : now);
  }
  market_list earlier;
  earlier.reserve(kept.size() + x.removed.size());
  std::ranges::merge(kept, x.removed, std::back_inserter(earlier), {}, id_of, id_of);
  return earlier;
}

} // namespace strike::catalog
