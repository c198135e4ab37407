#pragma once

#include "exec/order_venue.hpp"
#include "exec/polymarket_http.hpp"
#include "exec/polymarket_settings.hpp"
#include "net/link.hpp"
#include "polymarket/account.hpp"
#include "process/log.hpp"
#include "sign/key.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// The account's session: what must be true before an order may leave, the user channel, and the dead-man switch.
///
///     clock -> version -> place -> API key -> account -> user channel: up
///
/// A step that fails is told once and begins anew after a pause; when the user channel ends, the session is down until
/// it is there again. Pure: the network is handed in, with the time. One thread.
class polymarket_session {
public:
  struct hooks {
    std::function<void(session_state, std::string_view why)> on_state;
    std::function<void(polymarket::user_news&&, const moment&)> on_news;
  };
  struct tools {
    net::network& network;
    process::logger& log;
    polymarket_http& http;
    const sign::private_key& key;
    std::function<double()> random; ///< in [0, 1)
  };
  polymarket_session(const polymarket_settings& how, tools with, hooks call);

  bool is_up() const { return state_ == session_state::up; }
  /// Orders may only sell what is held.
  bool is_closed_only() const { return is_closed_only_; }
  /// The events of this market are wanted.
  void follow(const std::string& condition);
  /// The venue said that it takes no orders any more: down, and logged in anew after a pause.
  void bar(std::string_view why, const moment& now);
  /// Reads the venue's version again before the next order.
  void check_version();

  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  enum class step : std::uint8_t { time, version, place, create_key, derive_key, account, channel };
  using answer = polymarket_http::answer;

  void begin(step next, const moment& now);
  net::http_request public_call(std::string path) const;
  net::http_request key_call(std::string method, std::string path, const moment& now) const;
  void on_time(const answer& x, const moment& now);
  void on_version(const answer& x, const moment& now);
  void on_place(const answer& x, const moment& now);
  void on_key(const answer& x, const moment& now, bool is_created);
  void on_account(const answer& x, const moment& now);
  void fail(std::string why, const moment& now);
  void set_state(session_state next, std::string_view why);
  void open_channel();
  void close_channel();
  void on_open(net::generation which);
  void on_text(std::string_view text);
  void keep_alive(const moment& now);
  void beat(const moment& now);
  void check_clock(const moment& now);

  const polymarket_settings& how_;
  tools tools_;
  hooks call_;
  session_state state_ = session_state::down;
  std::optional<step> step_ = step::time; ///< what is to begin; none: under way, or done
  std::int64_t step_due_ns_ = INT64_MIN;
  std::int64_t asked_wall_ns_ = 0;
  int failures_ = 0;
  bool is_closed_only_ = false, is_first_failure_ = true;

  std::optional<net::link> link_;
  std::set<std::string> followed_;
  bool is_subscribed_ = false; ///< and the channel has answered
  int unanswered_ = 0;         ///< sockets in a row that ended without an answer
  bool has_to_close_ = false;  ///< the channel ended
  std::string closed_why_;
  std::vector<std::string> frames_;   ///< for the next round
  std::vector<net::generation> open_; ///< sockets to be greeted by the next round
  std::int64_t next_ping_ns_ = INT64_MAX, next_clock_ns_ = INT64_MAX;
  std::string heartbeat_id_;
  bool is_beating_ = false;
  std::int64_t next_beat_ns_ = INT64_MAX, last_beat_ns_ = 0;
};

} // namespace strike::exec
