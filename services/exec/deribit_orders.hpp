#pragma once

#include "deribit/account.hpp"
#include "deribit/order.hpp"
#include "exec/order_venue.hpp"
#include "exec/venue_tools.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strike::exec {

/// One order, as far as this program and the venue have spoken of it.
struct deribit_order {
  venue_order what; ///< `request` with the terms that stand at the venue, or with those it is to be placed with
  std::string symbol, currency;    ///< the currency it settles in
  std::string venue_id;            ///< of the order that works; empty: not known
  std::string stop_id;             ///< of the stop order that went off and for which `venue_id` works; empty: none
  std::optional<order_fact> last;  ///< the newest word of the venue
  std::int64_t sent_ns = 0;        ///< wall time when it left; 0: before a restart, or not at all
  std::int64_t valid_until_ns = 0; ///< venue time after which the venue does not take it up; 0: not known
  bool went_off = false;           ///< a stop whose trigger was reached
  std::int64_t working_due_ns = INT64_MAX; ///< steady; when the order that works for it must be known
  price edit_limit;                        ///< as asked by the last amend
  quantity edit_size;
  bool is_edit_waiting = false;             ///< that amend has not left
  bool is_cancel_asked = false;             ///< and not answered
  bool wants_cancel = false;                ///< until it is final or the venue refuses, over connections to come too
  std::int64_t cancel_again_ns = INT64_MIN; ///< steady; not before
  bool is_expiring = false;                 ///< cancelled because its time is over
  bool is_lost = false;                     ///< the venue was asked and does not have it

  deribit::order_name name() const { return {venue_id, what.label, symbol, currency}; }
  bool is_final() const { return is_lost || (last && strike::is_final(last->state)); }
};

/// The orders that the venue's news are about, found by our number, label and the venue's id; and the rules by which
/// its words become facts. One thread.
class deribit_orders {
public:
  deribit_orders(const venue_tools& with, venue_reports& to) : tools_{with}, to_{to} {}

  deribit_order& add(const venue_order& what);
  deribit_order* find(order_id id);
  deribit_order& at(order_id id) { return *find(id); } ///< one that is there
  /// By venue's id, label, or the stop order it works for; null: not exec's. Learns its id.
  deribit_order* find(const deribit::order_message& what);
  deribit_order* find(const deribit::user_trade& what);
  void learn(deribit_order& which, std::string_view venue_id);

  /// Reports what is new in it; orders that are not exec's are passed over.
  void take(const deribit::order_message& what, const moment& now);
  void take(const std::vector<deribit::user_trade>& what);

  /// The newest word wins: by its time, then what is filled, then finality; a final state is never left.
  /// Source: Deribit API v2, section "States".
  /// @returns the fact, unless the word is old, says nothing new, or is not understood
  std::optional<order_fact> merge(deribit_order& which, const deribit::order_message& what, const moment& now);
  /// @param of none: foreign
  /// @returns none if the instrument is not understood, which is logged
  std::optional<fill_fact> fill_of(const deribit::user_trade& what, const deribit_order* of);

  /// Calls `each` for those that are not final; it may add orders.
  void for_open(const std::function<void(deribit_order&)>& each);
  /// Forgets the oldest final ones beyond a bound.
  void forget_old();

private:
  void succeed(deribit_order& which, std::string stop_id, std::string_view working_id);
  order_fact fact_of(const deribit_order& which, const deribit::order_message& what, order_state state) const;

  static constexpr std::size_t kept_final = 10'000;
  venue_tools tools_;
  venue_reports& to_;
  std::unordered_map<std::uint64_t, std::unique_ptr<deribit_order>> by_id_;
  std::unordered_map<std::string, deribit_order*> by_label_, by_venue_id_;
  std::vector<order_id> open_; ///< those that are not final, and some that became it since the last walk
  std::deque<order_id> final_; ///< oldest first
};

} // namespace strike::exec
