#pragma once

#include "base/registry.hpp"
#include "strategy/subscription.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <span>
#include <vector>

namespace strike::replay {

/// Who receives what: the subscriptions of all strategies, resolved per instrument when it first appears, so that an
/// event finds its receivers by two array accesses.
class routes {
public:
  explicit routes(const instrument_registry& instruments) : instruments_{instruments} {}

  void subscribe(std::uint32_t strategy, const subscription& what);
  void unsubscribe(std::uint32_t strategy, const subscription& what);

  /// Strategies in configuration order.
  std::span<const std::uint32_t> receivers(instrument_id id, channel what) {
    if (id.index >= resolved_.size()) resolve_up_to(id);
    return resolved_[id.index][static_cast<std::size_t>(what)];
  }

private:
  using receiver_list = boost::container::small_vector<std::uint32_t, 4>;
  using by_channel = std::array<receiver_list, enum_names<channel>::table.size()>;
  struct demand {
    std::uint32_t strategy;
    subscription what;
  };
  void resolve_up_to(instrument_id id);
  void resolve(instrument_id id);

  const instrument_registry& instruments_;
  std::vector<demand> demands_;
  std::vector<by_channel> resolved_; ///< by instrument
};

} // namespace strike::replay
