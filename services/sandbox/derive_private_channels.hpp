#pragma once

#include "sandbox/derive_order_json.hpp"
#include "sandbox/venue_server.hpp"

namespace strike::sandbox::derive {

/// {subaccount}.orders, .trades, .balances. Source: Derive, private channels.
class private_channels {
public:
  /// The subaccount of such a name; none if it is another channel.
  static std::optional<std::uint64_t> subaccount_in(std::string_view name);

  void subscribe(connection& who, const std::string& name) { to_[name].insert(&who); }
  /// Whether it was subscribed.
  bool unsubscribe(connection& who, const std::string& name) { return to_[name].erase(&who) > 0; }
  void forget(connection& who);
  std::vector<std::string> of(connection& who) const;

  /// Whom an account belongs to, and what it starts with.
  void watch(owner_id of, std::uint64_t subaccount, const eth_address& wallet, money cash);
  void publish(const std::vector<desk_event>& events, const account_view& in);

private:
  struct account {
    std::uint64_t subaccount = 0;
    eth_address wallet;
    money cash;                                       ///< as told
    std::map<instrument_id, quantity> positions = {}; ///< as told
  };

  void publish_fill(const desk_event& x, const account_view& in);
  void publish_settlements(const account_view& in);
  void tell_balance(const account& of, std::string_view name, std::string_view before, std::string_view after,
                    std::string_view why);
  void send(const std::string& name, boost::json::array data);

  std::map<std::string, std::set<connection*>> to_;
  std::map<owner_id, account> accounts_;
  std::size_t settlements_ = 0; ///< told
};

} // namespace strike::sandbox::derive
