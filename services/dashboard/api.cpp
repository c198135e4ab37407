#include "dashboard/api.hpp"

#include "base/symbol.hpp"
#include "bus/topic.hpp"
#include "dashboard/json_text.hpp"
#include "dashboard/market_views.hpp"

#include <fmt/format.h>

#include <charconv>

namespace strike::dashboard {

namespace {

constexpr std::string_view strategies_path = "/api/strategies", schema_suffix = "/schema";
constexpr std::size_t most_rows = 1'000, deepest_book = 100, usual_book = 15;

std::string text_of(const page_request& what, std::string_view key) {
  const auto found = what.query.find(key);
  return found == what.query.end() ? std::string{} : found->second;
}

/// A whole number of the query, within bounds.
/// @returns nothing if it is none
std::optional<std::int64_t> number_of(const page_request& what, std::string_view key, std::int64_t fallback,
                                      std::int64_t most) {
  const auto text = text_of(what, key);
  if (text.empty()) return fallback;
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return {};
  return std::min(value, most);
}

page_reply bad_query(std::string_view key, std::string_view wants) {
  return refusal(422, fmt::format("'{}' must be {}", key, wants));
}

page_reply strategy_reply(std::string_view rest, const strategy_board& board) {
  const bool wants_schema = rest.ends_with(schema_suffix);
  const auto name = wants_schema ? rest.substr(0, rest.size() - schema_suffix.size()) : rest;
  auto found = wants_schema ? board.schema_json(name) : board.state_json(name);
  if (!found) return refusal(404, fmt::format("no strategy '{}'; /api/strategies lists them", name));
  return json_reply(*std::move(found));
}

/// All sections in one object.
std::string overview_json(const boards& of) {
  std::string out;
  json_object made{out};
  for (const auto* name :
       {"services", "replay", "feeds", "risk", "equity", "profits", "exposure", "positions", "orders", "fills"})
    made.member(name) += of.strategies.section_json(name);
  made.end();
  return out;
}

std::optional<trade_filter> trade_filter_of(const page_request& what) {
  const auto most = number_of(what, "limit", 200, most_rows);
  if (!most) return {};
  return trade_filter{.strategy = text_of(what, "strategy"),
                      .venue = text_of(what, "venue"),
                      .text = text_of(what, "text"),
                      .state = text_of(what, "state"),
                      .most = static_cast<std::size_t>(*most)};
}

page_reply trades_reply(const page_request& what, const boards& of) {
  const auto filter = trade_filter_of(what);
  if (!filter) return bad_query("limit", "a whole number");
  if (what.path == "/api/orders") return json_reply(orders_json(of.trades, of.markets, *filter, of.name));
  if (what.path == "/api/fills") return json_reply(fills_json(of.trades, of.markets, *filter, of.name));
  return json_reply(positions_json(of.trades, of.markets, *filter, of.name));
}

/// The venue of the query; nothing if there is none of that name.
std::optional<venue> venue_of(const page_request& what) {
  const auto found = from_text<venue>(text_of(what, "venue"));
  return found ? std::optional{*found} : std::nullopt;
}

page_reply quotes_reply(const page_request& what, const boards& of) {
  const auto most = number_of(what, "limit", 100, most_rows);
  if (!most) return bad_query("limit", "a whole number");
  const auto at = venue_of(what);
  if (!at && !text_of(what, "venue").empty()) return bad_query("venue", "deribit, derive or polymarket");
  return json_reply(quotes_json(of.markets, {at, text_of(what, "text"), static_cast<std::size_t>(*most)}, of.name));
}

page_reply chain_reply(const page_request& what, const site_parts& parts) {
  const auto at = venue_of(what);
  if (!at) return bad_query("venue", "deribit or derive");
  const auto base = text_of(what, "base");
  const auto expiry = number_of(what, "expiry_ms", -1, 9'000'000'000'000);
  if (base.empty()) return bad_query("base", "as /api/chains lists it");
  if (!expiry || *expiry < 0) return bad_query("expiry_ms", "milliseconds since the epoch, as /api/chains lists it");
  return parts.boards.with(
      [&](const boards& x) { return json_reply(chain_json(x.markets, *at, base, *expiry * 1'000'000)); });
}

page_reply market_reply(const page_request& what, const site_parts& parts) {
  const auto name = parse_qualified_symbol(text_of(what, "instrument"));
  if (!name) return bad_query("instrument", "such as deribit:BTC-PERPETUAL: " + name.error().text);
  const auto depth = number_of(what, "depth", usual_book, deepest_book);
  if (!depth) return bad_query("depth", "a whole number");
  if (auto prefix = bus::instrument_prefix(name->at, name->symbol); prefix && parts.watch) parts.watch(*prefix);
  return parts.boards.with([&](boards& x) {
    // only what is known is interned: names of strangers would fill the registry
    const auto id = x.names.find(name->at, name->symbol);
    if (!id)
      return refusal(
          404, fmt::format("nothing was heard of {}:{} yet; it is asked for now", to_text(name->at), name->symbol));
    return json_reply(market_json(x.markets, *id, static_cast<std::size_t>(*depth), x.name));
  });
}

void append_hit(std::string& out, const catalog::market& x) {
  json_object row{out};
  row.add("venue", to_text(x.at)).add("id", x.id).add("title", x.question).add("kind", to_text(x.info.kind));
  row.add("is_tradable", x.is_tradable()).add("end_ms", x.end_ns / 1'000'000).add("volume", x.volume);
  row.member("instruments") += '[';
  json_list sides{out};
  if (x.outcomes.empty())
    json_object{sides.next()}.add("instrument", fmt::format("{}:{}", to_text(x.at), x.id)).add("label", "").end();
  for (const auto& side : x.outcomes)
    json_object{sides.next()}
        .add("instrument", fmt::format("{}:{}", to_text(x.at), side.token))
        .add("label", side.label)
        .end();
  out += ']';
  row.end();
}

/// From the catalog, and beside it what is on the bus: a system without a catalog finds its own instruments.
page_reply search_reply(const page_request& what, const site_parts& parts) {
  const auto most = number_of(what, "limit", 20, 100);
  if (!most) return bad_query("limit", "a whole number");
  const auto at = venue_of(what);
  if (!at && !text_of(what, "venue").empty()) return bad_query("venue", "deribit, derive or polymarket");
  const auto text = text_of(what, "text");
  if (text.size() > 200) return bad_query("text", "at most 200 characters");
  const auto view = parts.catalog ? parts.catalog() : nullptr;
  std::string out;
  json_object made{out};
  made.add("has_catalog", view != nullptr).member("markets") += '[';
  json_list rows{out};
  if (view && !text.empty())
    for (const auto& hit : view->search(text, static_cast<std::size_t>(*most), at)) append_hit(rows.next(), *hit.what);
  out += "],\"on_bus\":";
  out += parts.boards.with([&](const boards& x) {
    return quotes_json(x.markets, {at, text, static_cast<std::size_t>(*most)}, x.name);
  });
  made.end();
  return json_reply(std::move(out));
}

page_reply controls_reply(const page_request& what, const site_parts& parts) {
  std::string out;
  json_object made{out};
  made.add("has_token", parts.who.has_token());
  made.add("may_act", parts.who.may_act(what.authorization, what.cookies));
  made.member("desk") += parts.controls ? parts.controls->to_json() : "null";
  made.end();
  return json_reply(std::move(out));
}

} // namespace

std::optional<page_reply> answer_api(const page_request& what, const site_parts& parts) {
  const auto& path = what.path;
  const auto from_boards = [&](auto f) { return parts.boards.with([&](const boards& x) { return f(x); }); };
  if (path == "/api/strategies")
    return from_boards([&](const boards& x) { return json_reply(x.strategies.list_json(parts.now_ns())); });
  if (path.starts_with(strategies_path) && path.substr(strategies_path.size()).starts_with('/'))
    return from_boards([&](const boards& x) {
      return strategy_reply(std::string_view{path}.substr(strategies_path.size() + 1), x.strategies);
    });
  if (path == "/api/overview") return from_boards([](const boards& x) { return json_reply(overview_json(x)); });
  if (path == "/api/risk")
    return from_boards([](const boards& x) { return json_reply(x.strategies.section_json("risk")); });
  if (path == "/api/feeds") return from_boards([](const boards& x) { return json_reply(x.markets.feeds_json()); });
  if (path == "/api/orders" || path == "/api/fills" || path == "/api/positions")
    return from_boards([&](const boards& x) { return trades_reply(what, x); });
  if (path == "/api/quotes") return from_boards([&](const boards& x) { return quotes_reply(what, x); });
  if (path == "/api/chains") return from_boards([](const boards& x) { return json_reply(chains_json(x.markets)); });
  if (path == "/api/chain") return chain_reply(what, parts);
  if (path == "/api/market") return market_reply(what, parts);
  if (path == "/api/catalog/search") return search_reply(what, parts);
  if (path == "/api/controls") return controls_reply(what, parts);
  return {};
}

} // namespace strike::dashboard
