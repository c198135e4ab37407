#pragma once

#include "process/secret.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::dashboard {

/// Whether two texts are the same, in a time that says nothing about where they differ.
bool is_same_secret(std::string_view a, std::string_view b);

/// The value of a cookie in a `Cookie` header: "a=1; strike=2". Empty: not there.
std::string_view cookie_value(std::string_view header, std::string_view name);

/// A few at once, and so many a second from then on. Time is handed in.
class rate_limit {
public:
  struct bounds {
    double burst = 1, per_second = 1;
  };
  explicit rate_limit(bounds x) : bounds_{x}, left_{x.burst} {}
  bool pass(std::chrono::steady_clock::time_point now);
  /// When it was asked last.
  std::chrono::steady_clock::time_point last() const { return last_; }

private:
  bounds bounds_;
  double left_;
  std::chrono::steady_clock::time_point last_{};
};

/// A rate limit for each address. Of too many addresses the one heard of longest ago is forgotten: it starts anew.
class peer_limits {
public:
  static constexpr std::size_t most = 1'024;

  explicit peer_limits(rate_limit::bounds each) : each_{each} {}
  bool pass(const std::string& peer, std::chrono::steady_clock::time_point now);

private:
  rate_limit::bounds each_;
  std::map<std::string, rate_limit> peers_;
};

/// Who may read and who may act. The token is shown as `Authorization: Bearer TOKEN`, or once to `log_in`, which makes
/// a session that a same-site cookie carries: the cookie never holds the token. Without a token nobody may act. One
/// thread.
class guard {
public:
  static constexpr std::string_view cookie_name = "strike_session";
  static constexpr std::size_t shortest_token = 16, most_sessions = 64;

  /// @param token empty: none
  /// @param is_open_to_world whether others than this host can reach us: then reading takes the token, too
  guard(process::secret_text token, bool is_open_to_world);

  bool has_token() const { return !token_.reveal().empty(); }
  bool is_open_to_world() const { return is_open_to_world_; }
  bool may_read(std::string_view authorization, std::string_view cookies) const;
  bool may_act(std::string_view authorization, std::string_view cookies) const;
  /// @returns the `Set-Cookie` header of a new session; nothing if that is not the token
  std::optional<std::string> log_in(std::string_view token);
  void log_out(std::string_view cookies);
  /// @returns whether the peer may ask once more now
  bool pass_request(const std::string& peer, std::chrono::steady_clock::time_point now) {
    return requests_.pass(peer, now);
  }
  /// @returns whether the peer may try once more to act or to log in
  bool pass_attempt(const std::string& peer, std::chrono::steady_clock::time_point now) {
    return attempts_.pass(peer, now);
  }

private:
  process::secret_text token_;
  bool is_open_to_world_;
  std::deque<std::string> sessions_; ///< newest last
  peer_limits requests_{{.burst = 300, .per_second = 150}};
  peer_limits attempts_{{.burst = 10, .per_second = 2}};
};

} // namespace strike::dashboard
