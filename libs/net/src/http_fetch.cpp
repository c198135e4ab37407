#include "http_fetch.hpp"

#include "base/backoff.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace strike::net {

namespace {

constexpr backoff between_attempts{.first = std::chrono::milliseconds{100}, .longest = std::chrono::seconds{30}};

bool may_help_to_repeat(const result<http_response>& x) {
  if (!x) return x.error().code == ec::io;
  return x->status == 429 || x->status >= 500;
}

result<address> check(const http_request& what) {
  if (auto ok = check_headers(what.extra, what.url); !ok) return std::unexpected{ok.error()};
  if (what.method != "GET" && what.method != "POST" && what.method != "DELETE")
    return fail(ec::invalid_config, what.url + ": method '" + what.method + "': only GET, POST and DELETE are sent");
  return parse_url(what.url, "http");
}

} // namespace

http_fetch::http_fetch(engine& on, http_request what, std::function<void(result<http_response>)> done)
    : on_{on}, what_{std::make_shared<http_request>(std::move(what))}, done_{std::move(done)}, to_{check(*what_)},
      wait_{on, [this] { try_once(); }} {}

void http_fetch::begin() { wait_.start({}); }

void http_fetch::try_once() {
  if (!to_) return on_answer(std::unexpected{to_.error()});
  ++made_;
  now_ = std::make_shared<http_attempt>(on_, *to_, what_, [weak = weak_from_this()](result<http_response> x) {
    if (const auto self = weak.lock()) self->on_answer(std::move(x));
  });
  now_->begin();
}

void http_fetch::on_answer(result<http_response> x) {
  if (may_help_to_repeat(x) && made_ < what_->attempts) {
    std::chrono::nanoseconds wait = between_attempts.delay(made_, on_.random());
    if (x)
      wait = std::max<std::chrono::nanoseconds>(
          wait, retry_after(x->extra, std::time(nullptr)).value_or(std::chrono::seconds{0}));
    return wait_.start(wait);
  }
  const auto done = std::move(done_);
  done(std::move(x));
}

void http_fetch::abandon() {
  wait_.cancel();
  if (now_) now_->abandon();
}

std::optional<std::chrono::seconds> retry_after(const headers& of, std::int64_t now_s) {
  const auto at = std::ranges::find(of, "retry-after", &headers::value_type::first);
  if (at == of.end()) return {};
  const auto& text = at->second;
  std::int64_t seconds = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (bad == std::errc{} && end == text.data() + text.size())
    return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 86'400)};
  std::tm date{};
  const auto* const rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (!rest || *rest != '\0') return {};
  return std::chrono::seconds{std::clamp<std::int64_t>(timegm(&date) - now_s, 0, 86'400)};
}

} // namespace strike::net
