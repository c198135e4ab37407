#include "sandbox/polymarket_private.hpp"

#include "base/time.hpp"
#include "sandbox/polymarket_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

namespace json = boost::json;

constexpr std::size_t most_orders = 15, most_cancels = 1'000, page = 100; ///< Source: Polymarket, submitting
constexpr std::string_view first_cursor = "MA==", end_cursor = "LTE=";
constexpr std::string_view cash = "pUSD";

http_response ok(std::string body) { return {.body = std::move(body)}; }

std::optional<json::value> parsed(std::string_view body) {
  boost::system::error_code fault;
  auto x = json::parse(body, fault);
  return fault ? std::nullopt : std::optional{std::move(x)};
}

std::string text_in(const json::value& from, std::string_view key) {
  const auto* x = from.is_object() ? from.get_object().if_contains(key) : nullptr;
  return x != nullptr && x->is_string() ? std::string{std::string_view{x->get_string()}} : std::string{};
}

/// What an order did at once.
std::string order_answer(const order_entry::placed& made, const private_context& in) {
  json_members y;
  y.text("errorMsg", "").text("orderID", made.id);
  const auto* record = in.view.desk.find(made.id);
  if (made.is_delayed || record == nullptr)
    return y.text("takingAmount", "").text("makingAmount", "").text("status", "delayed").flag("success", true).take();
  std::vector<std::string> trades, hashes;
  money cost;
  for (const auto* x : in.view.desk.fills_of(record->id)) {
    trades.push_back(x->trade_id);
    hashes.push_back(transaction_hash(x->trade_id));
    cost += notional(x->what.at, x->what.size);
  }
  const auto shares = record->filled == quantity{} ? "" : to_string(record->filled);
  const auto dollars = trades.empty() ? "" : to_string(cost);
  const bool is_buy = record->request.side == side::buy;
  y.text("takingAmount", is_buy ? shares : dollars)
      .text("makingAmount", is_buy ? dollars : shares)
      .text("status", trades.empty() ? "live" : "matched");
  if (!trades.empty()) y.add("transactionsHashes", array_of(hashes)).add("tradeIDs", array_of(trades));
  return y.flag("success", true).take();
}

http_response post_order(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  const auto order = body ? read_order(*body) : std::unexpected{std::string{"Invalid order payload"}};
  if (!order) return error_answer(400, order.error());
  const auto made = in.orders.place(who, *order, in.now_ns);
  return made ? ok(order_answer(*made, in)) : error_answer(400, made.error());
}

/// Each order for itself: refused ones are told of within a 200.
http_response post_orders(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  if (!body || !body->is_array()) return error_answer(400, "Invalid order payload");
  const auto& list = body->get_array();
  if (list.size() > most_orders)
    return error_answer(400, fmt::format("Too many orders in payload: {}, max allowed: {}", list.size(), most_orders));
  json_elements rows;
  for (const auto& x : list) {
    const auto order = read_order(x);
    const auto made = order ? in.orders.place(who, *order, in.now_ns) : std::unexpected{order.error()};
    rows.add(made ? order_answer(*made, in)
                  : json_members{}
                        .text("errorMsg", made.error())
                        .text("orderID", "")
                        .text("takingAmount", "")
                        .text("makingAmount", "")
                        .text("status", "")
                        .flag("success", true)
                        .take());
  }
  return ok(rows.take());
}

http_response cancel_ids(const std::vector<std::string>& ids, const api_key& who, const private_context& in) {
  json_elements canceled;
  json_members kept;
  std::set<std::string> done;
  for (const auto& id : ids) {
    if (!done.insert(id).second) continue;
    const auto why = in.orders.cancel(who.of, id, in.now_ns);
    if (why.empty())
      canceled.text(id);
    else
      kept.text(id, why);
  }
  return ok(json_members{}.add("canceled", canceled.take()).add("not_canceled", kept.take()).take());
}

http_response delete_order(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  const auto id = body ? text_in(*body, "orderID") : "";
  return id.empty() ? error_answer(400, "Invalid order payload") : cancel_ids({id}, who, in);
}

http_response delete_orders(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  if (!body || !body->is_array()) return error_answer(400, "Invalid order payload");
  if (body->get_array().size() > most_cancels) return error_answer(400, "Too many orders in payload");
  std::vector<std::string> ids;
  for (const auto& x : body->get_array()) {
    if (!x.is_string()) return error_answer(400, "Invalid order payload");
    ids.emplace_back(std::string_view{x.get_string()});
  }
  return cancel_ids(ids, who, in);
}

/// Open orders of a market, of a token, or all where a text is empty.
std::vector<std::string> open_ids(const api_key& who, std::string_view market, std::string_view token,
                                  const private_context& in) {
  std::vector<std::string> ids;
  for (const auto* x : in.orders.open_orders(who.of)) {
    const auto& asset = in.orders.extra(x->id)->body.token;
    const auto& of = in.view.state.market_of(*in.view.state.find_token(asset));
    if ((market.empty() || of.condition_id == market) && (token.empty() || asset == token)) ids.push_back(x->name);
  }
  return ids;
}

http_response cancel_all(const http_request&, const api_key& who, const private_context& in) {
  return cancel_ids(open_ids(who, {}, {}, in), who, in);
}

http_response cancel_market(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  const auto market = body ? text_in(*body, "market") : "", token = body ? text_in(*body, "asset_id") : "";
  if (market.empty() && token.empty()) return error_answer(400, "Invalid order payload");
  return cancel_ids(open_ids(who, market, token, in), who, in);
}

http_response paged(const http_request& what, const std::vector<std::string>& rows) {
  const auto cursor = value_of(what.query, "next_cursor");
  const auto begin = place_of(cursor.empty() ? first_cursor : cursor);
  if (!begin || *begin > rows.size()) return error_answer(400, "Invalid next_cursor");
  const auto end = std::min(*begin + page, rows.size());
  json_elements some;
  for (auto n = *begin; n < end; ++n) some.add(rows[n]);
  return ok(json_members{}
                .integer("limit", page)
                .integer("count", static_cast<std::int64_t>(end - *begin))
                .text("next_cursor", end == rows.size() ? std::string{end_cursor} : cursor_of(end))
                .add("data", some.take())
                .take());
}

http_response get_orders(const http_request& what, const api_key& who, const private_context& in) {
  const auto id = value_of(what.query, "id");
  std::vector<std::string> rows;
  for (const auto& name : open_ids(who, value_of(what.query, "market"), value_of(what.query, "asset_id"), in))
    if (id.empty() || id == name) rows.push_back(order_object(*in.view.desk.find(name), in.view));
  return paged(what, rows);
}

http_response get_order(std::string_view id, const api_key& who, const private_context& in) {
  const auto* x = in.view.desk.find(id);
  if (x == nullptr || x->owner != in.orders.owner_of(who.of) || in.orders.extra(x->id) == nullptr) return ok("null");
  return ok(order_object(*x, in.view));
}

/// Newest first.
http_response get_trades(const http_request& what, const api_key& who, const private_context& in) {
  const auto value = [&](std::string_view key) { return value_of(what.query, key); };
  const auto bound = [&](std::string_view key, std::int64_t none) {
    return value(key).empty() ? none
                              : static_cast<std::int64_t>(std::strtoll(std::string{value(key)}.c_str(), nullptr, 10));
  };
  const auto after = bound("after", 0), before = bound("before", INT64_MAX);
  std::vector<std::string> rows;
  const auto& trades = in.orders.trades();
  for (auto x = trades.rbegin(); x != trades.rend(); ++x) {
    const auto& fill = in.view.desk.fills()[x->fill - 1];
    const auto& symbol = in.view.desk.rules(fill.what.instrument).symbol;
    const auto& market = in.view.state.market_of(*in.view.state.find_token(symbol));
    const auto time_s = x->matched_ns / ns_per_s;
    if (fill.owner != in.orders.owner_of(who.of) || (!value("id").empty() && value("id") != fill.trade_id) ||
        (!value("market").empty() && value("market") != market.condition_id) ||
        (!value("asset_id").empty() && value("asset_id") != symbol) || time_s < after || time_s > before)
      continue;
    rows.push_back(trade_object(*x, in.view));
  }
  return paged(what, rows);
}

/// Millionths, cut.
http_response balance(const http_request& what, const api_key& who, const private_context& in) {
  const auto type = value_of(what.query, "asset_type"), token = value_of(what.query, "token_id");
  if (type != "COLLATERAL" && type != "CONDITIONAL") return error_answer(400, "Invalid asset type");
  if (type == "CONDITIONAL" && in.view.state.find_token(token) == nullptr) return error_answer(400, "Invalid token id");
  const auto amount = in.view.desk.balance(in.orders.owner_of(who.of), type == "COLLATERAL" ? cash : token);
  const auto most = std::string{"115792089237316195423570985008687907853269984665640564039457584007913129639935"};
  json_members allowances;
  for (const auto* spender :
       {"0xE111180000d2663C0091e4f400237545B87B996B", "0xe2222d279d744050d28e00520010520000310F59",
        "0xd91E80cF2E7be2e162c6513ceD06f1dD0dA35296"})
    allowances.text(spender, most);
  return ok(json_members{}
                .text("balance", fmt::format("{}", static_cast<std::int64_t>(amount.nanos / 1'000)))
                .add("allowances", allowances.take())
                .take());
}

http_response heartbeat(const http_request& what, const api_key& who, const private_context& in) {
  const auto body = parsed(what.body);
  const auto next = in.orders.heartbeat(who, body ? text_in(*body, "heartbeat_id") : "", in.now_ns);
  if (next) return ok(json_members{}.text("heartbeat_id", *next).take());
  return {.status = 400,
          .body = json_members{}
                      .text("error", "Invalid Heartbeat ID")
                      .text("heartbeat_id", in.orders.heartbeat_id(who.id))
                      .take()};
}

http_response api_keys(const http_request&, const api_key& who, const private_context& in) {
  return ok(json_members{}.add("apiKeys", array_of(in.who.ids_of(who.of))).take());
}
http_response remove_key(const http_request&, const api_key& who, const private_context& in) {
  in.who.remove(who.id);
  return ok(R"("OK")");
}
http_response closed_only(const http_request&, const api_key& who, const private_context& in) {
  return ok(json_members{}.flag("closed_only", in.orders.settings_of(who.of).is_closed_only).take());
}

struct route {
  std::string_view method, path;
  http_response (*answer)(const http_request&, const api_key&, const private_context&);
  bool places = false;
};
constexpr route routes[] = {
    {"POST", "/order", post_order, true},    {"POST", "/orders", post_orders, true},
    {"DELETE", "/order", delete_order},      {"DELETE", "/orders", delete_orders},
    {"DELETE", "/cancel-all", cancel_all},   {"DELETE", "/cancel-market-orders", cancel_market},
    {"GET", "/data/orders", get_orders},     {"GET", "/data/trades", get_trades},
    {"GET", "/balance-allowance", balance},  {"GET", "/balance-allowance/update", balance},
    {"POST", "/v1/heartbeats", heartbeat},   {"GET", "/auth/api-keys", api_keys},
    {"DELETE", "/auth/api-key", remove_key}, {"GET", "/auth/ban-status/closed-only", closed_only},
};
constexpr std::string_view one_order = "/data/order/";
constexpr std::string_view proofs[] = {"/auth/api-key", "/auth/derive-api-key"};

const route* find_route(const http_request& what) {
  const auto found =
      std::ranges::find_if(routes, [&](const auto& x) { return x.method == what.method && x.path == what.path; });
  return found == std::end(routes) ? nullptr : &*found;
}
bool is_proof(const http_request& what) {
  return (what.method == "POST" && what.path == proofs[0]) || (what.method == "GET" && what.path == proofs[1]);
}
bool is_one_order(const http_request& what) { return what.method == "GET" && what.path.starts_with(one_order); }

} // namespace

bool is_private(const http_request& what) {
  return find_route(what) != nullptr || is_proof(what) || is_one_order(what);
}

http_response private_answer(const http_request& what, const private_context& in) {
  if (is_proof(what)) return what.method == "POST" ? in.who.create(what, in.now_ns) : in.who.derive(what, in.now_ns);
  const auto who = in.who.caller(what, in.now_ns);
  if (!who) return who.error();
  if (is_one_order(what)) return get_order(std::string_view{what.path}.substr(one_order.size()), *who, in);
  const auto* found = find_route(what);
  if (found->places && in.orders.rules().is_geoblocked) return error_answer(403, "Trading restricted in your region");
  return found->answer(what, *who, in);
}

std::optional<http_response> data_answer(const http_request& what, const private_context& in) {
  if (what.method != "GET") return {};
  if (what.path == "/api/geoblock")
    return ok(json_members{}
                  .flag("blocked", in.orders.rules().is_geoblocked)
                  .text("ip", what.remote)
                  .text("country", "CH")
                  .text("region", "ZH")
                  .take());
  const bool is_positions = what.path == "/positions";
  const auto user = value_of(what.query, "user");
  if (!is_positions && (what.path != "/trades" || user.empty())) return {};
  const auto funder = address_of_hex(user);
  if (!funder) return error_answer(400, "required query param 'user' not provided");
  for (const auto& x : in.who.all())
    if (x.funder == *funder) {
      const auto of = in.orders.owner_of(x.key);
      return ok(is_positions ? positions_array(of, *funder, in.view) : public_trades_array(of, *funder, in.view));
    }
  return ok("[]");
}

} // namespace strike::sandbox::polymarket
