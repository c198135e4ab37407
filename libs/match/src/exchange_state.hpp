#pragma once

#include "match/exchange.hpp"

#include "display.hpp"
#include "index_feed.hpp"
#include "orders.hpp"

#include <map>
#include <set>
#include <tuple>

namespace strike::match {

/// What an instrument needs once an order was placed on it.
struct desk {
  fee_schedule fees;
  queue_model queue;
  resting_side bids{side::buy}, asks{side::sell};
  std::vector<order_slab::slot> stops; ///< held back, oldest first
  std::int64_t funded_until_ns = 0;    ///< perpetuals: funding is booked up to here
  std::vector<double> funding_owed;    ///< by owner: the part below 1e-9 that is not booked yet

  resting_side& resting(side of) { return of == side::buy ? bids : asks; }
};

/// One instrument as the venue sees it.
struct market {
  display shown;
  optional_double mark, underlying, funding; ///< the last that a ticker told
  optional_price last;
  quantity assumed;           ///< displayed where a ticker tells no size
  index_feed* feed = nullptr; ///< of its base coin; none for binaries
  bool is_known = false;      ///< the fields above are set up
  bool is_watched = false;    ///< own orders, used-up levels or funding make every event matter
  bool is_halted = false;
  bool is_closed = false;      ///< expired or settled
  trust trusted = trust::live; ///< of the last event that displayed something
  std::uint8_t warned = 0;     ///< a bit for each `warning`
  std::unique_ptr<desk> own;
};

struct exchange::state {
  state(exchange_config c, const instrument_registry& i, instrument_rules& r, exchange_listener& l)
      : config{std::move(c)}, instruments{i}, rules{r}, listener{l}, accounts{r} {}

  // exchange.cpp: markets and time
  market& market_of(instrument_id id);
  desk& desk_of(market& m, instrument_id id);
  void describe(market& m, instrument_id id);
  void warn(market& m, instrument_id id, warning kind, std::string_view text);
  std::string name(instrument_id id) const; ///< "deribit:BTC-PERPETUAL"
  void reset_deadline();
  void fire(std::int64_t until_ns);
  void watch(market& m, instrument_id id);
  optional_double mark_of(const market& m) const;

  // market_data.cpp
  void on_ticker(market& m, instrument_id id, const ticker& t, trust trusted);
  void on_snapshot(market& m, instrument_id id, const book_snapshot& b, trust trusted);
  void on_change(market& m, instrument_id id, const book_change& b, trust trusted);
  void on_trade(market& m, instrument_id id, const trade& t);
  void on_status(market& m, instrument_id id, const instrument_status& s);
  void on_display(market& m, instrument_id id);

  // requests.cpp
  /// Why the venue refuses; empty if it does not.
  std::string refusal(const market& m, const order_request& request, quantity held) const;
  std::string closed_fault(const market& m, const instrument& what) const;
  void place(owner_id owner, order_id id, const order_request& request);
  void amend(owner_id owner, order_id id, price limit, quantity size);
  void end(order_slab::slot at, order_state how, std::string_view reason);

  // takers.cpp
  void submit(market& m, live_order order, order_state refused_as);
  void take(market& m, live_order& order, const instrument& what);
  void rest(market& m, live_order order);
  void execute(market& m, live_order& order, price at, quantity size, liquidity by, fill_reason why);
  void report(const live_order& order, order_state now, std::string_view reason = {}, const fill* execution = nullptr);

  // stops.cpp
  optional_double trigger_price(const market& m, stop_trigger by) const;
  void hold_back(market& m, live_order order);
  void release_stops(market& m, instrument_id id);
  void amend_stop(order_slab::slot at, price limit, quantity size);

  // makers.cpp
  void cross(market& m, side of);
  void update_queue(market& m, side of);
  void match_trade(market& m, const trade& t, side aggressor);
  quantity trade_share(live_order& order, const trade& t, quantity taken, fill_reason& why);
  void fill_resting(market& m, order_slab::slot at, quantity size, fill_reason why);
  quantity closable(const live_order& order) const;
  void leave(market& m, order_slab::slot at);

  // settlement.cpp
  void expire(market& m, instrument_id id, std::string_view reason);
  void settle_at_expiry(market& m, instrument_id id);
  void settle(market& m, instrument_id id, double delivery);
  void accrue_funding(market& m, instrument_id id);

  exchange_config config;
  const instrument_registry& instruments;
  instrument_rules& rules;
  exchange_listener& listener;
  match::ledger accounts;
  std::vector<market> markets;                                      ///< by instrument
  std::map<std::tuple<venue, std::string, bool>, index_feed> feeds; ///< by venue, base coin, is inverse
  order_slab orders;
  std::uint64_t arrivals = 0;
  owner_id owner_count = 0;
  std::set<std::pair<std::int64_t, std::uint64_t>> good_till; ///< gtd orders by time and id
  std::set<std::pair<std::int64_t, std::uint32_t>> expiries;  ///< instruments with a desk by time and index
  std::int64_t deadline_ns = std::numeric_limits<std::int64_t>::max();
  std::int64_t now_ns = 0;
};

} // namespace strike::match
