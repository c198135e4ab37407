#include "polymarket/private_request.hpp"

#include "url_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strike::polymarket {

namespace {

/// One parameter more of a query.
void add(std::string& query, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  query += query.empty() ? '?' : '&';
  query += fmt::format("{}={}", name, url_escaped(value));
}

} // namespace

private_call place_call(std::span<const std::string_view> bodies) {
  if (bodies.size() == 1) return {"POST", "/order", {}, std::string{bodies.front()}};
  return {"POST", "/orders", {}, fmt::format("[{}]", fmt::join(bodies, ","))};
}

private_call cancel_call(std::span<const std::string_view> ids) {
  if (ids.size() == 1) return {"DELETE", "/order", {}, fmt::format(R"({{"orderID":"{}"}})", ids.front())};
  return {"DELETE", "/orders", {}, fmt::format(R"(["{}"])", fmt::join(ids, R"(",")"))};
}

private_call cancel_all_call() { return {"DELETE", "/cancel-all"}; }

private_call order_call(std::string_view id) { return {"GET", "/data/order/" + std::string{id}}; }

private_call open_orders_call(std::string_view cursor, std::string_view id) {
  private_call made{"GET", "/data/orders"};
  add(made.query, "id", id);
  add(made.query, "next_cursor", cursor);
  return made;
}

private_call trades_call(std::string_view cursor, std::string_view market, std::int64_t after_s) {
  private_call made{"GET", "/data/trades"};
  add(made.query, "market", market);
  if (after_s > 0) add(made.query, "after", std::to_string(after_s));
  add(made.query, "next_cursor", cursor);
  return made;
}

private_call funds_call(std::string_view token, bool is_position, int signature_type) {
  private_call made{"GET", "/balance-allowance"};
  add(made.query, "asset_type", token.empty() ? "COLLATERAL" : is_position ? "CONDITIONAL-V2" : "CONDITIONAL");
  add(made.query, "token_id", token);
  add(made.query, "signature_type", std::to_string(signature_type));
  return made;
}

private_call heartbeat_call(std::string_view id) {
  return {"POST", "/v1/heartbeats", {}, fmt::format(R"({{"heartbeat_id":"{}"}})", id)};
}

private_call closed_only_call() { return {"GET", "/auth/ban-status/closed-only"}; }

std::string positions_path(std::string_view wallet, std::size_t offset) {
  return fmt::format("/positions?user={}&limit={}&offset={}", wallet, positions_page, offset);
}

std::string user_subscription(std::string_view api_key, std::string_view secret, std::string_view passphrase,
                              std::span<const std::string> markets) {
  const auto listed = markets.empty() ? "" : fmt::format(R"(,"markets":["{}"])", fmt::join(markets, R"(",")"));
  return fmt::format(R"({{"type":"user","auth":{{"apiKey":"{}","secret":"{}","passphrase":"{}"}}{}}})", api_key, secret,
                     passphrase, listed);
}

std::string user_addition(std::string_view market) {
  return fmt::format(R"({{"operation":"subscribe","markets":["{}"]}})", market);
}

} // namespace strike::polymarket
