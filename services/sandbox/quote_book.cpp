#include "sandbox/quote_book.hpp"

#include <algorithm>
#include <cmath>

namespace strike::sandbox {

struct quote_book::half {
  std::vector<book_level>& levels;
  book_levels& changes;
  bool is_bid;

  bool is_better(price a, price b) const { return is_bid ? a > b : a < b; }
  price worse(price p, const tick_table& ticks) const { return is_bid ? ticks.next_below(p) : ticks.next_above(p); }
};

quote_book::half quote_book::side_of(side which, book_change& out) {
  if (which == side::buy) return {bids_, out.bids, true};
  return {asks_, out.asks, false};
}

quantity quote_book::some_size(random_source& chance) const {
  const double lots = static_cast<double>(limits_.typical.nanos) / static_cast<double>(limits_.lot.nanos);
  const auto count = std::max<std::int64_t>(1, std::llround(lots * std::exp(0.8 * chance.normal())));
  return {count * limits_.lot.nanos};
}

void quote_book::follow(const target& to, const tick_table& ticks, random_source& chance, book_change& out) {
  follow_side(side_of(side::buy, out), to.bid, ticks, chance);
  follow_side(side_of(side::sell, out), to.ask, ticks, chance);
}

void quote_book::follow_side(half on, optional_price to, const tick_table& ticks, random_source& chance) {
  while (!on.levels.empty() && (!to || on.is_better(on.levels.back().at, *to))) {
    on.changes.push_back({on.levels.back().at, {}});
    on.levels.pop_back();
  }
  if (!to) return;
  if (on.levels.empty() || on.levels.back().at != *to) {
    on.levels.push_back({*to, some_size(chance)});
    on.changes.push_back(on.levels.back());
  } else if (on.levels.size() <= limits_.depth) {
    auto& any = on.levels[chance.below(on.levels.size())];
    any.size = some_size(chance);
    on.changes.push_back(any);
  }
  if (on.levels.size() > limits_.depth) {
    on.changes.push_back({on.levels.front().at, {}});
    on.levels.erase(on.levels.begin());
    return;
  }
  // A book that lost its depth to a move fills up quickly, a nearly full one slowly.
  for (auto wanted = 1 + (limits_.depth - on.levels.size()) / 2; wanted > 0; --wanted)
    add_behind(on, *to, ticks, chance);
}

void quote_book::add_behind(half& on, price touch, const tick_table& ticks, random_source& chance) {
  if (on.levels.size() >= limits_.depth) return;
  price at = touch;
  for (auto steps = 1 + chance.below(2 * limits_.depth); steps > 0; --steps) {
    const auto next = on.worse(at, ticks);
    if ((limits_.lowest && next < *limits_.lowest) || (limits_.highest && next > *limits_.highest)) break;
    at = next;
  }
  const auto place = std::ranges::find_if(on.levels, [&](const auto& x) { return !on.is_better(at, x.at); });
  if (place != on.levels.end() && place->at == at) return;
  on.changes.push_back({at, some_size(chance)});
  on.levels.insert(place, on.changes.back());
}

std::optional<book_level> quote_book::take(side taker, random_source& chance, book_change& out) {
  auto on = side_of(opposite(taker), out);
  if (on.levels.size() < 2) return {};
  auto& touch = on.levels.back();
  const book_level traded{touch.at, std::min(touch.size, some_size(chance))};
  touch.size -= traded.size;
  on.changes.push_back(touch);
  if (touch.size == quantity{}) on.levels.pop_back();
  return traded;
}

void quote_book::clear(book_change& out) {
  for (const auto which : {side::buy, side::sell}) {
    auto on = side_of(which, out);
    for (const auto& x : on.levels) on.changes.push_back({x.at, {}});
    on.levels.clear();
  }
}

} // namespace strike::sandbox
