#pragma once

#include "base/order.hpp"
#include "match/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace strike::sandbox {

/// An account of a venue: the index in the order of `trading_desk::open_account`.
using match::owner_id;

/// Why the desk does not take an order; each venue has its own code for it.
enum class objection : std::uint8_t {
  unknown_instrument, ///< not listed, or of a kind that is not traded here (combos)
  closed,             ///< expired or settled
  halted,
  form,           ///< parts of the order contradict each other
  price,          ///< not above 0; binaries: not below 1
  tick,           ///< the price is off the tick
  minimum,        ///< the size is below the minimum
  lot,            ///< the size is no multiple of the lot
  nothing_to_cut, ///< reduce-only without a position to reduce
  would_cross,    ///< post-only, and it would take
  funds,          ///< more than the account can pay for or give as margin
  not_open,       ///< an amendment of an order that is done, or of somebody else
};

struct refused {
  objection why;
  std::string text; ///< for people: what is wrong and with which value
};

/// What a trigger order waits for: the watched price at or beyond a level.
struct trigger {
  enum class source : std::uint8_t { last, mark, index };
  source by = source::mark;
  price at;
  bool is_rise = true; ///< fires at or above the level; else at or below
};

/// What a venue hands in for an account.
struct order_ticket {
  owner_id owner = 0;
  order_request request; ///< reduce-only sizes are clipped to the position
  std::string label = {};
  std::string name = {}; ///< the venue's order id; empty: made by the desk's settings
  std::optional<trigger> waits_for = {};
};

/// An order as the venue knows it, from its acceptance to the end of the sandbox.
struct order_record {
  order_id id; ///< 1, 2, 3, ... of its venue
  owner_id owner = 0;
  std::string name;  ///< the venue's order id
  std::string label; ///< the client's
  order_request request;
  order_state state = order_state::pending; ///< pending: waits for its trigger
  quantity filled;
  int128 paid = 0;    ///< sum of price x size of its fills, in units of 1e-18
  std::string reason; ///< rejected, cancelled, expired: why; as the venue or the match said
  std::int64_t created_ns = 0, updated_ns = 0;
  std::optional<trigger> waits_for; ///< kept after it fired
  bool is_amended = false;

  bool is_open() const { return !is_final(state); }
  quantity rest() const { return request.size - filled; }
  price average() const { ///< of its fills, rounded to 1e-9; 0 if there is none
    return {filled == quantity{} ? 0 : static_cast<std::int64_t>((paid + filled.nanos / 2) / filled.nanos)};
  }
};

/// A match of an order with the market.
struct fill_record {
  std::string trade_id;       ///< the venue's; unique there
  std::uint64_t sequence = 0; ///< 1, 2, 3, ... of its venue
  owner_id owner = 0;
  fill what;
  bool is_reversed = false; ///< the venue took it back later: Polymarket's FAILED
};

/// Something happened to an order: the order as it stood right after it.
struct desk_event {
  enum class kind : std::uint8_t {
    changed,   ///< accepted, amended, ended
    filled,    ///< `fill` tells the execution
    triggered, ///< its trigger fired; the venue calls `release`, or places another order in its stead
  };
  kind what = kind::changed;
  order_record order;
  std::optional<fill_record> fill = {};
};

} // namespace strike::sandbox
