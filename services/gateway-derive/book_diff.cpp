#include "gateway-derive/book_diff.hpp"

#include <functional>

namespace strike::gateway_derive {

namespace {

/// @param better whether its first price is better than its second
template <class Better>
void add_changes(const book_levels& from, const book_levels& to, Better better, book_levels& into) {
  auto old = from.begin();
  for (const auto& level : to) {
    for (; old != from.end() && better(old->at, level.at); ++old) into.push_back({old->at, quantity{}});
    const bool was_there = old != from.end() && old->at == level.at;
    if (!was_there || old->size != level.size) into.push_back(level);
    if (was_there) ++old;
  }
  for (; old != from.end(); ++old) into.push_back({old->at, quantity{}});
}

} // namespace

std::optional<book_change> change_between(const book_snapshot& from, const book_snapshot& to) {
  book_change x{.sequence = to.sequence, .previous = from.sequence};
  add_changes(from.bids, to.bids, std::greater{}, x.bids);
  add_changes(from.asks, to.asks, std::less{}, x.asks);
  if (x.bids.size() + x.asks.size() >= to.bids.size() + to.asks.size()) return {};
  return x;
}

} // namespace strike::gateway_derive
