#pragma once

#include "derive/account.hpp"
#include "derive/message.hpp"
#include "derive/order_request.hpp"
#include "derive/signing.hpp"
#include "exec/derive_order.hpp"
#include "exec/derive_requests.hpp"
#include "exec/derive_settings.hpp"
#include "exec/order_venue.hpp"
#include "exec/venue_tools.hpp"
#include "net/link.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace strike::exec {

/// Orders at Derive: one logged-in WebSocket of one subaccount, which carries no market data but the price bands of
/// what is traded. `round` is to be called after the network's callbacks too: they only note what is to be asked next.
/// Source: Derive API, sections 5, 6, 9 and 12 to 16.
class derive_venue final : public order_venue {
public:
  /// @param random in [0, 1), for the waits between reconnects
  derive_venue(derive_settings how, std::shared_ptr<const derive_keys> keys, venue_tools with, venue_reports& to,
               std::function<double()> random);
  ~derive_venue() override;

  void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) override;
  void place(const approved_order& what, const moment& now) override;
  void amend(order_id id, price limit, quantity size, const moment& now) override;
  void cancel(order_id id, const moment& now) override;
  void cancel_everything(const moment& now) override;
  void ask_order(order_id id, const moment& now) override;
  void ask_account(std::int64_t fills_since_ns, const moment& now) override;
  std::int64_t round(const moment& now) override;

private:
  /// What orders need of an instrument.
  struct market {
    std::optional<derive::order_terms> terms;
    std::optional<derive::price_band> band;
    std::int64_t band_seen_ns = 0; ///< steady
    bool is_asked = false, is_subscribed = false;
    std::string refused; ///< why the venue does not tell its terms; who waits is told
    bool is_ready() const { return terms && band && band->index; }
  };
  /// One question about the whole account: open orders, stop orders, finished orders, trades, holdings.
  struct survey {
    std::set<order_id> orders; ///< that were asked for
    bool of_account = false;
    std::int64_t fills_since_ns = 0, from_ns = 0, asked_ns = 0;
    std::uint32_t page = 1;
    account_fact account;
    std::set<venue_name> foreign; ///< open orders
    std::set<order_id> open;       ///< exec's own that the venue lists as open
  };

  // ---- derive_venue.cpp: what the desk asks for
  derive_order* find(order_id id);
  derive_order* find(const std::string& label, const std::string& venue_id);
  std::optional<std::string> fault_of(const order_request& what, const moment& now) const;
  market& want_market(const std::string& symbol);
  std::int64_t flush(const moment& now);
  void serve(const moment& now);
  void serve_waiting(const moment& now);
  void serve_expiries(const moment& now);
  std::int64_t next_due(std::int64_t due, const moment& now) const;

  // ---- derive_replies.cpp: requests of orders, and their answers
  void queue_place(derive_order& x, const moment& now);
  void queue_replace(derive_order& x, derive_order::terms to, const moment& now);
  void queue_cancel(derive_order& x);
  void queue_burn(derive_order& x, std::uint64_t nonce);
  void go_on(derive_order& x); ///< a cancel or amendment that waited for an answer
  void on_placed(order_id id, const derive_reply& reply);
  void on_replaced(order_id id, derive_order::terms to, const derive_reply& reply);
  void on_cancelled(order_id id, const derive_reply& reply);
  bool sign_again(derive_order& x, const derive::refusal& why);
  void cancel_all_orders();

  // ---- derive_ticket.cpp: an order becomes a signed request
  struct ticket_terms {
    price limit;
    quantity amount;
    const derive_order::leg* replaces = nullptr;
  };
  result<std::string> write_order(derive_order& x, const ticket_terms& what, std::uint64_t id, const moment& now);
  result<price> worst_price(const order_request& what, const market& at, const moment& now) const;
  std::int64_t expiry_of(const order_request& what, const moment& now) const;
  price max_fee_of(const derive_order& x, const market& at, price limit, quantity amount) const;

  // ---- derive_reports.cpp: what the desk is told
  void later(std::function<void()> tell) { news_.push_back(std::move(tell)); }
  void refuse_later(order_id id, std::string why, order_state as = order_state::rejected);
  void standing_later(order_id id, std::string why);
  void report(derive_order& x);
  void report_end(derive_order& x, order_state as, std::string why);
  std::optional<fill_fact> fact_of(const derive::fill_row& row);
  void report_fill(const derive::fill_row& row);
  void lose(order_id id, std::string_view why);
  bool take_row(derive_order& x, const derive::order_row& row);
  void absorb(const derive::order_row& row);
  void on_notification();
  void on_balance(const derive::balance_row& row);
  void ask_settlement(instrument_id id, quantity size);
  void note_malformed(std::string_view what, const error& why);
  void ended(derive_order& x);

  // ---- derive_session.cpp: the connection
  void on_open(net::generation which);
  void on_text(net::generation which, std::string_view text);
  void on_close(net::generation which, const net::close_report& why);
  void ask(std::function<std::string(std::uint64_t)> write, std::function<void(derive::message_reader&)> then,
           std::string what);
  void log_in();
  void ask_account_limits(bool is_set);
  void ask_session_keys();
  void subscribe_account();
  void subscribe_settlements();
  void subscribe_bands();
  void ask_terms(const std::string& symbol);
  void ask_band(const std::string& symbol);
  void take_band(market& at, const derive::price_band& band);
  void up();
  void drop(std::string why);
  void halt(std::string why);
  void go_down(std::string_view why);

  // ---- derive_survey.cpp: what became of orders, and how the account stands
  void start_survey();
  void survey_orders(std::string_view method, void (derive_venue::*then)());
  void survey_triggers();
  void survey_history();
  void survey_trades();
  void survey_holdings();
  void conclude_survey();
  void conclude_order(order_id id);
  void fail_survey(std::string why);
  void take_survey_row(const derive::order_row& row, bool is_open);

  derive_settings how_;
  std::shared_ptr<const derive_keys> keys_;
  venue_tools tools_;
  venue_reports& to_;
  std::string signer_;
  derive::request_writer write_;
  derive::nonce_source nonces_;
  derive::message_reader reader_;
  derive_requests requests_;
  moment now_;

  std::unique_ptr<net::link> link_;
  net::generation socket_ = 0;
  bool is_up_ = false;
  std::string halted_;        ///< why no connection is opened any more; empty: it is
  std::string drop_;          ///< why the connection is to be dropped; empty: it is not
  int log_in_again_ = 0;      ///< refusals of a private request since the last success, for want of a log-in
  std::int64_t frame_ns_ = 0; ///< steady: when the last frame was seen
  bool has_frame_ = false;
  std::int64_t key_expiry_s_ = INT64_MAX;

  boost::unordered_flat_map<std::uint64_t, std::unique_ptr<derive_order>> orders_; ///< by exec's number
  std::map<std::string, order_id, std::less<>> by_label_, by_venue_id_;
  std::deque<order_id> ended_; ///< oldest first; kept for fills that come late
  std::map<std::string, market, std::less<>> markets_;
  struct waiting_order {
    order_id id;
    std::int64_t until_ns; ///< steady
  };
  std::deque<waiting_order> waiting_;                    ///< for the data of their instruments
  std::set<std::pair<std::int64_t, order_id>> expiries_; ///< gtd: wall time
  std::set<std::string> undone_;                         ///< fills that were told to be undone
  std::deque<std::function<void()>> news_;               ///< told by the next round

  std::optional<survey> survey_;
  std::map<order_id, std::int64_t> asked_;    ///< orders to be asked for, and not before: steady
  std::optional<std::int64_t> account_asked_; ///< fills since
  bool cancel_all_wanted_ = false;
  struct pending_settlement {
    instrument_id instrument;
    quantity size;
    std::int64_t due_ns; ///< steady
  };
  std::deque<pending_settlement> settlements_; ///< whose price the venue did not have yet

  process::counter &requests_total_, &malformed_, &reconnects_, &rate_limited_, &undone_total_;
  std::uint64_t rate_seen_ = 0;
};

} // namespace strike::exec
