#pragma once

#include "strategy/context.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace strike::strategies {

/// A strategy's timers by due time, those of one instant in the order in which they were set. Pure.
class timer_queue {
public:
  struct fired {
    timer_id id;
    std::int64_t due_ns;
  };

  /// @param period_ns 0: once
  timer_id set(std::int64_t due_ns, std::int64_t period_ns);
  void cancel(timer_id id);
  /// Takes the first timer that is due before `limit_ns`. A periodic one is due again one period later.
  std::optional<fired> pop(std::int64_t limit_ns);
  /// INT64_MAX: none.
  std::int64_t next_ns() const { return queue_.empty() ? INT64_MAX : queue_.begin()->first.first; }
  /// Periodic timers that are due before `now_ns` skip all missed times but the last: a host that slept owes no flood.
  void skip_missed(std::int64_t now_ns);
  /// Every timer is due so much later.
  void shift(std::int64_t by_ns);

private:
  using key = std::pair<std::int64_t, std::uint64_t>; ///< due, id
  std::map<key, std::int64_t> queue_;                 ///< periods
  std::map<std::uint64_t, std::int64_t> due_;         ///< by id
  std::uint64_t last_ = 0;
};

} // namespace strike::strategies
