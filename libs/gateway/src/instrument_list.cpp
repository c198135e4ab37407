#include "instrument_list.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace strike::gateway {

namespace {

bool is_end(instrument_state x) { return x == instrument_state::expired || x == instrument_state::settled; }

} // namespace

void instrument_list::tell(instrument_id which, const row& x, std::int64_t venue_ns, std::int64_t wall_ns) {
  if (taken_ == events_.size()) {
    events_.clear();
    taken_ = 0;
  }
  events_.push_back({venue_ns, wall_ns, which, x.data,
                     instrument_status{.state = x.state, .settlement = x.settlement, .definition = x.rules}});
}

result<instrument_id> instrument_list::define(instrument rules, std::int64_t venue_ns, std::int64_t wall_ns) {
  const auto id = names_.intern(at_, rules.symbol);
  if (!id) return id;
  if (id->index >= rows_.size()) rows_.resize(id->index + 1);
  auto& mine = rows_[id->index];
  if (is_end(mine.state) || (mine.rules && *mine.rules == rules)) return id; // a list may be older than the end
  mine.state = mine.rules ? instrument_state::tick_changed : instrument_state::listed;
  mine.rules = std::make_shared<const instrument>(std::move(rules));
  tell(*id, mine, venue_ns, wall_ns);
  if (mine.is_halted) { // still: the last status must say so
    mine.state = instrument_state::halted;
    tell(*id, mine, venue_ns, wall_ns);
  }
  return id;
}

bool instrument_list::set_state(instrument_id which, instrument_state state, optional_double settlement,
                                std::int64_t venue_ns, std::int64_t wall_ns) {
  assert(state != instrument_state::listed && state != instrument_state::tick_changed); // those come with rules
  if (which.index >= rows_.size() || !rows_[which.index].rules) return false;
  auto& mine = rows_[which.index];
  const bool is_halt = state == instrument_state::halted;
  if (mine.state == instrument_state::settled || (is_end(mine.state) && state != instrument_state::settled))
    return false;
  if ((is_halt || state == instrument_state::resumed) && is_halt == mine.is_halted) return false;
  const bool ends = is_end(state) && !is_end(mine.state);
  mine.is_halted = is_halt;
  mine.state = state;
  mine.settlement = settlement;
  tell(which, mine, venue_ns, wall_ns);
  return ends;
}

void instrument_list::set_trust(instrument_id which, trust state, std::int64_t wall_ns) {
  if (which.index >= rows_.size() || !rows_[which.index].rules) return;
  auto& mine = rows_[which.index];
  if (std::exchange(mine.data, state) != state) tell(which, mine, wall_ns, wall_ns);
}

bool instrument_list::is_trusted(instrument_id which) const {
  return which.index >= rows_.size() || rows_[which.index].data == trust::live;
}

std::span<const market_event> instrument_list::take(std::size_t most) {
  const auto count = std::min(most, events_.size() - taken_);
  taken_ += count;
  return {events_.data() + (taken_ - count), count};
}

} // namespace strike::gateway
