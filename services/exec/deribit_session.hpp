#pragma once

#include "deribit/message.hpp"
#include "exec/deribit_settings.hpp"
#include "exec/venue_tools.hpp"
#include "net/link.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// What became of a request.
struct deribit_answer {
  enum class outcome : std::uint8_t {
    answered, ///< `says` holds the result
    refused,  ///< `code`, and `why` with the venue's words
    silent,   ///< it left, and no answer came: it may have been carried out
    unsent,   ///< nothing of it left
  };
  outcome what = outcome::unsent;
  deribit::message_reader* says = nullptr; ///< for the call
  std::int64_t code = 0;
  std::string why;
};

/// The one connection over which an account trades: log-in, heartbeat, cancel on disconnect, the account's channels,
/// requests with ids and deadlines; again and again, with backoff. What arrives is read in `round`, so that time is
/// handed in. Source: Deribit API v2, sections "Authentication", "Heartbeats and liveness", "Connections and recovery",
/// "Cancel on disconnect". One thread.
class deribit_session {
public:
  /// Called from `round` only.
  class listener {
  public:
    virtual ~listener() = default;
    /// Logged in, cancel on disconnect confirmed, subscribed: orders can be sent.
    virtual void on_up(const moment& now) = 0;
    /// Requests on their way are told as silent after it.
    virtual void on_down(std::string_view why, const moment& now) = 0;
    virtual void on_limits(const deribit::limits_message& what, const moment& now) = 0;
    virtual void on_platform_locked(bool is_locked) = 0;
    /// Of a channel: `news.channel()`. @param frame its text, for a log
    virtual void on_news(deribit::message_reader& news, std::string_view frame, const moment& now) = 0;
    /// An answer after its deadline.
    virtual void on_late(deribit::message_reader& says, const moment& now) = 0;
  };
  /// Called when it leaves, with that time.
  using writer = std::function<std::string(std::uint64_t id, const moment& now)>;
  using on_answer = std::function<void(const deribit_answer&, const moment&)>;

  /// @param how with a key
  deribit_session(const deribit_settings& how, const venue_tools& with, std::function<double()> random, listener& to);

  bool is_up() const { return stage_ == stage::up; }
  /// Up, and not logging in once more.
  bool can_send() const { return is_up() && !is_renewing_; }
  /// `done` is called once, from a later `round`.
  void ask(const writer& write, on_answer done, const moment& now);
  /// The venue wants a new log-in: nothing else is sent until it is there.
  void renew(const moment& now);
  /// Ends the connection; another is opened, not before `at_least` has passed.
  void end(std::string_view why, std::chrono::nanoseconds at_least, const moment& now);
  /// The venue's clock, as far as its answers tell it; wall time until the first.
  std::int64_t venue_ns(const moment& now) const { return now.wall_ns + ahead_ns_.value_or(0); }
  void round(const moment& now);
  /// When to call `round` again, steady time.
  std::int64_t due_ns(const moment& now) const;

private:
  /// What a person has to change is not tried in a loop.
  static constexpr std::chrono::seconds after_bad_key{60};
  enum class stage : std::uint8_t { closed, logging_in, preparing, up };
  enum class step : std::uint8_t { heartbeat, set_cancel, confirm_cancel, subscribe, platform, status, limits, done };
  struct asked {
    std::int64_t deadline_ns = 0;
    bool is_own = false; ///< of the session itself: without an answer the connection is no good
    on_answer done;
  };
  struct arrival {
    net::generation on = 0;
    enum class kind : std::uint8_t { opened, text, closed } what = kind::text;
    std::string text;
  };

  net::link::handlers handlers();
  void send(const writer& write, on_answer done, bool is_own, const moment& now);
  void log_in(const moment& now);
  void on_login(const deribit_answer& x, const moment& now);
  static std::chrono::nanoseconds wait_after(std::int64_t code);
  std::string explain_login(const deribit_answer& x) const;
  std::string_view missing_scope(std::string_view granted) const;
  void refresh(const moment& now);
  void prepare(step next, const moment& now);
  void request_step(step which, const moment& now);
  void on_step(step which, const deribit_answer& x, const moment& now);
  bool accept_channels(deribit::message_reader& says, const moment& now);
  void take(arrival& x, const moment& now);
  void on_text(std::string_view frame, const moment& now);
  void on_reply(const moment& now);
  void check_deadlines(const moment& now);
  /// It cannot trade over this connection. @param at_least as of `end`
  void give_up(std::string_view step_name, std::string_view why, std::chrono::nanoseconds at_least, const moment& now);
  void give_up(std::string_view step_name, const deribit_answer& x, const moment& now);
  void gone(std::string_view why, const moment& now);

  const deribit_settings& how_;
  venue_tools tools_;
  listener& to_;
  process::counter &malformed_, &timeouts_, &reconnects_;
  net::link line_;
  std::deque<arrival> inbox_; ///< emptied by every round
  deribit::message_reader reader_;
  stage stage_ = stage::closed;
  net::generation on_ = 0;
  std::map<std::uint64_t, asked> asked_; ///< by id; as all have the same time, the first is due first
  std::vector<on_answer> unsent_;        ///< could not be sent: told by the next round
  std::uint64_t last_id_ = 0;
  std::int64_t heard_ns_ = 0, refresh_ns_ = INT64_MAX, line_due_ns_ = INT64_MAX;
  std::string refresh_token_;
  std::optional<std::int64_t> ahead_ns_; ///< of the venue's clock before ours
  bool is_renewing_ = false, is_failing_ = false;
};

} // namespace strike::exec
