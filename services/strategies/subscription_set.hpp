#pragma once

#include "base/registry.hpp"
#include "strategy/subscription.hpp"

#include <cstdint>
#include <vector>

namespace strike::strategies {

/// What one strategy wants to see. Also tells which events are no longer wanted: those that were under way when the
/// strategy dropped a subscription. Pure.
class subscription_set {
public:
  /// @returns whether it is new
  bool add(const subscription& what);
  /// @returns whether it was there
  bool remove(const subscription& what);

  /// O(1): each instrument's channels are matched once after a change. Free as long as nothing was ever removed.
  bool wants(const market_event& event, const instrument_registry& instruments) {
    return !was_reduced_ || is_wanted(event, instruments);
  }

private:
  enum class answer : std::uint8_t { unknown, yes, no };
  bool is_wanted(const market_event& event, const instrument_registry& instruments);

  std::vector<subscription> all_;
  std::vector<answer> answers_; ///< by feed::slot
  bool was_reduced_ = false;
};

} // namespace strike::strategies
