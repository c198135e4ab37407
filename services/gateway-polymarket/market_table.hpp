#pragma once

#include "gateway-polymarket/settings.hpp"
#include "gateway/venue_feed.hpp"
#include "polymarket/market.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strike::gateway_polymarket {

/// The markets that are known: their rules, whether they trade, what they paid. Whatever changes goes to the port at
/// once, from whichever source it is heard first. Knows when each is to be asked about again, not how. One thread.
class market_table {
public:
  explicit market_table(const settings& how) : refresh_ns_{how.refresh.count()} {}
  void start(gateway::feed_port& port) { port_ = &port; }

  /// What REST says of a market.
  void learn(const polymarket::market& x, const gateway::moment& now);
  /// Somebody named the token: its market is asked about again until it has paid.
  void follow(std::string_view token, const gateway::moment& now);
  /// What the stream says is a token's tick; REST, which may be behind, is not listened to about it for a while.
  void tick_is(std::string_view token, price tick, std::int64_t venue_ns, const gateway::moment& now);
  /// `market_resolved`. Without a winner among the market's tokens REST decides.
  void resolved(std::span<const std::string_view> tokens, std::string_view winner, std::int64_t venue_ns);

  /// A session carries the token, or ceases to; it is asked about again meanwhile.
  void want(std::string_view token, const gateway::moment& now);
  void unwant(std::string_view token);

  bool knows(std::string_view token) const { return find(token) != nullptr; }
  /// The market's other token. @returns empty if it is not known
  std::string_view complement(std::string_view token) const;
  /// The id of the market's first token; invalid if it is not known.
  instrument_id first_of(std::string_view token) const;

  /// When the next market is to be asked about again, steady time.
  std::int64_t due_ns() const { return refreshes_.empty() ? INT64_MAX : refreshes_.begin()->first; }
  /// If one is due: tokens of that and of others that soon would be. They are due again an interval later.
  std::vector<std::string> take_due(const gateway::moment& now, std::size_t most);

private:
  struct entry {
    std::array<instrument, 2> rules;
    std::array<instrument_id, 2> ids;
    std::int64_t end_ns = 0;
    std::int64_t tick_held_until_ns = 0; ///< REST may be behind the stream so long
    std::int64_t refresh_ns = 0;         ///< 0: not asked about
    int wants = 0;
    bool is_followed = false;
    bool is_halted = false;
    bool has_paid = false;
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const { return std::hash<std::string_view>{}(x); }
  };

  const entry* find(std::string_view token) const;
  entry* find(std::string_view token) { return const_cast<entry*>(std::as_const(*this).find(token)); }
  entry& open(const polymarket::market& x);
  void set_trading(entry& x, bool trades, std::int64_t venue_ns);
  void pay(entry& x, const std::array<double, 2>& payout, std::int64_t venue_ns);
  void schedule(entry& x, const gateway::moment& now);
  void unschedule(entry& x);
  std::int64_t interval_ns(const entry& x, const gateway::moment& now) const;

  std::int64_t refresh_ns_;
  gateway::feed_port* port_ = nullptr;
  std::deque<entry> markets_;
  std::unordered_map<std::string, entry*, hash, std::equal_to<>> by_token_;
  std::set<std::pair<std::int64_t, entry*>> refreshes_; ///< by when they are due
};

} // namespace strike::gateway_polymarket
