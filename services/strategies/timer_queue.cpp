#include "strategies/timer_queue.hpp"

#include <vector>

namespace strike::strategies {

timer_id timer_queue::set(std::int64_t due_ns, std::int64_t period_ns) {
  const timer_id made{++last_};
  queue_.emplace(key{due_ns, made.value}, period_ns);
  due_.emplace(made.value, due_ns);
  return made;
}

void timer_queue::cancel(timer_id id) {
  const auto at = due_.find(id.value);
  if (at == due_.end()) return;
  queue_.erase({at->second, id.value});
  due_.erase(at);
}

std::optional<timer_queue::fired> timer_queue::pop(std::int64_t limit_ns) {
  if (next_ns() >= limit_ns) return std::nullopt;
  auto taken = queue_.extract(queue_.begin());
  const fired found{{taken.key().second}, taken.key().first};
  if (taken.mapped() == 0) {
    due_.erase(found.id.value);
    return found;
  }
  due_[found.id.value] = taken.key().first += taken.mapped();
  queue_.insert(std::move(taken));
  return found;
}

void timer_queue::skip_missed(std::int64_t now_ns) {
  std::vector<std::pair<key, std::int64_t>> late;
  for (const auto& [at, period] : queue_) {
    if (at.first >= now_ns) break;
    if (period > 0 && now_ns - at.first >= period) late.emplace_back(at, period);
  }
  for (const auto& [at, period] : late) {
    auto moved = queue_.extract(at);
    due_[at.second] = moved.key().first += (now_ns - at.first) / period * period;
    queue_.insert(std::move(moved));
  }
}

void timer_queue::shift(std::int64_t by_ns) {
  std::map<key, std::int64_t> moved;
  for (const auto& [at, period] : queue_) moved.emplace(key{at.first + by_ns, at.second}, period);
  queue_ = std::move(moved);
  for (auto& [id, due] : due_) due += by_ns;
}

} // namespace strike::strategies
