#include "base/time.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/polymarket_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace strike::sandbox::polymarket {

namespace {

namespace json = boost::json;

constexpr std::size_t page = 100;       ///< Source: Polymarket, recorded page of markets
constexpr std::size_t most_items = 500; ///< of a batch
constexpr std::string_view first_cursor = "MA==", end_cursor = "LTE=";

http_response ok(std::string body) { return {.body = std::move(body)}; }
http_response no_book() { return error_answer(404, "No orderbook exists for the requested token id"); }

std::string tokens_of(const binary_market& x, const market_state& in) {
  json_elements tokens;
  for (std::size_t n = 0; n < 2; ++n)
    tokens.add(json_members{}
                   .text("token_id", x.outcomes[n].token)
                   .text("outcome", x.outcomes[n].label)
                   .number("price", in.outcome_price(in.place_of(x), n))
                   .flag("winner", x.winner == static_cast<int>(n))
                   .take());
  return tokens.take();
}

std::string market_object(const binary_market& x, const market_state& in) {
  const bool is_accepting = in.is_accepting(x);
  return json_members{}
      .flag("enable_order_book", !x.is_closed)
      .flag("active", true)
      .flag("closed", x.is_closed)
      .flag("archived", false)
      .flag("accepting_orders", is_accepting)
      .text("accepting_order_timestamp", iso_from_ns(x.created_ns))
      .number("minimum_order_size", x.minimum)
      .number("minimum_tick_size", in.token(in.place_of(x), 0).tick)
      .text("condition_id", x.condition_id)
      .text("question_id", x.question_id)
      .text("question", x.question)
      .text("description", x.description)
      .text("market_slug", x.slug)
      .text("end_date_iso", iso_from_ns(x.ends_ns))
      .add("game_start_time", "null")
      .integer("seconds_delay", 0)
      .text("fpmm", "")
      .integer("maker_base_fee", 1000)
      .integer("taker_base_fee", 1000)
      .flag("notifications_enabled", true)
      .flag("neg_risk", x.is_neg_risk)
      .text("neg_risk_market_id", x.is_neg_risk ? in.neg_risk_id(x) : "")
      .text("neg_risk_request_id", x.is_neg_risk ? x.question_id : "")
      .text("icon", "")
      .text("image", "")
      .add("rewards", R"({"rates":null,"min_size":0,"max_spread":0})")
      .flag("is_50_50_outcome", false)
      .add("tokens", tokens_of(x, in))
      .add("tags", array_of(x.tags))
      .take();
}

std::string simplified_market(const binary_market& x, const market_state& in) {
  return json_members{}
      .text("condition_id", x.condition_id)
      .add("tokens", tokens_of(x, in))
      .add("rewards", R"({"rates":null,"min_size":0,"max_spread":0})")
      .flag("active", true)
      .flag("closed", x.is_closed)
      .flag("archived", false)
      .flag("accepting_orders", in.is_accepting(x))
      .take();
}

/// The keys of which absence means false are absent.
std::string compact_market(const binary_market& x, const market_state& in) {
  json_elements tokens;
  for (const auto& outcome : x.outcomes)
    tokens.add(json_members{}.text("t", outcome.token).text("o", outcome.label).take());
  json_members y;
  y.text("c", x.condition_id)
      .add("t", tokens.take())
      .number("mts", in.token(in.place_of(x), 0).tick)
      .number("mos", x.minimum)
      .integer("mbf", 1000)
      .integer("tbf", 1000)
      .add("fd", fmt::format(R"({{"r":{},"e":1,"to":true}})", x.fee_rate))
      .add("r", "null");
  if (x.is_neg_risk) y.flag("nr", true);
  if (in.is_accepting(x)) y.flag("ao", true);
  return y.take();
}

http_response market_page(const http_request& what, const market_state& in,
                          std::string (*object)(const binary_market&, const market_state&)) {
  const auto cursor = value_of(what.query, "next_cursor");
  const auto begin = place_of(cursor.empty() ? first_cursor : cursor);
  const auto markets = in.markets();
  if (!begin || *begin > markets.size()) return error_answer(400, "Invalid next_cursor");
  const auto end = std::min(*begin + page, markets.size());
  json_elements rows;
  for (auto n = *begin; n < end; ++n) rows.add(object(markets[n], in));
  return ok(json_members{}
                .integer("limit", page)
                .integer("count", static_cast<std::int64_t>(end - *begin))
                .text("next_cursor", end == markets.size() ? std::string{end_cursor} : cursor_of(end))
                .add("data", rows.take())
                .take());
}

/// One token's part of an answer; none if its book does not allow any.
using token_answer = std::optional<std::string> (*)(const token_state&, const market_state&, std::string_view side);

std::optional<std::string> book(const token_state& x, const market_state& in, std::string_view) {
  return text_of(x, in).json;
}
std::optional<std::string> midpoint(const token_state& x, const market_state&, std::string_view) {
  const auto mid = middle(x.book);
  return mid ? std::optional{json_quoted(to_string(*mid))} : std::nullopt;
}
/// BUY is the best bid. Source: Polymarket, public CLOB REST.
std::optional<std::string> price_of(const token_state& x, const market_state&, std::string_view side) {
  const auto* level = side == "BUY" ? x.book.best_bid() : x.book.best_ask();
  return level != nullptr ? std::optional{json_quoted(to_string(level->at))} : std::nullopt;
}
std::optional<std::string> spread(const token_state& x, const market_state&, std::string_view) {
  if (!middle(x.book)) return {};
  return json_quoted(to_string(x.book.best_ask()->at - x.book.best_bid()->at));
}
std::optional<std::string> last_trade(const token_state& x, const market_state&, std::string_view) {
  return json_members{}
      .text("price", x.last ? to_string(*x.last) : "0.5")
      .text("side", !x.last                    ? ""
                    : x.last_side == side::buy ? "BUY"
                                               : "SELL")
      .take();
}
std::optional<std::string> tick_size(const token_state& x, const market_state&, std::string_view) {
  return to_string(x.tick);
}
std::optional<std::string> neg_risk(const token_state& x, const market_state& in, std::string_view) {
  return in.market_of(x).is_neg_risk ? "true" : "false";
}
std::optional<std::string> base_fee(const token_state&, const market_state&, std::string_view) { return "1000"; }

struct token_call {
  std::string_view path;
  std::string_view key; ///< what the answer is wrapped in; empty: it is an object itself
  token_answer answer;
  bool needs_side = false;
};
constexpr token_call token_calls[] = {
    {"/book", "", book},
    {"/midpoint", "mid", midpoint},
    {"/price", "price", price_of, true},
    {"/spread", "spread", spread},
    {"/last-trade-price", "", last_trade},
    {"/tick-size", "minimum_tick_size", tick_size},
    {"/neg-risk", "neg_risk", neg_risk},
    {"/fee-rate", "base_fee", base_fee},
};

bool is_side(std::string_view x) { return x == "BUY" || x == "SELL"; }

http_response answer_token(const token_call& call, const http_request& what, const market_state& in) {
  const auto* token = in.find_token(value_of(what.query, "token_id"));
  const auto side = value_of(what.query, "side");
  if (call.needs_side && !is_side(side)) return error_answer(400, "Invalid side");
  if (token == nullptr || !token->is_trading) return no_book();
  auto x = call.answer(*token, in, side);
  if (!x) return no_book();
  return ok(call.key.empty() ? std::move(*x) : json_members{}.add(call.key, *x).take());
}

struct batch_item {
  std::string token, side;
};
/// @returns none for a body that is no list of items
std::optional<std::vector<batch_item>> batch_items(std::string_view body) {
  boost::system::error_code fault;
  const auto list = json::parse(body, fault);
  if (fault || !list.is_array()) return {};
  std::vector<batch_item> items;
  for (const auto& x : list.get_array()) {
    const auto* token = x.is_object() ? x.get_object().if_contains("token_id") : nullptr;
    if (token == nullptr || !token->is_string()) return {};
    const auto* side = x.get_object().if_contains("side");
    items.push_back({std::string{std::string_view{token->get_string()}},
                     side != nullptr && side->is_string() ? std::string{std::string_view{side->get_string()}} : ""});
  }
  return items;
}

/// Tokens without a book are left out.
http_response answer_batch(const http_request& what, const market_state& in) {
  const auto items = batch_items(what.body);
  if (!items) return error_answer(400, "Invalid payload");
  if (items->size() > most_items) return error_answer(400, "Payload exceeds the limit");
  json_elements list;
  json_members by_token;
  std::map<std::string, json_members> prices;
  for (const auto& item : *items) {
    const auto* token = in.find_token(item.token);
    if (token == nullptr || !token->is_trading) continue;
    std::optional<std::string> x;
    if (what.path == "/books") list.add(*book(*token, in, {}));
    if (what.path == "/last-trades-prices") list.add(*last_trade(*token, in, {}));
    if (what.path == "/midpoints" && (x = midpoint(*token, in, {}))) by_token.add(item.token, *x);
    if (what.path == "/spreads" && (x = spread(*token, in, {}))) by_token.add(item.token, *x);
    if (what.path == "/prices" && is_side(item.side) && (x = price_of(*token, in, item.side)))
      prices[item.token].add(item.side, *x);
  }
  if (what.path == "/books" || what.path == "/last-trades-prices") return ok(list.take());
  for (auto& [token, sides] : prices) by_token.add(token, sides.take());
  return ok(by_token.take());
}

bool is_batch(std::string_view path) {
  constexpr std::string_view paths[] = {"/books", "/midpoints", "/prices", "/spreads", "/last-trades-prices"};
  return std::ranges::find(paths, path) != std::end(paths);
}

/// What follows a prefix; none if it is another path.
std::optional<std::string_view> behind(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return {};
  return path.substr(prefix.size());
}

} // namespace

std::optional<http_response> clob_answer(const http_request& what, const market_state& in, std::int64_t now_ns) {
  const std::string_view path = what.path;
  if (what.method == "POST") return is_batch(path) ? std::optional{answer_batch(what, in)} : std::nullopt;
  if (path == "/ok" || path == "/") return ok(R"("OK")");
  if (path == "/time") return ok(std::to_string(now_ns / ns_per_s));
  if (path == "/version") return ok(R"({"version":2})");
  if (path == "/markets") return market_page(what, in, market_object);
  if (path == "/simplified-markets") return market_page(what, in, simplified_market);
  if (path == "/prices-history") return ok(R"({"history":[]})");
  const auto call = std::ranges::find(token_calls, path, &token_call::path);
  if (call != std::end(token_calls)) return answer_token(*call, what, in);
  if (const auto name = behind(path, "/markets-by-token/")) {
    const auto* token = in.find_token(*name);
    if (token == nullptr) return error_answer(404, "market not found");
    const auto& market = in.market_of(*token);
    return ok(json_members{}
                  .text("condition_id", market.condition_id)
                  .text("primary_token_id", market.outcomes[0].token)
                  .text("secondary_token_id", market.outcomes[1].token)
                  .take());
  }
  for (const auto& [prefix, object] : {std::pair{"/markets/0x", &market_object}, {"/clob-markets/0x", &compact_market}})
    if (const auto id = behind(path, prefix)) {
      const auto* market = in.find_condition(fmt::format("0x{}", *id));
      return market != nullptr ? ok(object(*market, in)) : error_answer(404, "market not found");
    }
  return {};
}

} // namespace strike::sandbox::polymarket
