#pragma once

#include "exec/deribit_account.hpp"
#include "exec/deribit_inquiry.hpp"
#include "exec/deribit_orders.hpp"
#include "exec/deribit_requests.hpp"
#include "exec/deribit_session.hpp"

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace strike::exec {

/// Deribit as the venue of one account: `order_venue`. Orders carry our label, `valid_until`, and every flag
/// explicitly; facts come from answers and from `user.changes`, in any order. A good-till-date order rests as
/// good-till-cancelled and is cancelled from here: the venue has no deadline of its own.
///
/// Refused here: combos, whose fills are told on their legs; market orders that must fill or be killed; post-only with
/// ioc or fok. Source: Deribit API v2, section "Order entry".
class deribit_venue final : public order_venue, deribit_session::listener {
public:
  /// @param how with a key
  /// @param random in [0, 1): jitter of waits
  deribit_venue(deribit_settings how, const venue_tools& with, venue_reports& to, std::function<double()> random);

  void restore(const venue_order& what, std::string_view venue_id, const std::vector<std::string>& keys) override;
  void place(const approved_order& what, const moment& now) override;
  void amend(order_id id, price limit, quantity size, const moment& now) override;
  void cancel(order_id id, const moment& now) override;
  void cancel_everything(const moment& now) override;
  void ask_order(order_id id, const moment& now) override;
  void ask_account(std::int64_t fills_since_ns, const moment& now) override;
  std::int64_t round(const moment& now) override;

private:
  using lane = deribit_requests::lane;
  static constexpr std::int64_t again_ns = 5'000'000'000; ///< before a cancel that was not confirmed leaves once more

  std::string why_not(const venue_order& what) const;
  deribit_requests::request place_request(order_id id, const moment& now);
  void on_placed(order_id id, const deribit_answer& x, const moment& now);
  deribit_requests::request edit_request(order_id id, const moment& now);
  void on_edited(order_id id, const deribit_answer& x, const moment& now);
  void send_cancel(deribit_order& which, const moment& now);
  void on_cancelled(order_id id, const deribit_answer& x, const moment& now);
  void send_cancel_all(const moment& now);
  void on_all_cancelled(const deribit_answer& x, const moment& now);
  void withdrawn(deribit_order& which);
  void reject(order_id id, std::string why);
  void standing(order_id id, std::string_view why);
  void not_known(order_id id);
  void take_answer(deribit_order& which, const deribit::order_answer& answer, const moment& now);
  std::int64_t valid_until_ms(const moment& now) const;
  std::int64_t check_deadlines(const moment& now);

  void on_up(const moment& now) override;
  void on_down(std::string_view why, const moment& now) override;
  void on_limits(const deribit::limits_message& what, const moment&) override { requests_.set_limits(what); }
  void on_platform_locked(bool is_locked) override;
  void on_news(deribit::message_reader& news, std::string_view frame, const moment& now) override;
  void on_late(deribit::message_reader& says, const moment& now) override;
  void on_changes(deribit::message_reader& news, std::string_view frame, const moment& now);
  void on_portfolio(deribit::message_reader& news);
  void lock(std::string_view what, bool is_locked);

  const deribit_settings how_;
  venue_tools tools_;
  venue_reports& to_;
  deribit_session session_;
  deribit_requests requests_;
  deribit_orders orders_;
  deribit_inquiry inquiry_;
  deribit_account account_;
  std::deque<std::function<void()>> later_;                     ///< reports that wait for the next round
  std::set<std::string, std::less<>> locks_;                    ///< "platform", "index btc_usd", "currency BTC"
  bool wants_cancel_all_ = false, is_cancel_all_asked_ = false; ///< over a connection to come
};

} // namespace strike::exec
