#include "exec/polymarket_http.hpp"

#include "base/time.hpp"
#include "polymarket/answer.hpp"
#include "polymarket/login.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace strike::exec {

namespace {

constexpr std::size_t most_connections = 32, kept_for_cancels = 8;
constexpr double queries_per_second = 25, slow_per_second = 5; // halves of the venue's limits
constexpr double queries_burst = 50, slow_burst = 20;

} // namespace

polymarket_http::polymarket_http(net::network& on, options how)
    : network_{on}, how_{std::move(how)}, lanes_{lane_state{{how_.cancels_burst, how_.cancels_per_second}, 0, {}},
                                                 lane_state{{how_.orders_burst, how_.orders_per_second}, 0, {}},
                                                 lane_state{{queries_burst, queries_per_second}, 0, {}},
                                                 lane_state{{slow_burst, slow_per_second}, 0, {}}} {}

bool polymarket_http::has_connection(polymarket_lane in) const {
  const auto all = std::accumulate(inbox_->under_way.begin(), inbox_->under_way.end(), std::size_t{0});
  return in == polymarket_lane::cancel ? all < most_connections : all < most_connections - kept_for_cancels;
}

bool polymarket_http::take(polymarket_lane in, double cost, const moment& now) {
  auto& x = line(in);
  return now.steady_ns >= x.held_ns && has_connection(in) && x.credits.take(cost, now.steady_ns);
}

std::int64_t polymarket_http::ready_ns(polymarket_lane in, double cost, const moment& now) const {
  const auto& x = line(in);
  // a connection becomes free with an answer, and that brings a round of its own
  return has_connection(in) ? std::max(x.held_ns, x.credits.ready_ns(cost, now.steady_ns)) : INT64_MAX;
}

void polymarket_http::hold_off(polymarket_lane in, std::chrono::nanoseconds wait, const moment& now) {
  line(in).held_ns = std::max(line(in).held_ns, now.steady_ns + wait.count());
}

void polymarket_http::charge(polymarket_lane in, double cost, const moment& now) {
  if (!line(in).credits.take(cost, now.steady_ns)) line(in).credits.drain(now.steady_ns);
}

net::http_request polymarket_http::signed_request(const polymarket::private_call& what, const moment& now) const {
  const auto& by = credentials_.value();
  const auto seconds = venue_ns(now) / ns_per_s;
  net::http_request made{
      .method = what.method,
      .url = how_.clob + what.path + what.query,
      .extra = {{"POLY_ADDRESS", by.address},
                {"POLY_SIGNATURE", polymarket::request_signature(by.hmac, seconds, what.method, what.path, what.body)},
                {"POLY_TIMESTAMP", std::to_string(seconds)},
                {"POLY_API_KEY", by.api_key},
                {"POLY_PASSPHRASE", std::string{by.passphrase.reveal()}}},
      .body = what.body,
      .timeout = how_.timeout};
  if (!what.body.empty()) made.extra.emplace_back("Content-Type", "application/json");
  return made;
}

void polymarket_http::fetch(polymarket_lane in, net::http_request what, answered done) {
  ++inbox_->under_way[static_cast<std::size_t>(in)];
  network_.fetch(std::move(what), [box = inbox_, in, done = std::move(done)](answer x) mutable {
    --box->under_way[static_cast<std::size_t>(in)];
    box->answers.emplace_back(std::move(done), std::move(x));
  });
}

void polymarket_http::send(polymarket_lane in, const polymarket::private_call& what, answered done, const moment& now) {
  fetch(in, signed_request(what, now), std::move(done));
}

void polymarket_http::ask(polymarket_lane in, polymarket::private_call what, answered done) {
  line(in).queue.push_back(
      {[this, what = std::move(what)](const moment& now) { return signed_request(what, now); }, std::move(done)});
}

void polymarket_http::ask(polymarket_lane in, net::http_request what, answered done) {
  what.timeout = how_.timeout;
  line(in).queue.push_back({[what = std::move(what)](const moment&) { return what; }, std::move(done), false});
}

std::int64_t polymarket_http::round(const moment& now) {
  while (!inbox_->answers.empty()) {
    auto [done, x] = std::move(inbox_->answers.front());
    inbox_->answers.pop_front();
    done(x, now);
  }
  auto due_ns = INT64_MAX;
  for (const auto in : {polymarket_lane::cancel, polymarket_lane::query, polymarket_lane::slow}) {
    auto& queue = line(in).queue;
    while (!queue.empty() && queue.front().is_private && !credentials_) { // they ended while it waited
      const auto next = std::move(queue.front());
      queue.pop_front();
      next.done(fail(ec::session_down, "Polymarket: no credentials; the session logs in again"), now);
    }
    while (!queue.empty() && (credentials_ || !queue.front().is_private) && take(in, 1, now)) {
      auto next = std::move(queue.front());
      queue.pop_front();
      fetch(in, next.make(now), std::move(next.done));
    }
    if (!queue.empty()) due_ns = std::min(due_ns, ready_ns(in, 1, now));
  }
  return due_ns;
}

http_verdict verdict_of(const polymarket_http::answer& x) {
  if (!x) return http_verdict::unsure;
  if (x->status >= 200 && x->status < 300) return http_verdict::answered;
  switch (x->status) {
  case 400:
  case 401:
  case 403:
  case 404:
  case 413:
  case 422:
    return http_verdict::refused;
  case 425:
  case 429:
  case 503:
    return http_verdict::later;
  default:
    return http_verdict::unsure;
  }
}

std::chrono::nanoseconds pause_of(const net::http_response& x, std::chrono::nanoseconds fallback) {
  constexpr std::int64_t longest_s = 600;
  for (const auto& [name, value] : x.extra) {
    std::int64_t seconds = 0;
    if (name != "retry-after") continue;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (fault == std::errc{} && seconds >= 0) return std::chrono::seconds{std::min(seconds, longest_s)};
  }
  const auto said = polymarket::read_error(x.body).retry_after_s;
  return said ? std::chrono::seconds{std::min(*said, longest_s)} : fallback;
}

std::string text_of(const polymarket_http::answer& x) {
  if (!x) return x.error().text;
  return fmt::format("HTTP {}: {}", x->status, polymarket::read_error(x->body).text);
}

} // namespace strike::exec
