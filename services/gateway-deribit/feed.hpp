#pragma once

#include "gateway-deribit/session.hpp"
#include "gateway-deribit/settings.hpp"
#include "gateway/venue_feed.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway_deribit {

/// Deribit as its gateway sees it: instruments by REST and by their channels, market data by `session`.
class feed final : public gateway::venue_feed {
public:
  feed(settings how, instrument_registry& names);

  venue at() const override { return venue::deribit; }
  limits limit() const override {
    return {.topics_per_socket = shared_.how.topics_per_socket, .silence = shared_.how.silence};
  }
  net::socket_options socket() const override { return {.url = shared_.how.url}; }
  void start(gateway::feed_port& port, const gateway::moment& now) override;
  std::int64_t round(const gateway::moment& now) override;
  void look_up(std::string_view symbol, const gateway::moment& now) override;
  /// Every topic is a subscription of its own.
  std::uint64_t key(strike::feed::slot topic) const override { return topic; }
  bool has_topic(strike::feed::slot) const override { return true; }
  std::unique_ptr<gateway::session> make_session(gateway::session_port& port) override {
    return std::make_unique<session>(shared_, port);
  }

private:
  /// Instruments of one index that end at one time, until their delivery price is known.
  struct settling {
    std::vector<instrument_id> instruments;
    std::int64_t due_ns = 0, until_ns = 0; ///< wall clock: when to ask next, when not any more
  };
  using answer_handler = std::function<void(deribit::message_reader&, const gateway::moment&)>;

  void get(std::string path, int attempts, answer_handler done, std::function<void(const std::string&)> failed);
  void load(const gateway::moment& now);
  void on_page(deribit::listing_page&& page, const gateway::moment& now);
  instrument_id take(deribit::listing&& x, std::int64_t venue_ns);
  void on_state(deribit::state_message&& x, const gateway::moment& now);
  void set_state(instrument_id id, std::string_view word, std::int64_t venue_ns);
  void on_platform(deribit::platform_message&& x);
  void end(instrument_id id, const gateway::moment& now);
  void expire(const gateway::moment& now);
  void ask_delivery(const gateway::moment& now);
  void ask_missed(const gateway::moment& now);
  void on_trades(instrument_id of, std::vector<deribit::trade_message>&& all, const gateway::moment& now);
  void on_delivery(const std::string& index, std::int64_t expiry_ns, const std::vector<deribit::delivery>& all);

  /// Trades that no socket brought.
  struct missed {
    instrument_id of;
    std::uint64_t first = 0, last = 0; ///< `trade_seq`
  };

  struct known {
    std::int64_t expiry_ns = 0; ///< 0: never
    std::string index;
    bool is_seen = false;   ///< in the last list
    bool is_halted = false; ///< as the port was told
  };

  common shared_;
  gateway::feed_port* port_ = nullptr;
  std::map<instrument_id, known> known_;                              ///< that have not ended
  std::set<std::pair<std::int64_t, instrument_id>> expiries_;         ///< wall clock
  std::map<std::pair<std::string, std::int64_t>, settling> settling_; ///< by index and expiry
  std::set<std::string, std::less<>> looked_up_;                      ///< since the last list
  std::deque<missed> missed_;                                         ///< not asked for yet
  net::credit_pool questions_{20, 10};                                ///< for them: half of what the venue allows
  std::int64_t next_load_ns_ = 0;                                     ///< wall clock
  int failed_loads_ = 0;
  bool is_loading_ = false;
};

/// When the list is read again: after `every`, and soon after 08:00 UTC, when options expire and are listed.
/// @returns a wall-clock time after `wall_ns`
std::int64_t next_load(std::int64_t wall_ns, std::int64_t every_ns);

} // namespace strike::gateway_deribit
