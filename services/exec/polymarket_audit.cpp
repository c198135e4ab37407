#include "exec/polymarket_audit.hpp"

#include "base/time.hpp"
#include "polymarket/private_request.hpp"

#include <algorithm>
#include <utility>

namespace strike::exec {

namespace {
constexpr std::int64_t settling_ns = 10 * ns_per_s;
}

void polymarket_audit::ask(std::int64_t fills_since_ns, const moment& now) {
  wanted_since_ns_ = std::min(wanted_since_ns_.value_or(fills_since_ns), fills_since_ns);
  round(now);
}

void polymarket_audit::round(const moment& now) {
  if (wanted_since_ns_ && !is_under_way_ && tools_.http.credentials()) begin(now);
}

void polymarket_audit::begin(const moment& now) {
  is_under_way_ = true;
  since_ns_ = *std::exchange(wanted_since_ns_, {});
  asked_ns_ = now.wall_ns;
  orders_.clear();
  trades_.clear();
  positions_.clear();
  ask_orders({});
}

void polymarket_audit::fail(const std::string& why) {
  is_under_way_ = false;
  tools_.reports.on_account_failed(venue::polymarket, why);
}

void polymarket_audit::ask_orders(std::string cursor) {
  last_cursor_ = std::move(cursor);
  tools_.http.ask(polymarket_lane::query, polymarket::open_orders_call(last_cursor_),
                  [this](const answer& x, const moment& now) { on_orders(x, now); });
}

void polymarket_audit::on_orders(const answer& x, const moment&) {
  if (verdict_of(x) != http_verdict::answered) return fail("open orders: " + text_of(x));
  auto page = polymarket::parse_orders(x->body);
  if (!page) return fail("open orders: " + page.error().text);
  std::ranges::move(page->rows, std::back_inserter(orders_));
  const bool is_last = page->next_cursor.empty() || page->next_cursor == last_cursor_;
  return is_last ? ask_trades({}) : ask_orders(std::move(page->next_cursor));
}

void polymarket_audit::ask_trades(std::string cursor) {
  last_cursor_ = std::move(cursor);
  tools_.http.ask(polymarket_lane::query, polymarket::trades_call(last_cursor_, {}, since_ns_ / ns_per_s),
                  [this](const answer& x, const moment& now) { on_trades(x, now); });
}

void polymarket_audit::on_trades(const answer& x, const moment&) {
  if (verdict_of(x) != http_verdict::answered) return fail("trades: " + text_of(x));
  auto page = polymarket::parse_trades(x->body);
  if (!page) return fail("trades: " + page.error().text);
  std::ranges::move(page->rows, std::back_inserter(trades_));
  const bool is_last = page->next_cursor.empty() || page->next_cursor == last_cursor_;
  return is_last ? ask_positions() : ask_trades(std::move(page->next_cursor));
}

void polymarket_audit::ask_positions() {
  tools_.http.ask(
      polymarket_lane::slow,
      net::http_request{.url = tools_.how.data_api + polymarket::positions_path(tools_.wallet, positions_.size())},
      [this](const answer& x, const moment& now) { on_positions(x, now); });
}

void polymarket_audit::on_positions(const answer& x, const moment& now) {
  if (verdict_of(x) != http_verdict::answered) return fail("positions: " + text_of(x));
  auto rows = polymarket::parse_positions(x->body);
  if (!rows) return fail("positions: " + rows.error().text);
  const bool is_last = rows->size() < polymarket::positions_page;
  std::ranges::move(*rows, std::back_inserter(positions_));
  return is_last ? finish(now) : ask_positions();
}

void polymarket_audit::finish(const moment& now) {
  is_under_way_ = false;
  account_fact fact{.at = venue::polymarket, .asked_ns = asked_ns_};
  const auto venue_ns = tools_.http.venue_ns(now);
  for (const auto& row : orders_) {
    tools_.book.take(row, venue_ns);
    const auto [of, leg] = tools_.book.find_leg(row.id);
    if (!of) {
      fact.foreign_orders.push_back({.id = row.id});
      continue;
    }
    // an end that was told while the pages came is younger than they
    if (of->end && of->told_ns + settling_ns > asked_ns_) continue;
    if (of->end) tools_.book.revive(*of, *leg);
    fact.open.push_back(tools_.book.standing(*of, venue_ns));
  }
  const auto& by = tools_.http.credentials();
  for (const auto& row : trades_) {
    auto fills = tools_.book.take(row, by ? by->api_key : "", tools_.fee, false);
    std::ranges::move(fills, std::back_inserter(fact.fills));
  }
  for (const auto& row : positions_) {
    const auto id = tools_.names.intern(venue::polymarket, row.asset);
    if (!id) return fail("positions: " + id.error().text);
    if (row.is_redeemable) {
      if (tools_.markets.is_settled(*id)) continue;
      tools_.markets.expect_resolution(*id, now);
    }
    if (row.size != quantity{}) fact.positions.push_back({*id, row.size});
  }
  tools_.reports.on_account(std::move(fact));
}

} // namespace strike::exec
