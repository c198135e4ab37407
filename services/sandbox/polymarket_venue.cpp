#include "sandbox/polymarket_venue.hpp"

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

constexpr std::string_view gamma_prefix = "/gamma";

std::string_view words(refusal why) { // Source: Polymarket, errors
  return why == refusal::throttled ? "Too Many Requests" : "Internal server error";
}

} // namespace

std::optional<http_response> polymarket_venue::on_upgrade(const http_request& how, std::int64_t) {
  if (how.path == "/ws/market") return {};
  return error_answer(404, "not found");
}

void polymarket_venue::on_open(connection& with, const http_request&, std::int64_t) { channel_.open(with); }
void polymarket_venue::on_text(connection& from, std::string_view text, std::int64_t) { channel_.on_text(from, text); }
void polymarket_venue::on_close(connection& which) { channel_.close(which); }

http_response polymarket_venue::on_http(const http_request& what, std::int64_t now_ns) {
  std::optional<http_response> answer;
  if (what.path.starts_with(gamma_prefix)) {
    auto inner = what;
    inner.path.erase(0, gamma_prefix.size());
    answer = gamma_answer(inner, state_);
  } else {
    const bool has_filters = std::ranges::any_of(what.query, [](const auto& x) { return x.first != "next_cursor"; });
    if (what.path != "/markets" || !has_filters) answer = clob_answer(what, state_, now_ns);
    if (!answer) answer = gamma_answer(what, state_);
  }
  return answer ? std::move(*answer) : error_answer(404, "not found");
}

void polymarket_venue::on_event(const market_event& what, std::int64_t) {
  if (std::holds_alternative<ticker>(what.body)) return; // its books tell
  channel_.on_event(what, state_.apply(what));
}

std::int64_t polymarket_venue::round(std::int64_t) {
  channel_.flush();
  return INT64_MAX;
}

void polymarket_venue::refuse(connection& from, std::string_view, refusal why, std::int64_t) {
  from.send(std::string{words(why)}, frame_kind::answer);
}

http_response polymarket_venue::refuse(const http_request&, refusal why, std::int64_t) {
  auto answer = error_answer(why == refusal::throttled ? 429 : 500, words(why));
  if (why == refusal::throttled) answer.extra = {{"retry-after", "1"}};
  return answer;
}

} // namespace strike::sandbox::polymarket
