#include "replay/routes.hpp"

#include <algorithm>

namespace strike::replay {

void routes::subscribe(std::uint32_t strategy, const subscription& what) {
  const auto is_same = [&](const demand& x) { return x.strategy == strategy && x.what == what; };
  if (std::ranges::any_of(demands_, is_same)) return;
  demands_.push_back({strategy, what});
  for (std::uint32_t i = 0; i < resolved_.size(); ++i) resolve({i});
}

void routes::unsubscribe(std::uint32_t strategy, const subscription& what) {
  std::erase_if(demands_, [&](const demand& x) { return x.strategy == strategy && x.what == what; });
  for (std::uint32_t i = 0; i < resolved_.size(); ++i) resolve({i});
}

void routes::resolve_up_to(instrument_id id) {
  const auto known = resolved_.size();
  resolved_.resize(id.index + 1);
  for (auto i = known; i < resolved_.size(); ++i) resolve({static_cast<std::uint32_t>(i)});
}

void routes::resolve(instrument_id id) {
  const auto& entry = instruments_.at(id);
  auto& lists = resolved_[id.index];
  for (auto& list : lists) list.clear();
  for (const auto& x : demands_) {
    auto& list = lists[static_cast<std::size_t>(x.what.what)];
    if (x.what.matches(entry.at, entry.symbol) && std::ranges::find(list, x.strategy) == list.end())
      list.insert(std::ranges::lower_bound(list, x.strategy), x.strategy);
  }
}

} // namespace strike::replay
