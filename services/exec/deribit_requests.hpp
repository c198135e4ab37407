#pragma once

#include "exec/deribit_session.hpp"
#include "net/limiter.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace strike::exec {

/// What goes to the venue and when: requests wait for the venue's limits, cancels before orders, questions beside both;
/// what the venue asks to repeat is repeated, with backoff, while that is certain to double nothing. One thread.
///
/// Sources: Deribit API v2, sections "Rate limits", "Errors".
class deribit_requests {
public:
  enum class lane : std::uint8_t { cancel_all, cancel, order, query };
  struct request {
    lane on = lane::query;
    order_id order;        ///< lane order: whose
    bool is_place = false; ///< lane order: else it amends
    deribit_session::writer write;
    deribit_session::on_answer done;        ///< once; from `round`
    std::int64_t give_up_ns = INT64_MAX;    ///< steady; waiting after it ends as unsent, or with the last refusal
    int attempts = 0;                       ///< refused so far
    std::int64_t not_before_ns = INT64_MIN; ///< steady
    deribit_answer last = {};               ///< the last refusal
  };

  deribit_requests(const deribit_settings& how, const venue_tools& with, std::function<double()> random,
                   deribit_session& over);

  bool is_full() const { return lane_of(lane::order).size() >= how_.queue; }
  /// Sends it if its limit allows, else keeps it. Nothing is called back from here.
  void push(request x, const moment& now);
  /// Whether the order's place is here and nothing of it is on its way.
  bool has_place(order_id order) const;
  /// Takes back what waits of the order in lane `order`, or of all; `done` is not called.
  std::vector<request> withdraw(std::optional<order_id> order);
  /// The session is down: what waits ends as unsent.
  void fail_all(std::string_view why, const moment& now);
  void set_limits(const deribit::limits_message& x);
  std::int64_t round(const moment& now);

private:
  std::deque<request>& lane_of(lane x) { return waiting_.at(static_cast<std::size_t>(x)); }
  const std::deque<request>& lane_of(lane x) const { return waiting_.at(static_cast<std::size_t>(x)); }
  net::credit_pool& pool_of(lane x);
  double kept_of(lane x) const;
  void send(request x, const moment& now);
  void on_answer(request x, const deribit_answer& answer, const moment& now);
  void flush(const moment& now);
  void expire(const moment& now);

  const deribit_settings& how_;
  process::logger& log_;
  deribit_session& over_;
  std::function<double()> random_;
  process::counter &sent_, &refused_, &retried_;
  process::gauge& depth_;
  net::credit_pool matching_, other_, cancel_all_;
  double reserve_;
  std::array<std::deque<request>, 4> waiting_; ///< by lane
};

} // namespace strike::exec
