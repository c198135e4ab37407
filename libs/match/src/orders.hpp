#pragma once

#include "base/order.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <vector>

namespace strike::match {

using owner_id = std::uint32_t;

/// An order at the venue.
struct live_order {
  order_id id;
  owner_id owner = 0;
  order_request request; ///< size: the total, as amended or clipped
  quantity filled;
  std::uint64_t arrival = 0; ///< counts orders as they come to rest
  bool flat_fee_paid = false;
  // its place in the queue
  optional_double front;   ///< displayed quantity ahead; none if the level was never seen
  optional_quantity shown; ///< displayed size at its price when last known
  quantity traded;         ///< at its price since `shown` last changed

  quantity rest() const { return request.size - filled; }
};

/// Resting orders by id. Finished orders leave no trace; slots are used again.
class order_slab {
public:
  using slot = std::uint32_t;
  static constexpr slot none = UINT32_MAX;

  slot add(live_order order);
  void remove(slot at);
  slot find(order_id id) const; ///< `none` if there is no such order
  live_order& operator[](slot at) { return slots_[at]; }
  const live_order& operator[](slot at) const { return slots_[at]; }
  std::size_t size() const { return by_id_.size(); }
  /// The orders of an owner in order of arrival.
  std::vector<slot> of(owner_id owner) const;

private:
  std::vector<live_order> slots_; ///< a free slot has id 0
  std::vector<slot> free_;
  boost::unordered_flat_map<std::uint64_t, slot> by_id_;
};

/// The resting orders of one side of an instrument in price-time order, the first in line at the end.
class resting_side {
public:
  explicit resting_side(side of) : side_{of} {}
  void add(price at, order_slab::slot order);
  void remove(price at, order_slab::slot order);
  void remove_at(std::size_t i) { rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(i)); }
  std::size_t size() const { return rows_.size(); }
  order_slab::slot operator[](std::size_t i) const { return rows_[i].order; }
  price best() const { return rows_.back().at; } ///< not empty

private:
  struct row {
    price at;
    order_slab::slot order;
  };
  std::vector<row>::iterator first_at(price at);
  side side_;
  std::vector<row> rows_;
};

} // namespace strike::match
