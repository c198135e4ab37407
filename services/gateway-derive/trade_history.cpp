#include "gateway-derive/trade_history.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace strike::gateway_derive {

namespace {

/// The two clocks may differ, and what was on its way when a socket ended never came.
constexpr std::int64_t overlap_ns = 5 * ns_per_s;
/// When what was traded during a gap has settled, and so is in the history.
constexpr std::int64_t settle_ns = 60 * ns_per_s;

} // namespace

bool trade_history::add(const gap& what, std::int64_t now_ns) {
  if (most_.pages == 0) return false;
  const auto wanted_ns = what.from_ns - overlap_ns;
  const auto from_ns = std::max(wanted_ns, now_ns - most_.longest_ns);
  auto found = std::ranges::find_if(waiting_, [&](const query& x) {
    return !x.is_second && x.page == 0 && x.currency == what.currency && x.type == what.type;
  });
  if (found == waiting_.end())
    found = waiting_.insert(found, query{.currency = what.currency, .type = what.type, .due_ns = now_ns});
  const auto [row, is_new] = found->from_ns.emplace(what.symbol, from_ns);
  if (!is_new) row->second = std::min(row->second, from_ns);
  return from_ns == wanted_ns;
}

std::int64_t trade_history::due_ns() const {
  if (asked_ || waiting_.empty()) return INT64_MAX;
  return std::ranges::min(waiting_, {}, &query::due_ns).due_ns;
}

std::optional<derive::history_query> trade_history::next(std::int64_t now_ns) {
  if (due_ns() > now_ns) return {};
  const auto first = std::ranges::min_element(waiting_, {}, &query::due_ns);
  asked_ = std::move(*first);
  waiting_.erase(first);
  auto& x = *asked_;
  if (x.page == 0 && x.to_ns == 0) x.to_ns = now_ns + overlap_ns; // the second time it is the same interval
  const auto from_ns = std::ranges::min(x.from_ns | std::views::values);
  return derive::history_query{x.currency, x.type, from_ns / ns_per_ms, x.to_ns / ns_per_ms, x.page + 1};
}

trade_history::answer trade_history::take(derive::history_page page, std::int64_t now_ns) {
  if (!asked_) return {};
  auto& x = *asked_;
  ++x.page;
  for (auto& row : page.trades) {
    const auto wanted = x.from_ns.find(row.symbol);
    if (wanted != x.from_ns.end() && row.venue_ns >= wanted->second) x.trades.push_back(std::move(row));
  }
  if (x.page >= page.pages) return finish(false, now_ns);
  if (x.page >= most_.pages) return finish(true, now_ns);
  x.due_ns = now_ns;
  waiting_.push_back(*std::exchange(asked_, std::nullopt));
  return {};
}

trade_history::answer trade_history::give_up(std::int64_t now_ns) {
  if (!asked_) return {};
  return finish(true, now_ns);
}

void trade_history::retry(std::int64_t at_ns) {
  if (!asked_) return;
  asked_->due_ns = at_ns;
  waiting_.push_back(*std::exchange(asked_, std::nullopt));
}

trade_history::answer trade_history::finish(bool is_cut, std::int64_t now_ns) {
  auto done = *std::exchange(asked_, std::nullopt);
  answer out{std::move(done.trades), is_cut};
  std::ranges::stable_sort(out.trades, {}, &derive::trade_message::venue_ns);
  if (!done.is_second) {
    done.trades.clear();
    done.page = 0;
    done.is_second = true;
    done.due_ns = now_ns + settle_ns;
    waiting_.push_back(std::move(done));
  }
  return out;
}

} // namespace strike::gateway_derive
