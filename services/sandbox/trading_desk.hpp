#pragma once

#include "sandbox/desk_records.hpp"
#include "sandbox/market_view.hpp"

#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::sandbox {

/// The orders, fills and accounts of one sandbox venue, without any of its words: every venue's order entry stands on
/// one. Orders meet what the market displays (`match::exchange`), never each other, and are not displayed themselves.
///
/// How a venue uses it:
///
///     trading_desk desk{{.at = venue::derive, ...}, source, view};
///     const auto owner = desk.open_account("30769", {{"USDC", ...}});
///     // in venue_server::on_event, before anything else:
///     desk.on_event(event, now_ns);  publish(desk.take_events());
///     // in venue_server::round:
///     next = std::min(next, desk.advance(now_ns));  publish(desk.take_events());
///     // a request:
///     auto placed = desk.place({.owner = owner, .request = ..., .label = ...}, now_ns);
///     if (!placed) answer(code_of(placed.error().why));
///     else answer(desk.at(*placed)), publish(desk.take_events());
///
/// Orders and fills are kept for ever: they are the truth that tests compare with (`GET /truth/orders`, `/truth/fills`,
/// `/truth/positions` of the control port, for every venue whose `venue_server::desk` is not null). One thread. Times
/// are wall time; a clock that steps back counts as standing still.
class trading_desk final : match::exchange_listener {
public:
  struct settings {
    venue at = venue::deribit;
    std::function<match::fee_schedule(const instrument&)> fees_for; ///< none: no fees
    /// The venue's id for the n-th order or trade of the desk, n = 1, 2, 3, ...; none: the number in decimal digits.
    std::function<std::string(const instrument&, std::uint64_t n)> order_name, trade_name;
    /// Changes the rules of an instrument: what the venue checks in a way of its own, the desk need not. None: as
    /// listed.
    std::function<void(instrument&)> adapt = {};
    double margin =
        0.02; ///< futures and perpetuals: of the notional; short options: five times that, of the underlying
  };
  /// @param view read for marks; the desk is told of an event before the view shows it
  trading_desk(settings how, const market_source& source, const market_view& view);

  /// @param balances by currency, what the account starts with
  venue venue_of() const { return how_.at; }
  owner_id open_account(std::string name, std::map<std::string, money> balances);
  const std::string& account_name(owner_id of) const { return accounts_[of].name; }
  std::size_t accounts() const { return accounts_.size(); }

  void on_event(const market_event& what, std::int64_t now_ns);
  /// Fires deadlines: good-till-date orders, expiries.
  /// @returns when to call again at the latest
  std::int64_t advance(std::int64_t now_ns);

  /// Places an order, or keeps it until its trigger fires. A refused one is kept in the truth as `rejected`.
  std::expected<order_id, refused> place(order_ticket ticket, std::int64_t now_ns);
  /// What `place` would object to; checks everything but post-only, which depends on what the order meets.
  std::optional<refused> objection_to(owner_id owner, const order_request& x) const;
  struct amendment {
    price limit;
    quantity size; ///< the new total, filled part included; not above what is filled: cancels
    bool post_only = false, reduce_only = false;
    optional_price trigger_at = {}; ///< of an order that waits: the new level; none: as it was
  };
  /// A refused amendment leaves the order as it was, but a post-only order that would take is cancelled
  /// (`would_cross`). Priority is kept at the same price and no larger size.
  std::expected<void, refused> amend(order_id id, const amendment& to, std::int64_t now_ns);
  /// @param reason kept with the order, in the venue's words: "user_request"
  /// @returns false if it is not open
  bool cancel(order_id id, std::string_view reason, std::int64_t now_ns);
  /// Sends a triggered order to the market under its own id.
  std::expected<void, refused> release(order_id id, std::int64_t now_ns);
  /// Ends an order that waits for its trigger or was triggered, in a state of the venue's choice.
  void finish(order_id id, order_state how, std::string_view reason, std::int64_t now_ns);
  /// The venue takes a fill back: position and cash are as if it had not been; the order stays filled.
  void reverse(std::uint64_t fill_sequence);

  /// What happened since the last call, in order; every call above may add to it. Refused orders are not among it.
  std::vector<desk_event> take_events() { return std::exchange(events_, {}); }

  const order_record& at(order_id id) const { return orders_[id.value - 1]; } ///< an id the desk gave
  const order_record* find(std::string_view name) const;                      ///< by the venue's order id
  const std::deque<order_record>& orders() const { return orders_; }          ///< all ever, refused ones too
  const std::deque<fill_record>& fills() const { return fills_; }             ///< all ever; sequence n is at n - 1
  /// Of an account, oldest first; those that wait for a trigger too.
  std::vector<const order_record*> open_orders(owner_id of) const;
  std::vector<const fill_record*> fills_of(order_id of) const;
  /// Adds the instruments in which orders rest: a market that is too quiet there is told to favour them.
  void add_resting(std::set<instrument_id>& to) const;

  /// The best price of the other side that a taker of `side` would meet; none if nothing is displayed.
  optional_price opposite_touch(instrument_id of, side taker) const;
  const instrument& rules(instrument_id of) const { return rules_.of(of); }
  match::holding position(owner_id owner, instrument_id of) const;
  /// What was held of a settled instrument when it ended.
  quantity held_at_the_end(owner_id owner, instrument_id of) const;
  /// Every holding of an account that is not empty, by instrument; closed ones too.
  void each_position(owner_id of, const std::function<void(instrument_id, const match::holding&)>& visit) const;
  std::vector<std::string> currencies(owner_id of) const; ///< with which the account started, or that moved since
  /// What it started with, and all cash since; spot: what was bought of a coin too. A binary's token counts as a
  /// currency of its own, by its symbol.
  money balance(owner_id of, std::string_view currency) const;
  money open_profit(owner_id of, std::string_view currency) const; ///< of futures and perpetuals, at the mark
  money option_value(owner_id of, std::string_view currency) const;
  money margin_of_position(owner_id owner, instrument_id of) const;
  money margin_of_positions(owner_id of, std::string_view currency) const;
  money margin_of_orders(owner_id of, std::string_view currency) const;
  /// What an order may cost at most.
  money available(owner_id of, std::string_view currency) const;
  const std::vector<match::settlement>& settlements() const { return settlements_; } ///< all ever

private:
  struct account {
    std::string name;
    std::map<std::string, money, std::less<>> start;
    std::set<order_id> open;
  };
  struct undone { ///< by `reverse`
    quantity size;
    money flow, fee;
  };
  struct need {
    std::string_view currency;
    money amount;
  };

  void on_update(owner_id owner, const order_update& update) override;
  void on_settlement(const match::settlement& what) override;
  void on_warning(match::warning, instrument_id, std::string_view) override {} // of simulations; see `/truth` for books

  void take_listings();
  instrument adapted(instrument x) const;
  std::int64_t clock(std::int64_t now_ns) { return now_ns_ = std::max(now_ns_, now_ns); }
  order_record& record(order_id id) { return orders_[id.value - 1]; }
  void tell(desk_event::kind what, const order_record& of, std::optional<fill_record> fill = {});
  void end(order_record& of, order_state how, std::string_view reason);
  void book(order_record& of, const fill& what);
  std::expected<void, refused> submit(order_record& of);
  std::expected<void, refused> reenter(order_record& of, const amendment& to);
  void pull_triggers(const market_event& what);

  // desk_funds.cpp
  need need_of(const order_request& x, quantity size) const;
  money margin_of(instrument_id id, quantity size, optional_price at) const;
  std::optional<refused> funds_objection(owner_id owner, const order_request& x) const;

  settings how_;
  const market_source& source_;
  const market_view& view_;
  instrument_rules rules_;
  match::exchange exchange_;
  std::size_t taken_ = 0; ///< listings whose rules are known
  std::int64_t now_ns_ = 0;

  std::vector<account> accounts_;
  std::deque<order_record> orders_; ///< id n is at n - 1
  std::deque<fill_record> fills_;
  std::map<std::string, order_id, std::less<>> by_name_;
  std::map<order_id, std::vector<std::size_t>> fills_by_order_;
  std::map<order_id, quantity> earlier_;                ///< filled before an order was entered anew by an amendment
  std::map<std::uint32_t, std::set<order_id>> waiting_; ///< for triggers, by instrument
  std::map<std::pair<owner_id, std::uint32_t>, undone> undone_;
  std::vector<match::settlement> settlements_;
  std::vector<desk_event> events_;
  std::string_view ending_; ///< the reason of the cancel that is being made
  bool is_silent_ = false;  ///< an order leaves the match to be entered anew
};

} // namespace strike::sandbox
