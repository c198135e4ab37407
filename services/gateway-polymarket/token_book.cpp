#include "gateway-polymarket/token_book.hpp"

#include <algorithm>
#include <utility>

namespace strike::gateway_polymarket {

namespace {

/// A lively book changes some hundred times in the seconds that an answer takes.
constexpr std::size_t most_kept = 10'000;

void put_level(book_change& into, side on, const book_level& level) {
  (on == side::buy ? into.bids : into.asks).push_back(level);
}

} // namespace

book_snapshot token_book::snapshot() const {
  return {.sequence = book_.sequence(),
          .bids{book_.bids().begin(), book_.bids().end()},
          .asks{book_.asks().begin(), book_.asks().end()}};
}

void token_book::put(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns) {
  book_.apply(book_snapshot{.sequence = ++sequence_, .bids = bids, .asks = asks});
  snapshot_ns_ = venue_ns;
  last_ns_ = std::max(last_ns_, venue_ns);
  staged_ = {};
}

void token_book::replace(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns) {
  put(bids, asks, venue_ns);
  late_.clear();
}

bool token_book::restore(const book_levels& bids, const book_levels& asks, std::int64_t venue_ns) {
  if (is_live() || venue_ns < complete_from_ns_) return false;
  put(bids, asks, venue_ns);
  book_change since;
  for (const auto& x : std::exchange(late_, {}))
    if (x.venue_ns >= venue_ns) put_level(since, x.on, x.level);
  book_.apply(since);
  return true;
}

bool token_book::add(side on, const book_level& level, std::int64_t venue_ns) {
  last_ns_ = std::max(last_ns_, venue_ns);
  if (!is_live()) return keep({venue_ns, on, level}), false;
  if (venue_ns < snapshot_ns_) return false;
  put_level(staged_, on, level);
  return true;
}

void token_book::keep(const late& x) {
  if (late_.size() == most_kept) {
    complete_from_ns_ = std::max(complete_from_ns_, late_.front().venue_ns);
    late_.pop_front();
  }
  late_.push_back(x);
}

std::optional<book_change> token_book::commit() {
  if (staged_.bids.empty() && staged_.asks.empty()) return {};
  staged_.previous = sequence_;
  staged_.sequence = ++sequence_;
  book_.apply(staged_);
  return std::exchange(staged_, {});
}

void token_book::distrust(std::int64_t not_before_ns) {
  if (is_live()) {
    book_.distrust(trust::resyncing);
    complete_from_ns_ = last_ns_;
    staged_ = {};
  }
  complete_from_ns_ = std::max(complete_from_ns_, not_before_ns);
}

} // namespace strike::gateway_polymarket
