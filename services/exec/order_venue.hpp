#pragma once

#include "base/moment.hpp"
#include "base/order.hpp"
#include "match/ledger.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// Which strategy an order belongs to: dense, from 0.
using match::owner_id;

/// An order as a venue must know it. Ids are exec's own numbers, unique for the life of the order store.
struct venue_order {
  order_id id;
  owner_id owner = 0;
  std::string label; ///< the client id, sent to the venue as label: unique for the life of the account, at most 36 of
                     ///< A-Z a-z 0-9 . _ -
  order_request request;
};

/// An order that passed the risk check. Only `risk_gate` makes one, so that a skipped check does not compile.
class approved_order {
public:
  const venue_order& operator*() const { return order_; }
  const venue_order* operator->() const { return &order_; }

private:
  friend class risk_gate;
  explicit approved_order(venue_order x) : order_{std::move(x)} {}
  venue_order order_;
};

/// A venue's word on one order: absolute, so that it may come late, twice, or before the answer to the request. An
/// older word than one known already (by `venue_ns`, `filled`, finality) changes nothing.
struct order_fact {
  std::int64_t venue_ns = 0;
  order_id order;
  order_state state = order_state::open; ///< never pending or unknown
  quantity filled;                       ///< in all, as the venue counts; its fills may come later
  std::string venue_id = {};             ///< the venue's own id of the order; empty: as before
  price limit = {};                      ///< as it stands at the venue; 0: as before
  quantity size = {};                    ///< the total, as it stands at the venue; 0: as before
  std::string reason = {};               ///< rejected, cancelled, expired, or why an amend or cancel was refused
};

/// An order as the venue names it, where the adapter does not know it: one of others, or one of exec's that had ended
/// before the last start, which the desk finds in its store. Both empty: the venue does not say.
struct venue_name {
  std::string id = {}, label = {};
  auto operator<=>(const venue_name&) const = default;
};

/// A fill, from whichever of the venue's messages told it first; booked once by venue and `trade_id`.
struct fill_fact {
  std::string trade_id; ///< unique at the venue for this account and order
  order_id order;       ///< 0: of an order that the adapter does not know
  fill what;            ///< `order` within it is not used
  venue_name of = {};   ///< with `order` 0
};

/// What the venue holds of one instrument for the account, signed.
struct venue_position {
  instrument_id instrument;
  quantity size;
};

/// How the account stands at one venue, asked for by `order_venue::ask_account`.
struct account_fact {
  venue at = venue::deribit;
  std::int64_t asked_ns = 0;    ///< wall time when the first question left; what happened since may be missing
  std::vector<order_fact> open; ///< exec's own, all that are open
  std::vector<venue_name> foreign_orders; ///< open orders that the adapter does not know
  std::vector<fill_fact> fills;           ///< of the time that was asked for, foreign ones too
  std::vector<venue_position> positions;  ///< all that are not 0
};

enum class session_state : std::uint8_t {
  down, ///< no order can be sent, no news comes
  up,   ///< logged in and subscribed to the account's news: orders can be sent
};

/// What venues tell of orders and positions. Called from `round` and from the network's callbacks, never from within
/// `place`, `amend` or `cancel`. Every fact is absolute and may be repeated.
class venue_reports {
public:
  virtual ~venue_reports() = default;
  virtual void on_order(const order_fact& what) = 0;
  /// A new order's request goes to the connection now. For latencies alone: the one word that may come from within
  /// `place`.
  virtual void on_leaving(order_id /*order*/) {}
  virtual void on_fill(const fill_fact& what) = 0;
  /// A fill that the venue took back: Polymarket's FAILED, Derive's reverted.
  virtual void on_fill_undone(venue at, std::string_view trade_id, std::string_view why) = 0;
  /// A request about the order left, and whether it arrived is not known: no answer in time, or the connection ended.
  /// The desk takes the order for `unknown` and calls `ask_order`, at once or when the session is up again.
  virtual void on_no_answer(order_id order, std::string_view why) = 0;
  /// The venue was asked; it does not have the order, and can no longer come to have it.
  virtual void on_absent(order_id order, std::string_view why) = 0;
  virtual void on_session(venue at, session_state now, std::string_view why) = 0;
  virtual void on_account(account_fact&& what) = 0;
  /// The question failed; it may be asked again.
  virtual void on_account_failed(venue at, std::string_view why) = 0;
  /// A position ended by expiry or resolution. `owner` counts for simulated venues only; a real venue's settlement is
  /// the account's, and the desk divides it among the strategies that hold the instrument.
  virtual void on_settlement(const match::settlement& what) = 0;
};

/// Where orders are carried out: the adapter of one account at one venue. It owns the venue's order connection and its
/// rate limits, in which cancels go before new orders. Time is handed in; one thread.
///
/// What must be known to find an order again beside its label (Polymarket's digest, Derive's nonce) is given to
/// `order_keys::keep` before a byte of it leaves.
class order_venue {
public:
  virtual ~order_venue() = default;
  /// An order of the store that is not final, after a restart: the venue's news of it are told from now on.
  /// @param venue_id as of `order_fact`; empty if it was never known
  /// @param keys what was kept of it, oldest first
  virtual void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) = 0;
  /// What cannot be sent (session down, rules not known) is told by the next `round` as rejected: nothing left.
  virtual void place(const approved_order& what, const moment& now) = 0;
  /// `size` is the new total. Refused: `on_order` with the standing state and the reason.
  virtual void amend(order_id id, price limit, quantity size, const moment& now) = 0;
  /// Of an order that is final already nothing is told.
  virtual void cancel(order_id id, const moment& now) = 0;
  /// Every order of the account at this venue, those of other programs too; the venue's own call where it has one.
  virtual void cancel_everything(const moment& now) = 0;
  /// What became of it: `on_order` and its fills, `on_absent`, or `on_no_answer` once more.
  virtual void ask_order(order_id id, const moment& now) = 0;
  /// Open orders, fills since `fills_since_ns` (wall time), positions: `on_account` or `on_account_failed` follows.
  virtual void ask_account(std::int64_t fills_since_ns, const moment& now) = 0;
  /// Does what is due: requests that a limit held back, deadlines, log-in, heartbeats, reconnects.
  /// @returns when to call again, steady time; INT64_MAX: not before another call
  virtual std::int64_t round(const moment& now) = 0;
};

/// Where adapters keep what finds an order again.
class order_keys {
public:
  virtual ~order_keys() = default;
  /// Is in the store, safe from the death of this process, when it returns.
  /// @returns `ec::io`: nothing may be sent
  virtual result<void> keep(order_id order, std::string_view key) = 0;
};

} // namespace strike::exec
