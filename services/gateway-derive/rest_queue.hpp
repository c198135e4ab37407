#pragma once

#include "derive/message.hpp"
#include "derive/profile.hpp"
#include "gateway/venue_feed.hpp"
#include "net/limiter.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace strike::gateway_derive {

/// Asks a venue's public REST methods, one after the other, within the limit that all requests share. Pure; one thread.
class rest_queue {
public:
  /// @param answer opened, a result or a refusal; else `ec::io`, `ec::malformed`: after some attempts
  using handler = std::function<void(result<derive::message_reader*> answer, const gateway::moment& now)>;

  rest_queue(const derive::profile& network, net::window_limit& limit) : network_{network}, limit_{limit} {}

  /// Where requests go; before the first `round`.
  void connect(gateway::feed_port& port) { port_ = &port; }
  /// @param method "public/get_instrument"
  /// @param params a JSON object
  void push(std::string method, std::string params, handler done);
  std::size_t size() const { return waiting_.size(); }

  /// @returns when to call again, steady time; INT64_MAX: not before `push` or an answer
  std::int64_t round(const gateway::moment& now);

private:
  struct request {
    std::string method, params;
    handler done;
    int attempts = 0;
  };
  void on_response(result<net::http_response> x, const gateway::moment& now);
  void again_or_fail(error why, std::int64_t delay_ns, const gateway::moment& now);

  const derive::profile& network_;
  net::window_limit& limit_;
  gateway::feed_port* port_ = nullptr;
  derive::message_reader reader_;
  std::string body_;            ///< what `reader_` reads
  std::deque<request> waiting_; ///< the first is under way, if `is_busy_`
  bool is_busy_ = false;
  std::int64_t not_before_ = 0;
};

} // namespace strike::gateway_derive
