#include "gateway-derive/rest_queue.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace strike::gateway_derive {

namespace {

constexpr int most_attempts = 4;
constexpr std::int64_t first_delay_ns = ns_per_s; ///< doubles

} // namespace

void rest_queue::push(std::string method, std::string params, handler done) {
  waiting_.push_back({std::move(method), std::move(params), std::move(done)});
}

std::int64_t rest_queue::round(const gateway::moment& now) {
  if (port_ == nullptr || is_busy_ || waiting_.empty()) return INT64_MAX;
  const auto ready_ns = std::max(not_before_, limit_.ready_ns(now.steady_ns));
  if (ready_ns > now.steady_ns) return ready_ns;
  limit_.take(now.steady_ns);
  is_busy_ = true;
  auto& first = waiting_.front();
  ++first.attempts;
  port_->fetch({.method = "POST",
                .url = network_.rest_url + "/" + first.method,
                .extra = {{"content-type", "application/json"}, {"user-agent", network_.user_agent}},
                .body = first.params},
               [this](result<net::http_response> x, const gateway::moment& at) { on_response(std::move(x), at); });
  return INT64_MAX;
}

void rest_queue::on_response(result<net::http_response> x, const gateway::moment& now) {
  is_busy_ = false;
  const auto delay_ns = first_delay_ns << waiting_.front().attempts;
  if (!x) return again_or_fail(x.error(), delay_ns, now);
  body_ = std::move(x->body);
  derive::pad(body_);
  const auto kind = reader_.open(body_);
  if (!kind || *kind != derive::message_kind::reply)
    return again_or_fail({ec::malformed, fmt::format("{} answered with status {} and no result: {}",
                                                     waiting_.front().method, x->status, body_.substr(0, 200))},
                         delay_ns, now);
  if (const auto& refused = reader_.refused(); refused && refused->code == derive::code_rate_limited)
    return again_or_fail({ec::io, derive::to_string(*refused)}, derive::retry_delay_ns(*refused).value_or(delay_ns),
                         now);
  const auto done = std::move(waiting_.front().done);
  waiting_.pop_front();
  done(&reader_, now);
}

void rest_queue::again_or_fail(error why, std::int64_t delay_ns, const gateway::moment& now) {
  not_before_ = now.steady_ns + delay_ns;
  if (waiting_.front().attempts < most_attempts) return;
  const auto done = std::move(waiting_.front().done);
  waiting_.pop_front();
  done(std::unexpected{std::move(why)}, now);
}

} // namespace strike::gateway_derive
