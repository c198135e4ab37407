#pragma once

#include "base/time.hpp"
#include "sandbox/deribit_order_json.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::sandbox::deribit {

struct order_settings {
  /// What every account starts with, by currency.
  std::map<std::string, money> balances = {{"BTC", {10 * nanos_per_unit}},
                                           {"ETH", {100 * nanos_per_unit}},
                                           {"USDC", {1'000'000 * nanos_per_unit}},
                                           {"USDT", {1'000'000 * nanos_per_unit}}};
  // Where the page has doubts, a client must bear both. Source: Deribit page, section 20.
  std::int64_t forget_cancelled_ns = 1'800 * ns_per_s; ///< queries know a cancelled order without fills this long
  bool tells_taker_direction = false;                  ///< of a user trade, instead of the account's own side
  bool shorts_are_negative = true;                     ///< the `size` of a position
};

/// On whose behalf, and when.
struct caller {
  owner_id owner = 0;
  std::uint64_t connection = 0; ///< 0: HTTP
  std::int64_t now_ns = 0;
};

/// What an event changed for an account in an instrument, as JSON.
struct account_change {
  owner_id owner = 0;
  instrument_id instrument;
  std::vector<std::pair<order_id, std::string>> orders; ///< each once, as it stands
  std::vector<std::string> trades;
};

/// Order entry in Deribit's words: parameters in, results out. What happens to orders is the desk's.
/// Source: Deribit page, sections 11 to 13.
class orders {
public:
  orders(const market_source& source, const market_view& view, order_settings how);

  owner_id open_account(const std::string& name) { return desk_.open_account(name, how_.balances); }
  const trading_desk& desk() const { return desk_; }
  void on_event(const market_event& what, std::int64_t now_ns);
  std::int64_t advance(std::int64_t now_ns);
  /// What happened since the last call.
  std::vector<account_change> take_changes() { return std::exchange(changes_, {}); }
  /// Cancels what was placed through a connection that is gone.
  /// @param spares_triggers leaves orders that wait for a trigger
  void on_disconnect(std::uint64_t connection, bool spares_triggers, std::int64_t now_ns);

  using params = boost::json::object;
  outcome buy(const params& x, const caller& by) { return place(x, side::buy, by); }
  outcome sell(const params& x, const caller& by) { return place(x, side::sell, by); }
  outcome edit(const params& x, const caller& by);
  outcome edit_by_label(const params& x, const caller& by);
  outcome cancel(const params& x, const caller& by);
  /// `cancel_all`, `cancel_by_label` and all `cancel_all_by_...`: each takes the parameters it has.
  outcome cancel_some(const params& x, const caller& by);
  outcome cancel_by_label(const params& x, const caller& by);
  outcome cancel_by_instrument(const params& x, const caller& by);
  outcome cancel_quotes(const params&, const caller&) { return "0"; } // there are none
  outcome close_position(const params& x, const caller& by);

  // deribit_order_queries.cpp
  outcome get_open_orders(const params& x, const caller& by) const;
  outcome get_open_orders_by_instrument(const params& x, const caller& by) const;
  outcome get_open_orders_by_label(const params& x, const caller& by) const;
  outcome get_order_state(const params& x, const caller& by) const;
  outcome get_order_state_by_label(const params& x, const caller& by) const;
  outcome get_order_history(const params& x, const caller& by) const; ///< by currency or instrument
  outcome get_user_trades(const params& x, const caller& by) const;   ///< by currency or instrument, and by time
  outcome get_user_trades_by_order(const params& x, const caller& by) const;
  outcome get_positions(const params& x, const caller& by) const;
  outcome get_position(const params& x, const caller& by) const;
  std::string position_of(owner_id owner, instrument_id of) const;

private:
  using order_list = std::vector<const order_record*>;

  outcome place(const params& x, side of, const caller& by);
  outcome placed(order_wish wish, const caller& by);
  outcome change(order_id id, const params& x, const caller& by);
  std::expected<const order_record*, rpc_error> open_one(const params& x, const caller& by) const;
  outcome cancelled(const order_list& which, const params& x, const caller& by);
  /// The open orders of an account that `currency`, `currency_pair`, `kind`, `instrument_name`, `label` and `type`
  /// mean. @param without_type what no `type` means
  std::expected<order_list, rpc_error> chosen(const params& x, owner_id owner, std::string_view without_type) const;
  bool is_meant(const order_record& x, const params& by) const;
  bool is_of_type(const order_record& x, std::string_view type) const;
  std::expected<const instrument_view*, rpc_error> named(const params& x) const;
  bool is_known(const order_record& x, std::int64_t now_ns, bool is_historical) const;

  const order_words& words_of(order_id id) const { return words_[id.value - 1]; }
  std::string json_of(const order_record& x) const;
  std::string json_of(const order_list& which) const;
  std::string result_of(order_id id, std::size_t fills_before) const;
  void digest();
  void note(const desk_event& x);
  void note_fill(const desk_event& x, account_change& in);
  void spawn(const order_record& fired);
  account_change& change_of(owner_id owner, instrument_id of);

  order_settings how_;
  const market_view& view_;
  trading_desk desk_;
  std::deque<order_words> words_; ///< by id, as the desk's orders
  struct told_trade {
    std::string json;
    std::int64_t sequence;
  };
  std::deque<told_trade> trades_; ///< by fill, as the desk's fills
  std::map<std::pair<owner_id, std::uint32_t>, std::int64_t> trade_sequences_;
  std::vector<account_change> changes_;
  std::int64_t now_ns_ = 0;
};

} // namespace strike::sandbox::deribit
