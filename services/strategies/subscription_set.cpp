#include "strategies/subscription_set.hpp"

#include "feed/slot.hpp"

#include <algorithm>

namespace strike::strategies {

bool subscription_set::add(const subscription& what) {
  if (std::ranges::find(all_, what) != all_.end()) return false;
  all_.push_back(what);
  answers_.clear();
  return true;
}

bool subscription_set::remove(const subscription& what) {
  if (std::erase(all_, what) == 0) return false;
  answers_.clear();
  was_reduced_ = true;
  return true;
}

bool subscription_set::is_wanted(const market_event& event, const instrument_registry& instruments) {
  const auto slot = feed::slot_of(event);
  if (slot >= answers_.size()) answers_.resize(slot + 1);
  auto& known = answers_[slot];
  if (known != answer::unknown) return known == answer::yes;
  const auto& what = instruments.at(event.instrument);
  const bool is_yes = std::ranges::any_of(
      all_, [&](const auto& x) { return x.what == channel_of(event) && x.matches(what.at, what.symbol); });
  known = is_yes ? answer::yes : answer::no;
  return is_yes;
}

} // namespace strike::strategies
