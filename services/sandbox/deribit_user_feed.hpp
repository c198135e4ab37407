#pragma once

#include "sandbox/deribit_orders.hpp"
#include "sandbox/venue_server.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::sandbox::deribit {

enum class user_topic : std::uint8_t { orders, trades, changes, portfolio, lock };

/// The parts of a private channel's name. Source: Deribit page, section 14.
struct user_channel {
  user_topic what = user_topic::orders;
  std::string instrument;       ///< empty: by kind and currency
  std::string kind, currency;   ///< "any" too
  std::int64_t interval_ns = 0; ///< 0: every event

  /// The permission that it needs.
  std::string_view scope() const;
};
/// @returns none for a name that is no private channel of the sandbox
std::optional<user_channel> parse_user_channel(std::string_view name);

/// The private channels: orders, trades, both with positions, and balances of the account that a connection speaks for.
/// `user.lock` is accepted; nothing is ever locked.
class user_feed {
public:
  /// @param lower_case_portfolio "user.portfolio.btc" in notifications, however it was asked for
  user_feed(const orders& of, const market_view& view, bool lower_case_portfolio)
      : orders_{of}, view_{view}, lower_case_portfolio_{lower_case_portfolio} {}

  /// The balances are sent before it returns, if they are what is asked for.
  /// @returns false for a channel of something that is not listed
  bool subscribe(connection& who, owner_id owner, std::string_view name, const user_channel& what,
                 const std::string& label, std::int64_t now_ns);
  bool unsubscribe(connection& who, std::string_view name);
  void unsubscribe_all(connection& who);
  /// The time of the last message to a listener; 0: none yet.
  std::int64_t last_sent_ns(const connection& who) const;

  void publish(const std::vector<account_change>& changes, std::int64_t now_ns);
  /// Sends what is due.
  /// @returns when something is, next
  std::int64_t round(std::int64_t now_ns);

private:
  struct subscription {
    connection* who;
    owner_id owner;
    std::string name;
    user_channel what;
    std::string label;
    std::vector<account_change> waiting; ///< by instrument
    std::int64_t flushed_ns = 0, due_ns = INT64_MAX;
  };
  bool is_meant(const subscription& x, const account_change& by) const;
  void flush(subscription& x, std::int64_t now_ns);
  void tell(subscription& x, const account_change& of, std::int64_t now_ns);
  void tell_portfolio(subscription& x, const std::string& currency, std::int64_t now_ns);
  void send(const subscription& x, std::string_view channel, std::string_view data, std::int64_t now_ns);

  const orders& orders_;
  const market_view& view_;
  const bool lower_case_portfolio_;
  std::vector<std::unique_ptr<subscription>> all_;
  std::map<const connection*, std::int64_t> last_sent_;
};

} // namespace strike::sandbox::deribit
