#pragma once

#include "base/moment.hpp"
#include "base/order.hpp"
#include "derive/account.hpp"
#include "derive/message.hpp"
#include "exec/derive_settings.hpp"
#include "net/limiter.hpp"

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace strike::exec {

/// Who goes first when not all may go.
enum class derive_lane : std::uint8_t { cancels, questions, orders };
inline constexpr std::size_t derive_lanes = 3;

/// Which limit a request falls under. Source: Derive API, section "Rate limits".
enum class derive_budget : std::uint8_t { matching, other, cancel_all };

/// What became of a request.
struct derive_reply {
  enum class kind : std::uint8_t {
    answered, ///< `reader` has the result
    refused,  ///< `why`
    lost,     ///< it left; whether it arrived is not known
    unsent,   ///< it never left
  } how = kind::unsent;
  derive::message_reader* reader = nullptr;
  const derive::refusal* why = nullptr;
  std::string text = {}; ///< lost, unsent: for people
  bool is_late = false;  ///< it was told to be lost before
};

struct derive_request {
  derive_lane lane = derive_lane::questions;
  derive_budget budget = derive_budget::other;
  order_id order = {};                  ///< whose it is, if it is of one
  std::string symbol = {};              ///< matching: the instrument, which has a limit of its own
  bool of_log_in = false;               ///< may leave before the session is up
  std::int64_t leave_by_ns = INT64_MAX; ///< steady: later it is `unsent`
  /// Makes the text when it leaves, for what must be of the present. An error: it is `unsent`.
  std::function<result<std::string>(std::uint64_t id, const moment& now)> write = {};
  std::function<void(const derive_reply&)> done = {};
};

/// Derive's requests on one connection: three queues before the venue's limits, and what is awaited. An unanswered
/// request is told to be lost and may still be answered late. Refused for the rate (-32000), a request waits and goes
/// again. Pure: time is handed in. One thread.
class derive_requests {
public:
  using sender = std::function<result<void>(std::string_view text)>;
  explicit derive_requests(const derive_settings& how);

  /// The wallet's own limits.
  void limit(const derive::account_row& by);
  void push(derive_request x) { lanes_[static_cast<std::size_t>(x.lane)].push_back(std::move(x)); }
  std::size_t waiting(derive_lane in) const { return lanes_[static_cast<std::size_t>(in)].size(); }
  /// Takes what waits of an order out of the lane of orders. @returns whether there was something
  bool withdraw(order_id order);

  /// Sends what may leave, and gives up what waited too long. @param is_up else only what is of the log-in
  /// @returns when to call again, steady time
  std::int64_t flush(bool is_up, const moment& now, const sender& send);
  /// @returns false: nobody asked
  bool take(derive::message_reader& reply, const moment& now);
  /// The connection ended: what left is lost; what waits is unsent, but for cancels, which wait for the next one.
  void disconnected(std::string_view why);

  std::uint64_t rate_refusals() const { return rate_refusals_; }
  /// A request got no answer though its time was up, and nothing else came either since it left.
  bool is_silent(std::int64_t frame_ns) const { return lapsed_sent_ns_ >= frame_ns; }

private:
  struct awaited {
    derive_request what;
    std::int64_t sent_ns = 0, deadline_ns = 0;
    bool is_late = false;
  };
  bool flush_lane(std::size_t lane, bool is_up, const moment& now, const sender& send, std::int64_t& due);
  std::int64_t ready_ns(const derive_request& x, std::int64_t now_ns);
  void pay(const derive_request& x, std::int64_t now_ns);
  net::credit_pool& bucket_of(const std::string& symbol);
  void lapse(const moment& now, std::int64_t& due);

  const derive_settings& how_;
  std::array<std::deque<derive_request>, derive_lanes> lanes_;
  std::map<std::uint64_t, awaited> awaited_;
  std::uint64_t last_id_ = 0, rate_refusals_ = 0;
  net::window_limit matching_, matching_orders_, other_, cancel_all_;
  double option_rate_ = 0, perp_rate_ = 0;                       ///< of one instrument; 0: as of the settings
  std::map<std::string, net::credit_pool, std::less<>> buckets_; ///< by instrument
  std::array<std::int64_t, 3> held_until_ns_{};                  ///< by budget
  std::int64_t lapsed_sent_ns_ = INT64_MIN;                      ///< when the newest request that lapsed had left
};

} // namespace strike::exec
