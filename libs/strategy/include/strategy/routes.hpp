#pragma once

#include "base/registry.hpp"
#include "strategy/subscription.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace strike {

/// Who receives what: the subscriptions of all consumers, resolved per instrument when it first appears, so that an
/// event finds its receivers by two array accesses. Consumers are small numbers. One thread.
class routes {
public:
  explicit routes(const instrument_registry& instruments) : instruments_{instruments} {}

  /// @returns false if the consumer has it already
  bool subscribe(std::uint32_t consumer, const subscription& what);
  /// @returns false if the consumer has not
  bool unsubscribe(std::uint32_t consumer, const subscription& what);

  /// Consumers in ascending order.
  std::span<const std::uint32_t> receivers(instrument_id id, channel what) {
    if (id.index >= resolved_.size()) resolve_up_to(id);
    return resolved_[id.index][static_cast<std::size_t>(what)];
  }

  /// Starts to fetch what `receivers` will read.
  void prefetch(instrument_id id, channel what) const {
    if (id.index < resolved_.size()) __builtin_prefetch(&resolved_[id.index][static_cast<std::size_t>(what)]);
  }

private:
  using receiver_list = boost::container::small_vector<std::uint32_t, 4>;
  using by_channel = std::array<receiver_list, enum_names<channel>::table.size()>;
  struct demand {
    std::uint32_t consumer;
    subscription what;
    bool operator==(const demand&) const = default;
  };
  std::vector<demand>& list_of(const subscription& what);
  void resolve_for(const subscription& what);
  void resolve_up_to(instrument_id id);
  void resolve(instrument_id id);
  void add_receivers(const std::vector<demand>& from, const instrument_registry::entry& name, by_channel& to);

  const instrument_registry& instruments_;
  std::vector<demand> prefixes_;
  std::unordered_map<std::string, std::vector<demand>> exact_; ///< by symbol
  std::vector<by_channel> resolved_;                           ///< by instrument
};

} // namespace strike
