#include "strategy/routes.hpp"

#include <algorithm>

namespace strike {

std::vector<routes::demand>& routes::list_of(const subscription& what) {
  return what.is_prefix ? prefixes_ : exact_[what.symbol];
}

bool routes::subscribe(std::uint32_t consumer, const subscription& what) {
  auto& list = list_of(what);
  const demand mine{consumer, what};
  if (std::ranges::find(list, mine) != list.end()) return false;
  list.push_back(mine);
  resolve_for(what);
  return true;
}

bool routes::unsubscribe(std::uint32_t consumer, const subscription& what) {
  const bool is_known = std::erase(list_of(what), demand{consumer, what}) > 0;
  if (!what.is_prefix && exact_[what.symbol].empty()) exact_.erase(what.symbol);
  if (is_known) resolve_for(what);
  return is_known;
}

/// Only what the subscription concerns: ten thousand of them must not cost ten thousand squared.
void routes::resolve_for(const subscription& what) {
  if (!what.is_prefix) {
    const auto id = instruments_.find(what.at, what.symbol);
    if (id && id->index < resolved_.size()) resolve(*id);
    return;
  }
  for (std::uint32_t i = 0; i < resolved_.size(); ++i) resolve({i});
}

void routes::resolve_up_to(instrument_id id) {
  const auto known = resolved_.size();
  resolved_.resize(id.index + 1);
  for (auto i = known; i < resolved_.size(); ++i) resolve({static_cast<std::uint32_t>(i)});
}

void routes::resolve(instrument_id id) {
  const auto& name = instruments_.at(id);
  auto& lists = resolved_[id.index];
  for (auto& list : lists) list.clear();
  add_receivers(prefixes_, name, lists);
  if (const auto found = exact_.find(name.symbol); found != exact_.end()) add_receivers(found->second, name, lists);
}

void routes::add_receivers(const std::vector<demand>& from, const instrument_registry::entry& name, by_channel& to) {
  for (const auto& x : from) {
    auto& list = to[static_cast<std::size_t>(x.what.what)];
    if (x.what.matches(name.at, name.symbol) && std::ranges::find(list, x.consumer) == list.end())
      list.insert(std::ranges::lower_bound(list, x.consumer), x.consumer);
  }
}

} // namespace strike
