#pragma once

#include "base/order.hpp"
#include "base/rules.hpp"
#include "match/fees.hpp"
#include "match/ledger.hpp"
#include "match/queue_model.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strike::match {

/// Which strategy an order belongs to: an index in configuration order.
using owner_id = std::uint32_t;

enum class warning : std::uint8_t {
  crossed_book,       ///< bid >= ask on a live instrument
  book_gap,           ///< a change did not follow the one before; the book is unusable until a snapshot
  stale_quote,        ///< an order acted on data marked stale or resyncing
  unknown_touch_size, ///< a ticker without sizes: `assumed_touch_lots` was used
  old_index,          ///< delivery price from an index value older than the settlement window
  no_delivery_price,  ///< an expired position could not be settled: no index was ever seen
};

struct exchange_config {
  bool consume = true;                  ///< own takers use up what is displayed
  std::int64_t assumed_touch_lots = 10; ///< ticker without sizes: this many times the instrument's minimum is displayed
  bool post_only_reprices = false;      ///< a crossing post-only order moves one tick away instead of being rejected
  std::int64_t settlement_window_ns = 1'800'000'000'000;   ///< 30 minutes: Deribit, Derive
  std::function<queue_model(const instrument&)> queue_for; ///< which model an instrument uses
  std::function<fee_schedule(const instrument&)> fees_for; ///< which fees an instrument has
};

/// What the exchange tells; called in the order in which things happen, at the venue's time. Must not call the exchange
/// back from inside a report.
class exchange_listener {
public:
  virtual ~exchange_listener() = default;
  virtual void on_update(owner_id owner, const order_update& update) = 0;
  virtual void on_settlement(const settlement& what) = 0;
  /// Each kind comes once per instrument.
  virtual void on_warning(warning kind, instrument_id instrument, std::string_view text) = 0;
};

/// The simulated venue: displayed books from market data, and the orders of several owners matched against them.
/// Knows one clock, the venue's; latency is `latency_model` and the caller's business. Deterministic: the same calls
/// give the same reports. Own orders meet what is displayed, never each other; combos are refused. Serves the backtest
/// kernel, paper trading and the sandbox. One thread.
///
/// Cost: a market event on an instrument without own orders does no more than update the displayed top or book.
class exchange {
public:
  exchange(exchange_config config, const instrument_registry& instruments, instrument_rules& rules,
           exchange_listener& listener);
  ~exchange();

  /// Applies market data at venue time `now_ns`, which never goes back; fills resting orders as it tells.
  void on_market(const market_event& event, std::int64_t now_ns);

  /// An order that reaches the venue at `now_ns`. The checks of a venue apply (tick, lot, minimum, known instrument
  /// state); a refusal is an update with state `rejected` and its reason.
  void place(owner_id owner, order_id id, const order_request& request, std::int64_t now_ns);
  /// `size` is the new total. At the same price and not larger the order keeps its place in the queue. A refused amend
  /// is an update with the order's present state and a reason; of an order that is not open it says nothing, like
  /// `cancel`.
  void amend(owner_id owner, order_id id, price limit, quantity size, std::int64_t now_ns);
  void cancel(owner_id owner, order_id id, std::int64_t now_ns);
  void cancel_all(owner_id owner, std::int64_t now_ns);
  /// Polymarket: turns equal amounts of both outcomes into 1 unit of cash per pair.
  /// @returns `ec::invalid_order` if the two are not complements or the owner holds too few
  result<void> merge(owner_id owner, instrument_id yes, instrument_id no, quantity size, std::int64_t now_ns);

  /// A fill, or a settlement, from before this exchange began: what its owners hold. Before all orders of the owner.
  void hold(owner_id owner, const fill& what, std::int64_t now_ns);
  void hold(const settlement& what);

  /// The next moment at which something happens by itself: an order's or instrument's expiry; INT64_MAX if none.
  std::int64_t next_deadline_ns() const;
  /// Fires the deadlines up to and including `now_ns`.
  void advance(std::int64_t now_ns);

  /// How a resting order stands, as an update without a fill; none if it does not rest.
  std::optional<order_update> standing(order_id id) const;
  /// The displayed quantity ahead of a resting order; none if it does not rest or the level was never seen.
  optional_double queue_ahead(order_id id) const;
  /// The displayed touch, own resting orders included when they improve it.
  optional_price best_bid(instrument_id id) const;
  optional_price best_ask(instrument_id id) const;
  /// What positions are marked at: the venue's mark, else the mid, else the last trade; none if nothing was seen.
  optional_double mark(instrument_id id) const;
  std::size_t open_orders() const;

  const match::ledger& accounts() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace strike::match
