// Source: polymarket.md 4 (identifiers, times), 9 (rules, resolution), 10 (fees), 11 (CLOB REST), 17 (Gamma).
#include "base/symbol.hpp"
#include "sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace strike::catalog {

namespace {

constexpr quantity share_step{nanos_per_unit / 100};
constexpr std::size_t most_pages = 100'000; ///< a list without end is a fault

market fresh_market() {
  market x{.at = venue::polymarket, .lot = share_step};
  x.info.kind = instrument_kind::binary;
  return x;
}

void read_tick(fields& row, std::string_view key, market& x) {
  const auto tick = row.decimal_of<price>(key);
  if (tick && *tick > price{}) x.ticks = tick_table{.base = *tick};
}

/// Exactly one 1 and one 0; anything else (fractions, 50-50, an old market's two zeros) names no winner.
void resolve_by_price(market& x, const std::vector<std::string>& prices) {
  constexpr double tolerance = 0.001;
  if (!x.is_closed || prices.size() != 2) return;
  double value[2] = {0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto [end, fault] = std::from_chars(prices[i].data(), prices[i].data() + prices[i].size(), value[i]);
    if (fault != std::errc{} || end != prices[i].data() + prices[i].size()) return;
  }
  const auto is_near = [&](double a, double b) { return std::abs(a - b) <= tolerance; };
  for (std::size_t i = 0; i < 2; ++i) x.outcomes[i].has_won = is_near(value[i], 1) && is_near(value[1 - i], 0);
}

/// Whether it is a market of two sides that the exchange knows; a side that breaks its form is a fault.
bool has_two_sides(fields& row, const market& x) {
  const auto is_empty = [](const outcome& side) { return side.token.empty() || side.label.empty(); };
  if (x.id.empty() || x.outcomes.size() != 2 || std::ranges::any_of(x.outcomes, is_empty)) return false;
  for (const auto& side : x.outcomes)
    if (const auto token = parse_token_id(side.token); !token) row.refuse("token", token.error().text);
  if (x.outcomes[0].label == x.outcomes[1].label)
    row.refuse("outcomes", fmt::format("are both named '{}'", x.outcomes[0].label));
  return true;
}

void read_event(fields& row, market& x) {
  row.each("events", [&](fields& event) {
    if (!x.event_id.empty()) return;
    x.event_id = event.text("id");
    x.event_slug = event.text("slug");
    x.event_title = event.text("title");
  });
}

void read_gamma_fees(fields& row, market& x) {
  if (!row.flag("feesEnabled")) return;
  row.each("feeSchedule", [&](fields& fees) {
    x.fees.taker = fees.decimal_of<rate>("rate").value_or({});
    x.fees.exponent = static_cast<int>(fees.integer("exponent").value_or(1));
    x.fees.maker_rebate = fees.decimal_of<rate>("rebateRate").value_or({});
    if (!fees.flag("takerOnly", true)) x.fees.maker = x.fees.taker;
  });
}

/// {"id":"1","conditionId":"0xaa..","slug":"will-it-rain","outcomes":"[\"Yes\", \"No\"]","clobTokenIds":"[\"11\", ..
std::optional<market> gamma_market(fields& row) {
  auto x = fresh_market();
  x.id = row.text("conditionId");
  x.listing_id = row.text("id");
  x.slug = row.text("slug");
  x.question = row.text("question");
  x.description = row.text("description");
  const auto labels = row.texts("outcomes"), tokens = row.texts("clobTokenIds"), positions = row.texts("positionIds");
  if (labels.size() != 2 || tokens.size() != 2) return {};
  for (std::size_t i = 0; i < 2; ++i)
    x.outcomes.push_back(
        {.label = labels[i], .token = tokens[i], .position_id = positions.size() == 2 ? positions[i] : ""});
  if (!has_two_sides(row, x)) return {};
  x.protocol = row.text("version");
  x.is_active = row.flag("active");
  x.is_closed = row.flag("closed");
  x.is_archived = row.flag("archived");
  x.accepts_orders = row.flag("acceptingOrders");
  x.has_order_book = row.flag("enableOrderBook");
  resolve_by_price(x, row.texts("outcomePrices"));
  x.end_ns = row.time_ns("endDate");
  x.game_start_ns = row.time_ns("gameStartTime");
  x.clears_book_at_start = row.flag("clearBookOnStart");
  read_tick(row, "orderPriceMinTickSize", x);
  x.minimum = row.decimal_of<quantity>("orderMinSize");
  x.is_neg_risk = row.flag("negRisk");
  x.neg_risk_group = row.text("negRiskMarketID");
  x.is_placeholder = row.flag("negRiskOther");
  x.taker_delay_s = row.integer("secondsDelay").value_or(0);
  x.has_taker_delay = row.flag("itode");
  read_gamma_fees(row, x);
  x.volume = row.number("volume");
  x.liquidity = row.number("liquidity");
  read_event(row, x);
  row.each("tags", [&](fields& tag) { x.tags.push_back(tag.text("label")); });
  return x;
}

/// {"condition_id":"0xaa..","market_slug":"will-it-rain","tokens":[{"token_id":"11","outcome":"Yes","winner":false},..
std::optional<market> clob_market(fields& row) {
  auto x = fresh_market();
  x.id = row.text("condition_id");
  x.slug = row.text("market_slug");
  x.question = row.text("question");
  x.description = row.text("description");
  row.each("tokens", [&](fields& side) {
    outcome made{.label = side.text("outcome"), .token = side.text("token_id")};
    made.has_won = side.flag("winner");
    x.outcomes.push_back(std::move(made));
  });
  if (!has_two_sides(row, x)) return {};
  if (x.outcomes[0].has_won && x.outcomes[1].has_won) x.outcomes[0].has_won = x.outcomes[1].has_won = false;
  x.tags = row.texts("tags");
  x.is_active = row.flag("active");
  x.is_closed = row.flag("closed");
  x.is_archived = row.flag("archived");
  x.accepts_orders = row.flag("accepting_orders");
  x.has_order_book = row.flag("enable_order_book");
  x.end_ns = row.time_ns("end_date_iso");
  x.game_start_ns = row.time_ns("game_start_time");
  read_tick(row, "minimum_tick_size", x);
  x.minimum = row.decimal_of<quantity>("minimum_order_size");
  x.is_neg_risk = row.flag("neg_risk");
  x.neg_risk_group = row.text("neg_risk_market_id");
  x.taker_delay_s = row.integer("seconds_delay").value_or(0);
  return x;
}

/// Walks pages until their cursor is absent, empty or `last`.
/// @param url without the cursor
template <class Parse>
result<listing> walk(const std::string& url, std::string_view cursor_name, std::string_view rows, std::string_view last,
                     const fetch_function& fetch, Parse parse) {
  listing all;
  std::string cursor;
  for (std::size_t page = 0; page < most_pages; ++page) {
    const auto at = cursor.empty() ? url : fmt::format("{}{}={}", url, cursor_name, percent_encoded(cursor));
    std::string next;
    bool has_rows = false;
    const auto done = fetch_json(fetch, {at}, [&](fields& answer) {
      answer.each(rows, [&](fields& row) {
        has_rows = true;
        add_row(all, row, parse);
      });
      next = answer.text("next_cursor");
    });
    if (!done) return std::unexpected{done.error()};
    if (next.empty() || next == last) {
      if (has_rows || page > 0) return all;
      return fail(ec::malformed, fmt::format("{}: the answer has no row in '{}'", at, rows));
    }
    if (next == cursor) return fail(ec::malformed, fmt::format("{}: the next page is this page again", at));
    cursor = std::move(next);
  }
  return fail(ec::malformed, fmt::format("{}: no end after {} pages", url, most_pages));
}

} // namespace

result<listing> load_gamma(const std::string& base, const fetch_function& fetch) {
  return walk(base + "/markets/keyset?closed=false&active=true&include_tag=true&limit=100&", "after_cursor", "markets",
              "", fetch, gamma_market);
}

result<listing> load_clob(const std::string& base, const fetch_function& fetch) {
  return walk(base + "/markets?", "next_cursor", "data", "LTE=", fetch, clob_market);
}

} // namespace strike::catalog
