#pragma once

#include "base/order.hpp"
#include "match/ledger.hpp"

#include <cstdint>
#include <string_view>

namespace strike::exec {

/// Which strategy an order belongs to: dense, from 0.
using match::owner_id;

/// What a venue tells of orders and positions, in the order in which it became known.
class venue_reports {
public:
  virtual ~venue_reports() = default;
  /// @param venue_trade_id of the update's execution; empty if simulated
  virtual void on_update(const order_update& update, std::string_view venue_trade_id) = 0;
  virtual void on_settlement(const match::settlement& what) = 0;
};

/// Where orders are carried out: the adapter of one account. Order ids are exec's own. Pure: time is handed in. One
/// thread.
class order_venue {
public:
  virtual ~order_venue() = default;
  virtual void place(owner_id owner, order_id id, const order_request& what, std::int64_t now_ns) = 0;
  /// `size` is the new total. Of an order that is final already nothing is told.
  virtual void amend(owner_id owner, order_id id, instrument_id instrument, price limit, quantity size,
                     std::int64_t now_ns) = 0;
  virtual void cancel(owner_id owner, order_id id, instrument_id instrument, std::int64_t now_ns) = 0;
  /// Tells what has become known; nothing is told at any other time.
  /// @returns when to call again; INT64_MAX: not before another call
  virtual std::int64_t round(std::int64_t now_ns, venue_reports& to) = 0;
};

} // namespace strike::exec
