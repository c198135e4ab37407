#pragma once

#include "sandbox/polymarket_accounts.hpp"
#include "sandbox/polymarket_order.hpp"
#include "sandbox/trading_desk.hpp"

#include <map>
#include <set>

namespace strike::sandbox::polymarket {

struct order_rules {
  std::uint64_t chain_id = 137;
  std::int64_t taker_delay_ns = 0;             ///< before a marketable order is matched; 0: at once
  std::int64_t least_gtd_ns = 180'000'000'000; ///< ahead of now; older text says 60 s
  std::int64_t heartbeat_ns = 10'000'000'000; ///< a longer silence of a key that has sent heartbeats cancels its orders
  std::int64_t mined_ns = 2'000'000'000, confirmed_ns = 5'000'000'000; ///< after the match
  bool is_geoblocked = false;
};

/// What Polymarket knows of an order beside what the desk does.
struct order_extra {
  order_body body;
  std::string key; ///< the API key that sent it
  eth_address of;  ///< the key behind that
};

enum class trade_status : std::uint8_t { matched, mined, confirmed, retrying, failed };
std::string_view status_word(trade_status x);

/// A match on its way to the chain. Source: Polymarket, trade event.
struct trade_state {
  std::uint64_t fill = 0; ///< sequence of the desk's fill
  trade_status status = trade_status::matched;
  bool is_doomed = false; ///< it will fail
  std::int64_t matched_ns = 0, updated_ns = 0;
};

/// What the user channel tells, in order.
struct user_event {
  enum class kind : std::uint8_t { placement, unmatched, update, cancellation, trade };
  kind what = kind::placement;
  order_record order; ///< as it stood
  std::optional<trade_state> trade = {};
  std::int64_t ns = 0;
};

/// Orders of all accounts: what the venue checks beside the matching, and trades until they are final. One thread.
/// Source: Polymarket, orders and signing, submitting, errors.
class order_entry {
public:
  order_entry(order_rules how, trading_desk& desk, const market_state& state, const market_source& source,
              std::function<bool()> reverts)
      : how_{how}, desk_{desk}, state_{state}, source_{source}, reverts_{std::move(reverts)} {}

  void add(const account_settings& x, owner_id as) { accounts_[x.key] = {x, as}; }
  owner_id owner_of(const eth_address& key) const { return accounts_.at(key).as; }
  const account_settings& settings_of(const eth_address& key) const { return accounts_.at(key).how; }
  const order_rules& rules() const { return how_; }

  struct placed {
    std::string id;
    bool is_delayed = false;
  };
  /// @returns the venue's refusal
  std::expected<placed, std::string> place(const api_key& who, const order_body& x, std::int64_t now_ns);
  /// @returns why not; empty: cancelled
  std::string cancel(const eth_address& who, std::string_view id, std::int64_t now_ns);
  /// Open orders of an account, oldest first.
  std::vector<const order_record*> open_orders(const eth_address& who) const {
    return desk_.open_orders(owner_of(who));
  }

  /// @returns none unless it is the id that the key has to send next; then the new one
  std::optional<std::string> heartbeat(const api_key& who, std::string_view id, std::int64_t now_ns);
  const std::string& heartbeat_id(const std::string& key) { return hearts_[key].id; }

  const order_extra* extra(order_id id) const;
  const std::vector<trade_state>& trades() const { return trades_; } ///< of fill n at n - 1
  /// Matches what was delayed, moves trades on, and cancels for silence. @returns when something is due next
  std::int64_t round(std::int64_t now_ns);
  /// What happened since the last call.
  std::vector<user_event> take_events(std::int64_t now_ns);

private:
  struct account {
    account_settings how;
    owner_id as = 0;
  };
  struct heart {
    std::string id;
    std::int64_t beat_ns = 0; ///< 0: never
    std::uint64_t beats = 0;
  };
  struct waiting {
    std::int64_t due_ns;
    order_body body;
    api_key who;
    std::string id;
    order_request request;
  };

  std::optional<std::string> identity_fault(const api_key& who, const order_body& x) const;
  std::optional<std::string> terms_fault(const order_body& x, std::int64_t now_ns) const;
  std::expected<placed, std::string> enter(const api_key& who, const order_body& x, const std::string& id,
                                           const order_request& request, std::int64_t now_ns);
  void match_delayed(std::int64_t now_ns);
  void settle(std::int64_t now_ns);
  void tell_trade(trade_state& x, trade_status now, std::int64_t now_ns);

  const order_rules how_;
  trading_desk& desk_;
  const market_state& state_;
  const market_source& source_;
  const std::function<bool()> reverts_;
  std::map<eth_address, account> accounts_;
  std::map<order_id, order_extra> extras_;
  std::set<std::string> seen_; ///< ids of orders that were taken
  std::set<order_id> untold_, placed_;
  std::vector<waiting> delayed_;
  std::map<std::string, heart> hearts_; ///< by API key
  std::vector<trade_state> trades_;
  std::set<std::uint64_t> unsettled_; ///< fills
  std::vector<user_event> events_;
};

} // namespace strike::sandbox::polymarket
