#pragma once

#include "exec/polymarket_book.hpp"
#include "exec/polymarket_funds.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_markets.hpp"
#include "exec/polymarket_plan.hpp"
#include "exec/polymarket_session.hpp"
#include "polymarket/answer.hpp"
#include "polymarket/order.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace strike::exec {

/// Takes orders from the desk to the venue: waits for what must be known of the market and the wallet, signs, keeps the
/// digest, sends, and reads the answer. An order that did not leave, or that the venue says it did not take, is
/// refused; one that may have arrived is never sent again. One thread.
class polymarket_sender {
public:
  struct tools {
    const polymarket_settings& how;
    polymarket_http& http;
    polymarket_book& book;
    polymarket_markets& markets;
    polymarket_funds& funds;
    polymarket_session& session;
    const polymarket::order_signer& signer;
    order_keys& keys;
    instrument_registry& names;
    process::logger& log;
    venue_reports& reports;
    std::function<std::uint64_t()> random;
    /// The venue has the order, or had it: look it up.
    std::function<void(polymarket_order&, polymarket_leg&, const moment&)> look_up;
  };
  explicit polymarket_sender(tools with) : tools_{std::move(with)} {}

  /// Its first leg, or the next with what is left of an amendment.
  void place(polymarket_order& x, price limit, quantity size, const moment& now);
  /// @returns whether it had not left yet, and will not any more
  bool take_back(polymarket_order& x);
  /// Of orders that have not left.
  bool is_waiting(const polymarket_order& x) const;
  /// For an order that waits: its terms change before it leaves.
  void change(polymarket_order& x, price limit, quantity size);

  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  /// Not signed yet.
  struct draft {
    order_id id;
    price limit;
    quantity size;
    std::int64_t since_ns = 0; ///< steady
    std::string waits_for = {};
    bool is_book_asked = false;
    std::optional<result<price>> worst = {}; ///< of a market order, by its book
    bool has_left = false;                   ///< signed, or refused
  };
  void try_draft(draft& x, const moment& now);
  /// @returns what it waits for; empty: go on; an error refuses it
  result<std::string> ask_book(draft& x, const polymarket_order& of, const moment& now);
  result<std::string> check_funds(const draft& x, const polymarket_order& of, const polymarket_plan& plan,
                                  const polymarket::market& at, const moment& now);
  void sign(polymarket_order& of, const polymarket_plan& plan, const polymarket::market& at, const moment& now);
  void flush(const moment& now);
  void send(const std::vector<std::string>& ids, const moment& now);
  void on_answer(const std::vector<std::string>& ids, const polymarket_http::answer& x, const moment& now);
  void on_outcome(polymarket_order& of, polymarket_leg& x, const polymarket::order_answer& answer, const moment& now);
  void on_accepted(polymarket_order& of, polymarket_leg& x, const polymarket::order_answer& answer, const moment& now);
  void on_refused(polymarket_order& of, polymarket_leg& x, std::string_view text, const moment& now);
  void on_later(polymarket_order& of, polymarket_leg& x, const net::http_response& answer, const moment& now);
  void unsure(polymarket_order& of, polymarket_leg& x, std::string_view why);
  void refuse(polymarket_order& x, std::string why, const moment& now);
  std::int64_t reserved(const polymarket_order& but, side on) const;

  tools tools_;
  std::deque<draft> drafts_;
  std::deque<std::string> outbound_; ///< digests of legs that are signed, oldest first
  std::int64_t post_only_until_ns_ = 0;
  std::uint64_t last_timestamp_ms_ = 0;
};

} // namespace strike::exec
