#pragma once

#include "base/moment.hpp"
#include "net/limiter.hpp"
#include "net/network.hpp"
#include "polymarket/private_request.hpp"
#include "process/secret.hpp"
#include "sign/hash.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace strike::exec {

/// What proves requests to be the account's. Never logged.
struct polymarket_credentials {
  std::string address; ///< of the signing key
  std::string api_key;
  process::secret_text secret, passphrase;
  sign::hmac_key hmac;
};

/// Requests of one kind share a limit, and its pauses.
enum class polymarket_lane : std::uint8_t {
  cancel, ///< before all others, with connections kept free for it
  place,
  query, ///< orders, trades
  slow,  ///< balances, log-in, markets, positions
};
inline constexpr std::size_t polymarket_lane_count = 4;

/// The requests of one account: signs them, keeps the venue's limits, and hands answers over in `round`, with the time.
/// One thread.
class polymarket_http {
public:
  using answer = result<net::http_response>;
  using answered = std::function<void(const answer&, const moment&)>;
  struct options {
    std::string clob;
    double orders_per_second, orders_burst, cancels_per_second, cancels_burst;
    std::chrono::nanoseconds timeout;
  };

  polymarket_http(net::network& on, options how);

  void use(std::optional<polymarket_credentials> credentials) { credentials_ = std::move(credentials); }
  const std::optional<polymarket_credentials>& credentials() const { return credentials_; }
  /// The venue's clock, in seconds ahead of ours.
  void set_offset(std::int64_t seconds) { offset_s_ = seconds; }
  std::int64_t venue_ns(const moment& now) const { return now.wall_ns + offset_s_ * 1'000'000'000; }

  /// Takes the credit for `cost` orders or cancels if it is there, and a connection is free.
  bool take(polymarket_lane in, double cost, const moment& now);
  std::int64_t ready_ns(polymarket_lane in, double cost, const moment& now) const;
  /// Nothing of the lane leaves before.
  void hold_off(polymarket_lane in, std::chrono::nanoseconds wait, const moment& now);
  bool is_held(polymarket_lane in, const moment& now) const { return now.steady_ns < line(in).held_ns; }
  /// More was used than was paid for.
  void charge(polymarket_lane in, double cost, const moment& now);

  /// Leaves at once; `take` was successful. Credentials are there.
  void send(polymarket_lane in, const polymarket::private_call& what, answered done, const moment& now);
  /// Leaves in its turn, as soon as the lane allows; without credentials by then it is answered with `session_down`.
  void ask(polymarket_lane in, polymarket::private_call what, answered done);
  /// Of a public service, or with headers of its own.
  void ask(polymarket_lane in, net::http_request what, answered done);

  /// Hands over answers, sends what waits. @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  struct waiting {
    std::function<net::http_request(const moment&)> make; ///< with a signature of when it leaves
    answered done;
    bool is_private = true;
  };
  struct lane_state {
    net::credit_pool credits;
    std::int64_t held_ns = 0;
    std::deque<waiting> queue;
  };
  struct inbox {
    std::deque<std::pair<answered, answer>> answers;
    std::array<std::size_t, polymarket_lane_count> under_way{};
  };

  lane_state& line(polymarket_lane in) { return lanes_[static_cast<std::size_t>(in)]; }
  const lane_state& line(polymarket_lane in) const { return lanes_[static_cast<std::size_t>(in)]; }
  bool has_connection(polymarket_lane in) const;
  net::http_request signed_request(const polymarket::private_call& what, const moment& now) const;
  void fetch(polymarket_lane in, net::http_request what, answered done);

  net::network& network_;
  options how_;
  std::optional<polymarket_credentials> credentials_;
  std::int64_t offset_s_ = 0;
  std::array<lane_state, polymarket_lane_count> lanes_;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>(); ///< answers may outlive this
};

/// What an HTTP status says about a request that changes something.
enum class http_verdict : std::uint8_t {
  answered, ///< 2xx: read the body
  refused,  ///< for good: it was read and not done
  later,    ///< 425, 429, 503: it was not done; again after a pause
  unsure,   ///< other statuses, no answer: it may have been done
};
http_verdict verdict_of(const polymarket_http::answer& x);
/// How long the venue asks to wait, by header or body; else `fallback`.
std::chrono::nanoseconds pause_of(const net::http_response& x, std::chrono::nanoseconds fallback);
/// For the log and for reasons: status and error text, or why there is no answer.
std::string text_of(const polymarket_http::answer& x);

} // namespace strike::exec
