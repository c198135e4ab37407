#include "exec/polymarket_markets.hpp"

#include "base/time.hpp"
#include "polymarket/answer.hpp"
#include "polymarket/request.hpp"

#include <algorithm>
#include <utility>

namespace strike::exec {

namespace {
constexpr std::int64_t retry_ns = 5 * ns_per_s; // a new market is at Gamma some minutes late
}

const polymarket::market* polymarket_markets::find(instrument_id token, const moment& now) {
  auto& x = tokens_[token];
  if (x.known) return &*x.known;
  if (!x.is_asked && (x.due_ns == INT64_MAX || now.steady_ns >= x.due_ns)) look_up(token, false);
  return nullptr;
}

const polymarket::market* polymarket_markets::known(instrument_id token) const {
  const auto at = tokens_.find(token);
  return at == tokens_.end() || !at->second.known ? nullptr : &*at->second.known;
}

std::string polymarket_markets::why_unknown(instrument_id token) const {
  const auto at = tokens_.find(token);
  return at == tokens_.end() || at->second.fault.empty() ? "Gamma has not answered" : at->second.fault;
}

void polymarket_markets::forget(instrument_id token) {
  tokens_[token].known.reset();
  tokens_[token].due_ns = INT64_MAX;
}

bool polymarket_markets::is_settled(instrument_id token) const {
  const auto at = tokens_.find(token);
  return at != tokens_.end() && at->second.is_settled;
}

void polymarket_markets::expect_resolution(instrument_id token, const moment& now) {
  if (!find(token, now)) return; // it is asked for
  auto& x = tokens_[token];
  if (!x.is_settled) x.due_ns = std::min(x.due_ns, now.steady_ns);
}

void polymarket_markets::refresh_tick(instrument_id token) {
  tools_.http.ask(polymarket_lane::slow,
                  net::http_request{.url = how_.clob + "/tick-size?token_id=" + tools_.names.at(token).symbol},
                  [this, token](const polymarket_http::answer& x, const moment&) {
                    const auto tick = x && x->status == 200 ? polymarket::parse_tick(x->body) : result<price>{price{}};
                    if (!tick || *tick <= price{} || this->tick(token) == *tick) return;
                    tools_.log.info("Polymarket: tick changed",
                                    {{"token", tools_.names.at(token).symbol}, {"tick", to_string(*tick)}});
                    auto rules = tools_.rules.of(token);
                    rules.ticks = {.base = *tick};
                    tools_.rules.define(token, std::move(rules));
                  });
}

void polymarket_markets::look_up(instrument_id token, bool closed) {
  tokens_[token].is_asked = true;
  const std::string_view symbol = tools_.names.at(token).symbol;
  tools_.http.ask(
      polymarket_lane::slow,
      net::http_request{.url = how_.gamma + polymarket::markets_of_tokens(std::span{&symbol, 1}, closed)},
      [this, token, closed](const polymarket_http::answer& x, const moment& now) { on_answer(token, closed, x, now); });
}

void polymarket_markets::on_answer(instrument_id token, bool closed, const polymarket_http::answer& x,
                                   const moment& now) {
  auto& of = tokens_[token];
  of.is_asked = false;
  of.due_ns = now.steady_ns + (of.known ? how_.refresh.count() : retry_ns);
  auto page = x && x->status == 200 ? polymarket::parse_gamma_markets(x->body)
                                    : result<polymarket::market_page>{strike::fail(ec::io, "Gamma: " + text_of(x))};
  if (!page) return void(of.fault = page.error().text);
  const auto& symbol = tools_.names.at(token).symbol;
  const auto has = [&](const polymarket::market& m) { return m.tokens[0].id == symbol || m.tokens[1].id == symbol; };
  const auto found = std::ranges::find_if(page->markets, has);
  if (found != page->markets.end()) return learn(token, std::move(*found), now);
  if (!closed) return look_up(token, true); // closed markets are found only when asked for
  of.fault = "Gamma has no market of this token";
}

void polymarket_markets::learn(instrument_id token, polymarket::market found, const moment& now) {
  auto& of = tokens_[token];
  of.fault.clear();
  of.due_ns = now.steady_ns + how_.refresh.count();
  const auto made = polymarket::instruments_of(found);
  if (!made) return void(of.fault = made.error().text);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto id = tools_.names.intern(venue::polymarket, found.tokens[i].id);
    if (!id) continue; // tokens of parsed markets are token ids
    auto& known = tokens_[*id];
    if (!known.known && *id != token) known.due_ns = INT64_MAX; // its twin is refreshed for both
    known.known = found;
    // what market data defined is younger than Gamma
    if (tools_.rules.of(*id).complement.empty()) tools_.rules.define(*id, (*made)[i]);
  }
  if (found.payout) settle(found, now);
}

void polymarket_markets::settle(const polymarket::market& x, const moment& now) {
  for (std::size_t i = 0; i < 2; ++i) {
    const auto id = tools_.names.intern(venue::polymarket, x.tokens[i].id);
    if (!id) continue;
    auto& of = tokens_[*id];
    of.due_ns = INT64_MAX;
    if (std::exchange(of.is_settled, true)) continue;
    tools_.reports.on_settlement(
        {.venue_ns = tools_.http.venue_ns(now), .instrument = *id, .delivery = (*x.payout)[i]});
  }
}

std::int64_t polymarket_markets::round(const moment& now) {
  auto due_ns = INT64_MAX;
  for (auto& [token, x] : tokens_) {
    if (x.known && !x.is_asked && !x.is_settled && now.steady_ns >= x.due_ns) look_up(token, false);
    if (x.known && !x.is_asked && !x.is_settled) due_ns = std::min(due_ns, x.due_ns);
  }
  return due_ns;
}

} // namespace strike::exec
