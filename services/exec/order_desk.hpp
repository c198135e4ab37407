#pragma once

#include "exec/account_book.hpp"
#include "exec/desk_metrics.hpp"
#include "exec/order_store.hpp"
#include "exec/order_table.hpp"
#include "exec/reconciler.hpp"
#include "exec/risk_gate.hpp"
#include "exec/strategy_lines.hpp"
#include "process/log.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace strike::exec {

/// What strategies ask for, and what becomes of it: knows every order by its client id, whose it is and how it stands;
/// keeps the intent, hands it to the venue and tells its strategy. Compares with each venue at the start and again and
/// again. Bytes in, bytes out, time handed in. One thread.
class order_desk final : public venue_reports {
public:
  struct tools {
    instrument_registry& instruments;
    instrument_rules& rules;
    order_store& store;
    risk_gate& risk;
    process::logger& log;
    desk_metrics& metrics;
    std::function<moment()> clock;
    /// An order needs the market data of its instrument; called once for each.
    std::function<void(instrument_id)> want;
    strategy_lines::tools lines;
    reconcile_rules reconcile = {};
    std::function<void(const account_fact&)> on_account = {}; ///< after it has been taken in
    /// Why a venue cannot take orders now; empty: it can.
    std::function<void(venue, std::string_view why)> on_venue = [](venue, std::string_view) {};
  };
  /// How long an order waits for the first market data of its instrument before it is refused.
  static constexpr std::int64_t data_wait_ns = 2'000'000'000;
  /// What every venue takes for a label.
  static constexpr std::size_t longest_client_id = 36;
  /// Refused orders of one strategy that are kept; of the rest of the minute, their number.
  static constexpr std::uint64_t refusals_a_minute = 20;
  /// Between two attempts to write to a store that failed.
  static constexpr std::int64_t save_again_ns = 1'000'000'000;

  /// @param epoch of this start, never 0
  order_desk(std::uint64_t epoch, tools with)
      : tools_{std::move(with)}, lines_{epoch, tools_.lines}, book_{tools_.rules} {}

  /// Who carries out the orders of a venue; outlives the desk. Before `restore`.
  /// @param is_simulated its settlements name the strategy
  void attach(const account_name& account, order_venue& by, bool is_simulated);
  /// Takes up what the store has: strategies, bookings, orders that are not final. Before the first request.
  /// @param held every booking of the accounts attached, for who simulates them
  /// @returns `ec::io`
  result<void> restore(const std::function<void(const booking&)>& held);

  /// An OrderRequest.
  void take(std::string_view peer, std::string_view bytes, const moment& now);
  /// Orders that wait for the instrument's mark price go on.
  void on_market(const market_event& event, const moment& now);
  /// Does what is due: questions to venues, comparisons, orders that waited too long.
  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);
  /// Whether intents are in the store's log only, and it can be written.
  bool has_unfiled() const { return store_why_.empty() && tools_.store.has_unfiled(); }
  void file_intents();
  /// Publishes how those strategies stand whose topic starts so: for a new subscriber.
  void publish_accounts(std::string_view prefix);
  /// No new orders and amendments from now on.
  void refuse(std::string_view why) { stop_why_ = why; }
  void cancel_all(const moment& now);
  std::size_t open_orders() const { return table_.open().size(); }
  /// "gamma-1 (deribit:BTC-PERPETUAL, open)", for those that are not final.
  std::vector<std::string> open_names();

  // order_desk_control.cpp: what the kill switch and operators ask for
  void each_open(const std::function<void(const tracked_order&)>& visit);
  /// What strategies hold, and, without an owner, what is the accounts' own.
  void each_position(const std::function<void(std::optional<owner_id>, instrument_id, quantity)>& visit) const;
  /// A position that differed in the last comparison, and in the one before, is taken for the account's own.
  /// @returns false: one differed in the last comparison alone
  bool adopt_unexplained(venue at, const std::function<bool(instrument_id)>& is_meant, const moment& now);
  const tracked_order* find(order_id id) { return table_.find(id); }
  bool has(venue at) const { return venues_[static_cast<std::size_t>(at)].by != nullptr; }
  bool is_simulated(venue at) const { return venues_[static_cast<std::size_t>(at)].is_simulated; }
  const std::string& strategy_of(owner_id owner) { return lines_.of(owner).name; }
  std::optional<owner_id> owner_of(std::string_view strategy);
  void cancel(order_id id, const moment& now);
  void cancel_everything(venue at, const moment& now) { desk_of(at).by->cancel_everything(now); }
  void ask_account(venue at, const moment& now);
  /// A reduce-only order for a strategy that did not ask for it, which is told of its fills; without an owner, for what
  /// is the account's own.
  /// @param held what it is to close, signed
  /// @returns its number; `ec::invalid_order`: risk refused it; `ec::io`: it could not be kept
  result<order_id> close(std::optional<owner_id> owner, const order_request& what, quantity held, const moment& now);

  void on_order(const order_fact& what) override;
  void on_leaving(order_id order) override;
  void on_fill(const fill_fact& what) override;
  void on_fill_undone(venue at, std::string_view trade_id, std::string_view why) override;
  void on_no_answer(order_id order, std::string_view why) override;
  void on_absent(order_id order, std::string_view why) override;
  void on_session(venue at, session_state now, std::string_view why) override;
  void on_account(account_fact&& what) override;
  void on_account_failed(venue at, std::string_view why) override;
  void on_settlement(const match::settlement& what) override;

private:
  /// One venue, as attached.
  struct venue_desk {
    account_name account;
    order_venue* by = nullptr;
    bool is_simulated = false;
    session_state session = session_state::down;
    std::optional<reconciler> compared;
    std::set<venue_name> foreign_orders;                                 ///< as reported
    std::set<std::tuple<instrument_id, quantity, quantity>> differences; ///< of positions, as reported
    std::vector<position_difference> unexplained;                        ///< confirmed by the last comparison
    bool is_settled = true;                                              ///< it left nothing to be confirmed
    std::string last_down;                                               ///< why, as logged
  };
  struct market_data {
    bool is_wanted = false, has_come = false;
    bool has_mark = false; ///< without one risk refuses every order
  };

  // order_desk.cpp: requests
  strategy_line* line_of(std::string_view peer, const wire::order_header& from, const moment& now);
  result<owner_id> owner_of_line(std::string_view name);
  void handle(strategy_line& s, const wire::place_order& what, const moment& now);
  void handle(strategy_line& s, const wire::amend_order& what, const moment& now);
  void handle(strategy_line& s, const wire::cancel_order& what, const moment& now);
  void handle(strategy_line& s, const wire::cancel_strategy_orders& what, const moment& now);
  void handle(strategy_line& s, const wire::ask_account& what, const moment& now);
  void handle(strategy_line& s, const wire::unknown_order& what, const moment& now);
  wire::account_snapshot account_of(const strategy_line& s);
  bool tell_known(strategy_line& s, const std::string& client_id);
  /// Why it cannot even be considered; empty if it can.
  std::string fault_of(const wire::place_order& what) const;
  const std::string& closed_why() const { return stop_why_.empty() ? store_why_ : stop_why_; }
  /// @param closes for the kill switch: the position that it closes
  void send(tracked_order& x, const moment& now, std::optional<quantity> closes = {});
  void cancel(tracked_order& x, const moment& now);
  tracked_order* open_order(const strategy_line& s, std::string_view client_id);
  void cancel_open(owner_id owner, const moment& now);

  // order_desk_refusals.cpp: what ends before it leaves
  void reject(strategy_line& s, const wire::place_order& what, std::string why, const moment& now);
  void refuse_order(tracked_order& x, order_state as, std::string why, const moment& now);
  void keep_refusal(stored_order&& what);

  // order_desk_facts.cpp: what venues say of orders
  tracked_order* order_of(order_id id);
  /// Whose position its fills change; none: the account's own.
  std::optional<owner_id> holder_of(const tracked_order& x);
  void acknowledged(tracked_order& x);
  std::optional<stored_order> own_order(venue at, const venue_name& name);
  /// What the life has become is kept, weighed and told.
  void after(tracked_order& x, const order_life::standing& before, bool is_kept = false);
  void take_foreign(venue at, const fill_fact& what);
  void undo(tracked_order& x, std::string_view trade_id, std::string_view why);
  /// Writes to the store now, or when it can be written again, in order.
  /// @param write `result<void>()`; owns what it writes
  /// @returns false: later
  template <class F> bool keep(F write) {
    if (unsaved_.empty()) {
      const auto done = write();
      if (done) return true;
      store_failed(done.error());
    }
    unsaved_.emplace_back(std::move(write));
    return false;
  }
  void store_failed(const error& why);
  std::int64_t keep_unsaved(const moment& now);
  void settle(venue_desk& at, std::optional<owner_id> owner, const match::settlement& what);

  // order_desk_accounts.cpp: restart and comparison
  void claim_orders(account_fact& from);
  void restore_order(stored_order&& x);
  std::int64_t ask_venues(const moment& now);
  std::int64_t ask_orders(const moment& now);
  void report_orders(venue_desk& at, const account_fact& what, const comparison& found, const moment& now);
  void report_positions(venue_desk& at, const comparison& found, const moment& now);
  void adopt(venue_desk& at, const adoption& what, const moment& now);
  void adopt_first(venue_desk& at, const account_fact& what, const moment& now);
  void set_ready(venue at, bool is_ready, std::string_view why);
  void note(std::string kind, std::string subject, std::string text);

  void tell(tracked_order& x, order_life::news what);
  void tell(strategy_line& s, decltype(wire::order_update_message::body) what);
  venue_desk& desk_of(venue at) { return venues_[static_cast<std::size_t>(at)]; }
  std::string name_of(instrument_id id) const;
  market_data& data_of(instrument_id id);
  /// Its data is asked for, once: an order needs it, or what is held is to be valued and can be closed.
  void want(instrument_id id);

  tools tools_;
  strategy_lines lines_;
  order_table table_;
  account_book book_;
  std::array<venue_desk, venue_count> venues_;
  std::vector<market_data> market_data_;                 ///< by instrument
  std::deque<std::uint64_t> waiting_;                    ///< orders that need data, oldest first
  std::set<std::uint64_t> doubtful_;                     ///< orders that their venue has to be asked about
  std::set<std::pair<venue, std::string>> undone_early_; ///< fills taken back before they came
  std::uint64_t last_order_ = 0;
  /// Refusals of one strategy.
  struct refusal_count {
    std::int64_t minute = 0;
    std::uint64_t kept = 0;    ///< in that minute
    std::uint64_t skipped = 0; ///< since the last that was kept
  };
  std::map<owner_id, refusal_count> refusals_;
  std::string stop_why_, store_why_; ///< not empty: no new orders, nor amendments
  std::deque<std::function<result<void>()>> unsaved_;
  std::int64_t next_save_ns_ = 0; ///< steady
};

} // namespace strike::exec
