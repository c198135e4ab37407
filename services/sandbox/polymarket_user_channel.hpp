#pragma once

#include "sandbox/polymarket_user_json.hpp"

namespace strike::sandbox::polymarket {

/// /ws/user: orders and trades of the API key that the first message bears. Source: Polymarket, user WebSocket.
class user_channel {
public:
  explicit user_channel(const accounts& who) : who_{who} {}

  void open(connection& x) { clients_[&x]; }
  void close(connection& x) { clients_.erase(&x); }
  bool has(connection& x) const { return clients_.contains(&x); }
  void on_text(connection& from, std::string_view text);
  void publish(const std::vector<user_event>& events, const account_view& in);

private:
  struct client {
    std::optional<eth_address> of; ///< none before the first message
    std::set<std::string> markets; ///< condition ids; empty: all
  };
  const accounts& who_;
  std::map<connection*, client> clients_;
};

} // namespace strike::sandbox::polymarket
