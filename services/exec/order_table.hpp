#pragma once

#include "exec/order_records.hpp"
#include "wire/order.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// An order while exec has it in memory.
struct tracked_order {
  venue_order what; ///< as it was asked for; its label is the client id
  order_id of_strategy;
  venue at = venue::deribit;
  order_life life;
  std::int64_t waits_until_ns = 0; ///< steady; waiting for the data of its instrument
  std::int64_t signal_ns = 0;      ///< wall time at its strategy; 0: not told, or it has left
  std::int64_t left_ns = 0;        ///< steady; 0: it has not, or the venue has spoken

  /// As its strategy is told.
  order_update update() const {
    auto x = life.update();
    x.order = of_strategy;
    return x;
  }
  /// The same as a message, without a fill.
  wire::order_change change() const { return {what.label, "", update(), terms()}; }
  wire::order_terms terms() const {
    const auto amended = life.last().limit;
    return {what.request.side, what.request.type, amended == price{} ? what.request.limit : amended};
  }
};

/// The orders that are not final, and the newest of those that are: older ones are in the store alone.
class order_table {
public:
  static constexpr std::size_t kept_final = 10'000;

  tracked_order& add(tracked_order what);
  tracked_order* find(order_id id);
  tracked_order* find(std::string_view client_id);
  /// To be called once, when the life has ended. The oldest final order may go with it.
  void ended(const tracked_order& x);
  /// Numbers in order of age, over all owners.
  const std::set<std::uint64_t>& open() const { return open_; }
  /// Those of one strategy.
  std::vector<tracked_order*> open_of(owner_id owner);
  /// Those in memory that have that fill.
  std::vector<tracked_order*> with_fill(venue at, std::string_view trade_id);

private:
  boost::unordered_flat_map<std::uint64_t, std::unique_ptr<tracked_order>> orders_;
  std::map<std::string, std::uint64_t, std::less<>> by_client_id_;
  std::set<std::uint64_t> open_;
  std::deque<std::uint64_t> final_; ///< oldest first
};

} // namespace strike::exec
