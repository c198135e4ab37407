#include "display.hpp"

#include <algorithm>

namespace strike::match {

order_book& display::book() {
  if (!book_) book_ = std::make_unique<order_book>();
  return *book_;
}

price display::best(side of) const {
  if (!uses_book()) return touch_on(of).at;
  const auto* level = of == side::buy ? book_->best_bid() : book_->best_ask();
  return level != nullptr ? level->at : of == side::buy ? no_bid : no_ask;
}

optional_quantity display::size_at(side of, price p) const {
  if (uses_book()) return of == side::buy ? book_->bid_size_at(p) : book_->ask_size_at(p);
  if (!is_quoted_) return {};
  const auto& top = touch_on(of);
  if (p == top.at) return top.size;
  const bool is_behind = of == side::buy ? p < top.at : p > top.at;
  return is_behind ? optional_quantity{} : quantity{};
}

quantity display::left(side taker, price at, quantity shown) const {
  for (const auto& x : used_[taker == side::buy ? 0 : 1])
    if (x.at == at) return shown - x.used;
  return shown;
}

void display::consume(side taker, price at, quantity size) {
  const auto shown = size_at(opposite(taker), at);
  if (!shown || *shown == quantity{}) return; // one tick beyond the touch: nothing is displayed there
  auto& levels = used_by(taker);
  const auto hit = std::ranges::find(levels, at, &used_level::at);
  if (hit != levels.end())
    hit->used += size;
  else
    levels.push_back({at, *shown, size});
}

void display::forget_changed() {
  for (const auto taker : {side::buy, side::sell})
    std::erase_if(used_by(taker), [&](const used_level& x) {
      const auto shown = size_at(opposite(taker), x.at);
      return shown && *shown != x.shown; // behind the touch it may stand there unchanged
    });
}

} // namespace strike::match
