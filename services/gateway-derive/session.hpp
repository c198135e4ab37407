#pragma once

#include "derive/message.hpp"
#include "gateway-derive/settings.hpp"
#include "gateway-derive/subscriptions.hpp"
#include "gateway-derive/trade_history.hpp"
#include "gateway-derive/trade_tape.hpp"
#include "gateway/venue_feed.hpp"
#include "net/limiter.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strike::gateway_derive {

/// What the sockets of a gateway have in common.
struct common {
  common(settings x, instrument_registry& registry)
      : how{std::move(x)}, names{registry}, requests{how.requests, how.request_window.count()},
        refused{how.quarantine.count()} {}

  settings how;
  instrument_registry& names;
  net::window_limit requests; ///< of the address we connect from: all sockets and REST
  trade_tape tape;
  quarantine refused;
};

/// Derive's public channels on one socket: `gateway::session`. Never logs in.
///
/// One request is outstanding at a time, and each has a deadline. Nothing heard for a while: the text "ping" asks for a
/// sign of life. No ticker and no book for a while, though there should be some: the socket is given up.
class session final : public gateway::session {
public:
  session(common& shared, gateway::session_port& port);

  void opened(const gateway::moment& now) override;
  void received(std::string_view frame, const gateway::moment& now) override;
  void want(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  void unwant(const std::vector<feed::slot>& topics, const gateway::moment& now) override;
  bool is_settled() const override { return is_open_ && channels_.is_settled() && !is_asking_channels(); }
  std::int64_t round(const gateway::moment& now) override;

private:
  /// What is kept of a topic between two messages.
  struct stream {
    std::int64_t ticker_ns = 0, index_ns = 0;
    std::int64_t book_ns = 0;
    std::uint64_t publish_id = 0; ///< of the last book that came
    book_snapshot book;           ///< the last that was published
    bool has_book = false;
    bool has_claimed = false; ///< the instrument's trades, once
    ticker last;
  };
  struct request {
    std::uint64_t id = 0;
    std::optional<subscriptions::batch> channels; ///< none: a page of history
    std::int64_t deadline_ns = 0;
  };

  bool has_quotes() const;
  bool is_asking_channels() const { return asked_ && asked_->channels; }
  std::vector<std::string> channels_of(feed::slot topic) const;
  void end(std::string_view why);

  // Requests and their answers.
  void ask(const gateway::moment& now);
  void send(std::string_view text, std::optional<subscriptions::batch> channels, const gateway::moment& now);
  void on_reply(std::string_view frame, const gateway::moment& now);
  void on_refusal(const request& asked, const derive::refusal& why, const gateway::moment& now);
  void on_bad_channels(const subscriptions::batch& asked, const derive::refusal& why, const gateway::moment& now);
  void on_channels(const subscriptions::batch& asked, std::string_view frame, const gateway::moment& now);
  void report(const subscriptions::outcome& what, const gateway::moment& now);
  void on_connection_error(const derive::refusal& why);

  // Notifications.
  void on_notification(std::string_view frame, const gateway::moment& now);
  void on_ticker(feed::slot topic, std::string_view frame, const gateway::moment& now);
  void on_spot(std::string_view frame, const gateway::moment& now);
  void on_book(feed::slot topic, std::string_view frame, const gateway::moment& now);
  void on_trades(feed::slot topic, std::string_view frame, const gateway::moment& now);
  void note_malformed(std::string_view what, const error& why, std::string_view frame);
  void publish(feed::slot topic, std::int64_t venue_ns, decltype(market_event::body)&& body,
               const gateway::moment& now);
  /// @returns false if it was seen before
  bool publish_trade(feed::slot topic, derive::trade_message&& x, const gateway::moment& now);

  // Gaps in trades.
  void claim_trades(feed::slot topic, const gateway::moment& now);
  void on_history(std::string_view frame, const gateway::moment& now);
  void publish_history(trade_history::answer&& what, const gateway::moment& now);

  common& shared_;
  gateway::session_port& port_;
  std::string ticker_family_; ///< what ticker channels start with
  derive::message_reader reader_;
  subscriptions channels_;
  trade_history history_;
  trade_tape::heard heard_; ///< when any frame came, wall clock
  std::unordered_map<feed::slot, stream> streams_;
  std::map<std::string, instrument_id, std::less<>> spots_; ///< whose ticker is wanted, by currency

  std::optional<request> asked_;
  std::uint64_t last_id_ = 0;
  int failures_ = 0;                    ///< requests in a row that the venue could not answer
  std::int64_t not_before_ = 0;         ///< no request: the venue said so
  std::int64_t frame_ns_ = 0;           ///< when the last frame came
  std::int64_t quote_ns_ = 0;           ///< when the last ticker or book came
  std::optional<std::int64_t> pong_by_; ///< "ping" was sent
  bool is_open_ = false, is_over_ = false;
};

} // namespace strike::gateway_derive
