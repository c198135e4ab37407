#pragma once

#include "derive/account.hpp"
#include "exec/order_venue.hpp"

#include <optional>
#include <string>
#include <vector>

namespace strike::exec {

/// One of exec's orders as Derive has it. A replacement is another order of the venue's under the same label: a leg.
/// Rows come in any order, twice and late; what follows from them is the same. Pure.
struct derive_order {
  /// What left with a nonce: an order, or a replacement.
  struct attempt {
    std::uint64_t nonce = 0;
    std::int64_t expiry_s = 0;  ///< of the signature: it cannot come to be later
    bool is_settled = false;    ///< the venue answered, or can no longer come to have it
    std::int64_t burned_ns = 0; ///< steady: when the venue was told to refuse the nonce; 0: it was not
  };
  struct leg {
    std::string venue_id;
    std::uint64_t nonce = 0;
    derive::order_status status = derive::order_status::other;
    bool is_trigger = false;
    quantity amount, filled;
    price limit;
    std::int64_t created_ns = 0, updated_ns = 0;
    std::string reason;
  };

  venue_order what;
  std::vector<attempt> attempts;
  std::vector<leg> legs;       ///< oldest first
  std::uint64_t replacing = 0; ///< the nonce of a replacement whose outcome is not known; 0: none
  bool is_waiting = false;     ///< for the data of its instrument; nothing left
  bool is_queued = false;      ///< its order, or replacement, waits for the rate limit
  bool is_in_flight = false;   ///< its order left, and the answer is awaited
  bool cancel_wanted = false;  ///< as soon as there is something to cancel
  bool is_cancelling = false;  ///< a cancel waits for its limit, or for its answer
  bool is_expiring = false;    ///< we cancel it, because its time is over
  bool is_ended = false;       ///< a final state was told
  int retries = 0;             ///< of refusals that ask for another signature
  double fee_floor = 0;        ///< the max_fee that the venue asked for
  struct terms {
    price limit;
    quantity size;
  };
  std::optional<terms> amend_wanted; ///< as soon as the order is there

  /// Takes a row of this order. @returns whether anything is new
  bool merge(const derive::order_row& row);
  /// The one that is there now, or was last; null: none is known.
  const leg* newest() const { return legs.empty() ? nullptr : &legs.back(); }
  quantity filled() const;
  /// Filled before the newest leg.
  quantity filled_before() const;
  /// What is known of it. None: nothing, or a cancel that may be the first half of a replacement.
  std::optional<order_fact> fact() const;
  bool has_outstanding_attempts() const;
  void settle(std::uint64_t nonce);
};

/// What is kept of an attempt, to find the order again.
std::string key_of(const derive_order::attempt& x);
/// @returns none for another text
std::optional<derive_order::attempt> attempt_of(std::string_view key);

} // namespace strike::exec
