#include "sandbox/polymarket_venue.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

constexpr std::string_view gamma_prefix = "/gamma", user_path = "/ws/user", cash = "pUSD";

std::string_view words(refusal why) { // Source: Polymarket, errors
  if (why == refusal::failed) return "could not run the execution";
  return why == refusal::throttled ? "Too Many Requests" : "Internal server error";
}

std::string trade_name(const instrument&, std::uint64_t n) { return fmt::format("00000000-0000-4000-9000-{:012x}", n); }

/// Market orders may be smaller than the minimum: the venue checks that on its own.
void lower_minimum(instrument& x) { x.minimum = x.lot; }

} // namespace

settings read_settings(config::section from) {
  settings x;
  auto& orders = x.orders;
  orders.chain_id =
      static_cast<std::uint64_t>(from.integer("chain_id", static_cast<std::int64_t>(orders.chain_id), 1, INT64_MAX));
  orders.taker_delay_ns = from.duration_ns("taker_delay", orders.taker_delay_ns);
  orders.least_gtd_ns = from.duration_ns("least_gtd", orders.least_gtd_ns);
  orders.heartbeat_ns = from.duration_ns("heartbeat_timeout", orders.heartbeat_ns);
  orders.mined_ns = from.duration_ns("mined_after", orders.mined_ns);
  orders.confirmed_ns = from.duration_ns("confirmed_after", orders.confirmed_ns);
  if (orders.confirmed_ns < orders.mined_ns) from.reject("confirmed_after", "must not be before mined_after");
  orders.is_geoblocked = from.flag("geoblocked", orders.is_geoblocked);
  x.balance = from.quantity_of("balance", x.balance);
  x.accounts = read_accounts(from);
  return x;
}

polymarket_venue::polymarket_venue(settings how, const market_source& source, const market_view& market)
    : how_{std::move(how)}, source_{source}, state_{source}, channel_{state_},
      desk_{
          {.at = venue::polymarket,
           .fees_for = [this](const instrument& x) { return fees_of(state_.market_of(*state_.find_token(x.symbol))); },
           .trade_name = trade_name,
           .adapt = lower_minimum},
          source,
          market},
      accounts_{how_.accounts, how_.orders.chain_id},
      orders_{how_.orders, desk_, state_, source, [this] { return reverts(); }}, user_channel_{accounts_} {
  for (const auto& x : how_.accounts)
    orders_.add(x, desk_.open_account(hex_of(x.funder), {{std::string{cash}, money{how_.balance.nanos}}}));
}

std::optional<http_response> polymarket_venue::on_upgrade(const http_request& how, std::int64_t) {
  if (how.path == "/ws/market" || how.path == user_path) return {};
  return error_answer(404, "not found");
}

void polymarket_venue::on_open(connection& with, const http_request& how, std::int64_t) {
  if (how.path == user_path)
    user_channel_.open(with);
  else
    channel_.open(with);
}
void polymarket_venue::on_text(connection& from, std::string_view text, std::int64_t) {
  if (user_channel_.has(from))
    user_channel_.on_text(from, text);
  else
    channel_.on_text(from, text);
}
void polymarket_venue::on_close(connection& which) {
  if (user_channel_.has(which))
    user_channel_.close(which);
  else
    channel_.close(which);
}

http_response polymarket_venue::on_http(const http_request& what, std::int64_t now_ns) {
  if (is_private(what)) {
    auto answer = private_answer(what, context(now_ns));
    publish(now_ns);
    return answer;
  }
  if (auto answer = data_answer(what, context(now_ns))) return *answer;
  return public_answer(what, now_ns);
}

http_response polymarket_venue::public_answer(const http_request& what, std::int64_t now_ns) const {
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

bool polymarket_venue::is_order(const http_request& what) const {
  const bool is_one = what.path == "/order" || what.path == "/orders";
  return (is_one && what.method != "GET") || (what.method == "DELETE" && what.path.starts_with("/cancel-"));
}

void polymarket_venue::on_event(const market_event& what, std::int64_t now_ns) {
  desk_.on_event(what, now_ns);
  publish(now_ns);
  if (std::holds_alternative<ticker>(what.body)) return; // its books tell
  channel_.on_event(what, state_.apply(what));
}

std::int64_t polymarket_venue::round(std::int64_t now_ns) {
  channel_.flush();
  const auto next = std::min(desk_.advance(now_ns), orders_.round(now_ns));
  publish(now_ns);
  return next;
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
