#pragma once

#include "sandbox/polymarket_markets.hpp"
#include "sandbox/venue_server.hpp"

#include <map>
#include <optional>
#include <set>

namespace strike::sandbox::polymarket {

/// The market channel, /ws/market. Source: Polymarket, market WebSocket. One thread.
class market_channel {
public:
  /// A connection with more tokens gets no books for those beyond, only what happens to them.
  static constexpr std::size_t most_books = 500;

  explicit market_channel(const market_state& state) : state_{state} {}

  void open(connection& who) { clients_[&who]; }
  void close(connection& who);
  void on_text(connection& from, std::string_view text);

  /// What happened, in order, and already applied to `token`.
  void on_event(const market_event& what, const token_state& token);
  /// Sends what waits for the other half of its message.
  void flush();

private:
  struct client {
    std::set<const token_state*> tokens;
    bool wants_custom = false;
  };
  /// A change of a market, put together from those of its tokens.
  struct price_changes {
    std::size_t market = 0;
    std::int64_t ns = 0;
    std::string entries;
    std::set<const token_state*> tokens;
  };

  void subscribe(connection& who, client& is, const std::vector<std::string>& tokens, bool wants_dump);
  void unsubscribe(connection& who, client& is, const std::vector<std::string>& tokens);
  void add_changes(const book_change& x, std::int64_t ns, const token_state& token);
  void on_status(const instrument_status& x, std::int64_t ns, const token_state& token);
  void send_book(const token_state& token);
  void send_touch(const token_state& token, std::int64_t ns);
  void to_market(std::size_t market, const std::string& text, frame_kind kind);
  void to_token(const token_state& token, const std::string& text, bool only_custom);
  void to_custom(const std::string& text);

  const market_state& state_;
  std::map<connection*, client> clients_;
  std::map<std::size_t, std::set<connection*>> by_market_; ///< with a token of it, or with both
  std::optional<price_changes> waiting_;
  std::optional<std::size_t> traded_; ///< the market whose books follow the change that follows
  std::map<const token_state*, std::pair<optional_price, optional_price>> touches_;
  std::uint64_t trades_ = 0;
};

} // namespace strike::sandbox::polymarket
