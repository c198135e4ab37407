#pragma once

#include "deribit/message.hpp"
#include "gateway-deribit/settings.hpp"
#include "gateway-deribit/subscriptions.hpp"
#include "gateway/venue_feed.hpp"
#include "net/limiter.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::gateway_deribit {

class session;

/// What the sockets of a gateway have in common.
struct common {
  common(settings x, instrument_registry& registry)
      : how{std::move(x)}, names{registry}, credits{how.credits, how.credits_per_second} {}

  settings how;
  instrument_registry& names;
  net::credit_pool credits;               ///< of the account, or of the address we connect from
  std::vector<std::uint64_t> last_trades; ///< `trade_seq`, by instrument; 0: none since they are wanted
  const session* lead = nullptr;          ///< the one socket that carries what concerns all instruments
  std::function<void(deribit::state_message&&, const gateway::moment&)> on_state;
  std::function<void(deribit::listing&&, const gateway::moment&)> on_created;
  std::function<void(deribit::platform_message&&, const gateway::moment&)> on_platform;
  /// No socket brought the trades of an instrument from `first` to `last`, by `trade_seq`.
  std::function<void(instrument_id, std::uint64_t first, std::uint64_t last)> on_missed_trades;
};

/// Deribit's JSON-RPC on one socket: `gateway::session`.
///
/// Opened: log-in where there is a key, heartbeat, then channels, batch by batch. Requests are told apart by their ids
/// and have deadlines; a test request of the venue is answered before anything else. Source: Deribit API v2, sections
/// "Heartbeats and liveness", "Connections and recovery", "Subscriptions".
class session final : public gateway::session {
public:
  session(common& shared, gateway::session_port& port) : shared_{shared}, port_{port} {}
  ~session() override;

  void opened(const gateway::moment& now) override;
  void received(std::string_view frame, const gateway::moment& now) override;
  void want(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  void unwant(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  bool is_settled() const override { return is_ready_ && channels_.is_settled() && !is_changing_; }
  std::int64_t round(const gateway::moment& now) override;

private:
  enum class purpose : std::uint8_t { log_in, refresh, heartbeat, test, change, lead };
  struct request {
    purpose what = purpose::test;
    std::int64_t deadline_ns = 0;
    subscriptions::batch channels;
  };

  std::uint64_t expect(purpose what, const gateway::moment& now, subscriptions::batch channels = {});
  void log_in(const gateway::moment& now);
  void get_ready(const gateway::moment& now);
  void change_channels(const gateway::moment& now);
  void take_lead(const gateway::moment& now);
  std::string channel_of(feed::slot topic) const;
  void end(std::string_view why);

  void on_reply(std::string_view frame, const gateway::moment& now);
  void on_refusal(const request& asked, const deribit::refusal& why, const gateway::moment& now);
  void on_login(const gateway::moment& now);
  void on_change(const subscriptions::batch& asked, std::string_view frame, const gateway::moment& now);

  void on_notification(std::string_view frame, const gateway::moment& now);
  void on_ticker(const stream& to, std::string_view frame, const gateway::moment& now);
  void on_book(stream& to, std::string_view frame, const gateway::moment& now);
  void on_trades(const stream& to, std::string_view frame, const gateway::moment& now);
  void on_global(std::string_view channel, std::string_view frame, const gateway::moment& now);
  trust judge(stream& to, const gateway::moment& now);
  void lose_sync(stream& of, std::string_view why, const gateway::moment& now);
  void publish(const stream& to, std::int64_t venue_ns, trust state, decltype(market_event::body)&& body,
               const gateway::moment& now);
  void note_malformed(std::string_view what, const error& why, std::string_view frame);

  common& shared_;
  gateway::session_port& port_;
  deribit::message_reader reader_;
  subscriptions channels_;
  std::vector<feed::slot> waiting_; ///< wanted before the socket was ready
  std::map<std::uint64_t, request> asked_;
  std::uint64_t last_id_ = 0;
  std::string refresh_token_;
  std::int64_t refresh_ns_ = INT64_MAX; ///< when the log-in is renewed
  bool is_open_ = false, is_logged_in_ = false, is_ready_ = false, is_changing_ = false, is_over_ = false;

  // Kept between messages, so that reading allocates nothing.
  deribit::ticker_message ticker_;
  deribit::book_message book_;
  std::vector<deribit::trade_message> trades_;
};

} // namespace strike::gateway_deribit
