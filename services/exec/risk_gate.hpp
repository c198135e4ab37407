#pragma once

#include "base/error.hpp"
#include "base/moment.hpp"
#include "base/risk.hpp"
#include "base/rules.hpp"
#include "exec/order_venue.hpp"
#include "exec/risk_book.hpp"
#include "exec/risk_limits.hpp"
#include "exec/risk_market.hpp"
#include "exec/risk_metrics.hpp"
#include "exec/risk_pnl.hpp"
#include "exec/risk_rules.hpp"
#include "exec/risk_states.hpp"
#include "net/limiter.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// What every order passes before it leaves. Knows what is open and held as far as it has been told: an order counts
/// from `check` on, with the most that it may still fill. Pure: time is handed in. One thread.
class risk_gate {
public:
  struct tools {
    const instrument_registry& instruments;
    instrument_rules& rules;
    risk_metrics& metrics;
    risk_states::listener on_state; ///< every change of a trading state; may not call the gate
    /// A trigger asks for the kill switch; trading there is halted already.
    std::function<void(const risk_scope& where, std::string_view why)> on_kill;
  };
  /// How often limits of loss and the age of data are looked at.
  static constexpr std::int64_t round_every_ns = ns_per_s;

  risk_gate(risk_settings how, tools with);

  // ---- orders
  /// @returns `ec::invalid_order`, which names the rule or limit, its value and the order's
  result<approved_order> check(venue_order what, const moment& now);
  /// The order counts with the worse of before and after until `on_order` says how it stands.
  /// @param size the new total
  /// @returns as `check`, which then changed nothing
  result<void> check_amend(order_id id, price limit, quantity size, const moment& now);
  /// For the kill switch alone: passes trading states and limits, but must make the position smaller.
  /// @param held what is to be closed, signed
  /// @returns as `check`
  result<approved_order> check_closing(venue_order what, quantity held, const moment& now);

  /// How an order stands, by the venue's word or because it was never sent.
  struct standing {
    order_state state = order_state::open;
    price limit;            ///< limit orders
    quantity size;          ///< the total
    quantity open;          ///< what may yet fill: the size less the fills that were booked; 0 once final
    bool is_settled = true; ///< nothing that was asked of it is unanswered; else it counts at its worst
  };
  /// A final state comes after the fills, and what is open right after each fill. Unknown orders are ignored.
  void on_order(order_id id, const standing& now_so, const moment& now);
  /// Books a fill once: the position and the profit. No owner: the account's own, of no strategy.
  void on_fill(std::optional<owner_id> owner, const fill& what);
  void on_fill_undone(std::optional<owner_id> owner, const fill& what);
  /// The account itself was found to hold so much more, signed.
  void on_adopted(instrument_id id, quantity more);
  /// No owner: of what is the account's own.
  void on_settlement(std::optional<owner_id> owner, const match::settlement& what);

  // ---- the world
  /// The name of a strategy, under which its limits and states stand; before its first order.
  void name_owner(owner_id owner, std::string_view name);
  void on_market(const market_event& event, const moment& now);
  /// The reconciler found that the venue holds something else: the mismatch trigger.
  void on_mismatch(instrument_id id, std::string_view what, const moment& now);
  /// Until the venue has been compared with, it is reduce-only.
  void on_reconciling(venue at, bool is_done, const moment& now);
  /// Looks at losses and the age of data. @returns when to call again, steady time
  std::int64_t round(const moment& now);

  // ---- states
  void restrict(const risk_scope& where, trading_state to, std::string_view reason, std::string_view by,
                const moment& now);
  /// Lifts what commands and triggers set there; losses are counted anew.
  /// @returns `ec::not_found` if nothing stands at that scope
  result<void> resume(const risk_scope& where, std::string_view by, const moment& now);
  std::vector<risk_state_entry> states() const { return states_.all(); }
  std::vector<pnl_base> pnl_bases() const { return pnl_.bases(); }
  /// After a restart: first the names, `on_fill` of every fill that is booked, `restore_order` of what is open.
  void restore(const std::vector<risk_state_entry>& states, const std::vector<pnl_base>& bases);
  void restore_order(const venue_order& what, const standing& last);

  // ---- what it knows
  std::vector<limit_use> limits() const; ///< those that are set, by scope
  const risk_book& book() const { return book_; }
  const market_view& market(instrument_id id) const { return market_.of(id); }
  const risk_settings& settings() const { return how_; }
  /// @param name "deribit:BTC-PERPETUAL"
  std::optional<instrument_id> find_instrument(std::string_view name) const;
  /// What a strategy holds, signed.
  quantity held(owner_id owner, instrument_id id) const;

private:
  /// One scope of limits.
  struct pool {
    risk_scope where;
    std::uint32_t index = 0; ///< of the venue or owner
    const risk_limits* limits;
    std::optional<net::credit_pool> rate;
    std::deque<std::int64_t> rejected_ns; ///< steady; the newest `limits->rejects`
  };
  using pools = std::array<pool*, 3>; ///< strategy, venue, all
  /// What an order or amend would add.
  struct addition {
    std::string_view label;
    owner_id owner = 0;
    instrument_id instrument;
    strike::side side = strike::side::buy;
    std::optional<price> limit; ///< none: a market order
    price stop;
    quantity size;                       ///< of the whole order
    quantity more;                       ///< what it adds to what is open; may be 0 or less
    bool is_new = true, may_meet = true; ///< may_meet: it looks for the other side at once; stop orders do not
  };

  static pool make_pool(risk_scope where, std::size_t index, const risk_limits& limits);
  static addition addition_of(const venue_order& what);
  void count(const venue_order& what, price limit, quantity filled, quantity open);
  pools pools_of(owner_id owner, instrument_id id);
  const risk_sums& sums_of(const pool& x) const;
  std::string name_of(instrument_id id) const;
  void know(instrument_id id);
  void weigh(instrument_id id);

  // risk_checks.cpp: each a rule, none: it passes
  refused check_addition(const addition& x, const moment& now);
  refused check_state(const addition& x) const;
  refused check_market(const addition& x, const moment& now) const;
  refused check_collar(const addition& x) const;
  refused check_order(const pool& p, const addition& x) const;
  refused check_position(const pool& p, const addition& x) const;
  refused check_portfolio(const pool& p, const addition& x) const;
  refused check_greeks(const pool& p, const addition& x) const;
  refused check_reducing(const addition& x, const exposure& e) const;
  refused check_self_trade(const addition& x) const;
  refused take_rate(const addition& x, const moment& now);
  bool is_reducing(const addition& x, const exposure& e) const;
  const exposure& exposure_of(const pool& p, const addition& x) const;
  std::unexpected<error> refuse(const addition& x, const refusal& why, const moment& now);

  // risk_triggers.cpp
  void count_reject(owner_id owner, instrument_id id, bool by_venue, const moment& now);
  void trip(const risk_scope& where, state_source source, risk_action what, std::string why, const moment& now);
  void watch_losses(const moment& now);
  void watch_data(const moment& now);
  bool is_data_old(instrument_id id, const moment& now) const;

  risk_settings how_;
  tools tools_;
  risk_states states_;
  risk_market market_;
  risk_book book_;
  risk_pnl pnl_;
  pool all_;
  std::deque<pool> venues_;        ///< by venue
  std::deque<pool> owners_;        ///< by owner
  std::int64_t first_wall_ns_ = 0; ///< of the first round: data of what was held before is no older than this
  std::int64_t next_round_ns_ = 0;
};

} // namespace strike::exec
