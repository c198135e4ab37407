#include "book/order_book.hpp"

#include <algorithm>
#include <cassert>

namespace strike {

namespace {

/// Worst first: bids ascend, asks descend.
bool is_before(price a, price b, bool ascending) { return ascending ? a < b : b < a; }

auto find_level(auto& levels, price at, bool ascending) {
  return std::lower_bound(levels.begin(), levels.end(), at,
                          [ascending](const book_level& x, price p) { return is_before(x.at, p, ascending); });
}

/// Sorts, drops empty levels, and keeps the last of several that name the same price.
void assign(std::vector<book_level>& levels, const book_levels& from, bool ascending) {
  levels.assign(from.begin(), from.end());
  std::ranges::stable_sort(
      levels, [ascending](price a, price b) { return is_before(a, b, ascending); }, &book_level::at);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (i + 1 == levels.size() || levels[i + 1].at != levels[i].at) levels[kept++] = levels[i];
  levels.resize(kept);
  std::erase_if(levels, [](const book_level& x) { return x.size <= quantity{}; });
}

} // namespace

void order_book::set_level(std::vector<book_level>& levels, const book_level& level, bool ascending) {
  const auto hit = find_level(levels, level.at, ascending);
  const bool is_there = hit != levels.end() && hit->at == level.at;
  if (level.size <= quantity{}) {
    if (is_there) levels.erase(hit);
  } else if (is_there) {
    hit->size = level.size;
  } else {
    levels.insert(hit, level);
  }
}

void order_book::apply(const book_snapshot& snapshot) {
  assign(bids_, snapshot.bids, true);
  assign(asks_, snapshot.asks, false);
  sequence_ = snapshot.sequence;
  ++epoch_;
  trust_ = trust::live;
}

book_result order_book::apply(const book_change& change) {
  if (trust_ != trust::live) return book_result::no_book;
  if (change.sequence != 0 && sequence_ != 0 && change.sequence <= sequence_) return book_result::duplicate;
  if (change.previous != 0 && change.previous != sequence_) {
    distrust(trust::resyncing);
    return book_result::gap;
  }
  for (const auto& x : change.bids) set_level(bids_, x, true);
  for (const auto& x : change.asks) set_level(asks_, x, false);
  if (change.sequence != 0) sequence_ = change.sequence;
  return book_result::applied;
}

void order_book::distrust(trust why) {
  assert(why != trust::live);
  trust_ = why;
}

bool order_book::is_crossed() const { return !bids_.empty() && !asks_.empty() && bids_.back().at >= asks_.back().at; }

quantity order_book::bid_size_at(price p) const {
  const auto hit = find_level(bids_, p, true);
  return hit != bids_.end() && hit->at == p ? hit->size : quantity{};
}

quantity order_book::ask_size_at(price p) const {
  const auto hit = find_level(asks_, p, false);
  return hit != asks_.end() && hit->at == p ? hit->size : quantity{};
}

depth_walk order_book::walk(side taker, quantity size, optional_price limit) const {
  depth_walk result;
  const auto& levels = taker == side::buy ? asks_ : bids_;
  for (auto x = levels.rbegin(); x != levels.rend() && result.filled < size; ++x) {
    if (limit && (taker == side::buy ? x->at > *limit : x->at < *limit)) break;
    const auto part = std::min(x->size, size - result.filled);
    result.filled += part;
    result.cost += notional(x->at, part);
    result.worst = x->at;
  }
  return result;
}

} // namespace strike
