#include "orders.hpp"

#include <algorithm>
#include <cassert>

namespace strike::match {

order_slab::slot order_slab::add(live_order order) {
  slot at = static_cast<slot>(slots_.size());
  if (free_.empty()) {
    slots_.push_back(std::move(order));
  } else {
    at = free_.back();
    free_.pop_back();
    slots_[at] = std::move(order);
  }
  by_id_.emplace(slots_[at].id.value, at);
  return at;
}

void order_slab::remove(slot at) {
  by_id_.erase(slots_[at].id.value);
  slots_[at].id = {};
  free_.push_back(at);
}

order_slab::slot order_slab::find(order_id id) const {
  const auto hit = by_id_.find(id.value);
  return hit == by_id_.end() ? none : hit->second;
}

std::vector<order_slab::slot> order_slab::of(owner_id owner) const {
  std::vector<slot> found;
  for (slot i = 0; i < slots_.size(); ++i)
    if (slots_[i].id.value != 0 && slots_[i].owner == owner) found.push_back(i);
  std::ranges::sort(found, {}, [this](slot i) { return slots_[i].arrival; });
  return found;
}

std::vector<resting_side::row>::iterator resting_side::first_at(price at) {
  return std::ranges::lower_bound(
      rows_, at, [this](price a, price b) { return side_ == side::buy ? a < b : a > b; }, &row::at);
}

void resting_side::add(price at, order_slab::slot order) { rows_.insert(first_at(at), {at, order}); }

void resting_side::remove(price at, order_slab::slot order) {
  auto hit = first_at(at);
  while (hit != rows_.end() && hit->order != order) ++hit;
  assert(hit != rows_.end());
  rows_.erase(hit);
}

} // namespace strike::match
