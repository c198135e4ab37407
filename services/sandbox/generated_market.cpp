#include "sandbox/generated_market.hpp"

#include "base/time.hpp"
#include "sandbox/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::sandbox {

namespace {

constexpr std::int64_t longest_catch_up_ns = 60 * ns_per_s;
constexpr std::int64_t delivery_takes_ns = 3 * ns_per_s;       ///< from expiry to the delivery price
constexpr std::int64_t resolution_takes_ns = 10 * ns_per_s;    ///< from the end of a market to its winner
constexpr double trade_share = 0.12;                           ///< of what happens to a book
constexpr double favoured_share = 0.25, favoured_trades = 0.5; ///< of what happens, and of what happens there
constexpr double share_of_events[] = {0.35, 0.45, 0.2};        ///< by `share`
constexpr double fine_above = 0.96, fine_below = 0.04;         ///< Source: Polymarket, tick-size change
constexpr price coarse_tick{10'000'000}, fine_tick{1'000'000};

market_event event_of(instrument_id id, std::int64_t now_ns, decltype(market_event::body) body) {
  return {.venue_ns = now_ns, .instrument = id, .body = std::move(body)};
}

} // namespace

generated_market::generated_market(market_settings settings, std::int64_t start_ns)
    : settings_{std::move(settings)}, start_ns_{start_ns}, first_nominal_ns_{next_expiries(start_ns, 1).front()},
      world_{settings_.coins, settings_.seed, start_ns}, chance_{~settings_.seed},
      second_ns_{(start_ns / ns_per_s + 1) * ns_per_s}, action_ns_{start_ns} {
  list_perpetual(start_ns, opening_);
  list_missing(start_ns, opening_);
}

std::int64_t generated_market::step(std::int64_t now_ns, std::vector<market_event>& out) {
  out.insert(out.end(), std::make_move_iterator(opening_.begin()), std::make_move_iterator(opening_.end()));
  opening_.clear();
  const double gap_ns = 1e9 / settings_.events_per_s;
  action_ns_ = std::max(action_ns_, now_ns - longest_catch_up_ns);
  for (;;) {
    const auto next_ns = std::min(second_ns_, action_ns_);
    if (next_ns > now_ns) return next_ns;
    world_.advance_to(next_ns);
    if (next_ns == second_ns_) {
      keep_calendar(next_ns, out);
      second_ns_ += ns_per_s;
      continue;
    }
    const auto before = out.size();
    act(next_ns, out);
    action_ns_ += std::max<std::int64_t>(1, std::llround(gap_ns * static_cast<double>(out.size() - before)));
  }
}

void generated_market::keep_calendar(std::int64_t now_ns, std::vector<market_event>& out) {
  for (auto& group : quoted_)
    std::erase_if(group, [&](made_instrument* x) {
      if (x->ends_ns == 0 || x->ends_ns > now_ns) return false;
      std::erase(favoured_, x);
      end(*x, now_ns, out);
      return true;
    });
  for (auto* x : quoted_[static_cast<std::size_t>(share::binary)])
    if (std::isnan(x->terms.low) && x->terms.low_from_ns <= now_ns) x->terms.low = world_.coins()[x->coin].index;
  while (!settlements_.empty() && settlements_.begin()->first <= now_ns) {
    settle(settlements_.begin()->second, now_ns, out);
    settlements_.erase(settlements_.begin());
  }
  list_missing(now_ns, out);
}

void generated_market::end(made_instrument& x, std::int64_t now_ns, std::vector<market_event>& out) {
  book_change change;
  x.book.clear(change);
  put_change(x, std::move(change), now_ns, out);
  for (const bool is_second : {false, true}) {
    if (is_second && !x.market) break;
    auto& of = listing_of(x, is_second);
    of.state = instrument_state::expired;
    out.push_back(event_of(of.id, now_ns, instrument_status{.state = of.state}));
  }
  const auto& coin = world_.coins()[x.coin];
  if (!x.market) {
    settlements_.emplace(now_ns + delivery_takes_ns, settlement{&x, coin.delivery_price()});
    return;
  }
  const bool first_wins = coin.index >= x.terms.low && coin.index < x.terms.high;
  settlements_.emplace(now_ns + resolution_takes_ns, settlement{&x, first_wins ? 1.0 : 0.0});
}

void generated_market::settle(const settlement& x, std::int64_t now_ns, std::vector<market_event>& out) {
  for (const bool is_second : {false, true}) {
    if (is_second && !x.of->market) break;
    auto& of = listing_of(*x.of, is_second);
    of.state = instrument_state::settled;
    out.push_back(
        event_of(of.id, now_ns, instrument_status{.state = of.state, .settlement = is_second ? 1 - x.value : x.value}));
  }
  if (!x.of->market) return;
  auto& market = markets_[*x.of->market];
  market.is_closed = true;
  market.winner = x.value == 1 ? 0 : 1;
}

void generated_market::favour(const std::set<instrument_id>& which) {
  favoured_.clear();
  for (const auto& group : quoted_)
    for (auto* x : group)
      if (which.contains(listing_of(*x).id) || (x->market && which.contains(listing_of(*x, true).id)))
        favoured_.push_back(x);
}

made_instrument& generated_market::pick(bool is_favoured) {
  if (is_favoured) return *favoured_[chance_.below(favoured_.size())];
  const double pick = chance_.uniform();
  auto group = static_cast<std::size_t>(pick < share_of_events[0]                        ? share::linear
                                        : pick < share_of_events[0] + share_of_events[1] ? share::option
                                                                                         : share::binary);
  return *quoted_[group][chance_.below(quoted_[group].size())];
}

void generated_market::act(std::int64_t now_ns, std::vector<market_event>& out) {
  const bool is_favoured = !favoured_.empty() && chance_.chance(favoured_share);
  auto& x = pick(is_favoured);
  const auto worth = value(x, now_ns);
  refine_tick(x, worth, now_ns, out);
  book_change change;
  if (!chance_.chance(is_favoured ? favoured_trades : trade_share) || !trade_at_touch(x, now_ns, change, out)) {
    const auto& rules = listing_of(x).rules;
    x.book.follow(touch_about(worth, rules), rules.ticks, chance_, change);
  }
  put_change(x, std::move(change), now_ns, out);
  put_ticker(x, worth, now_ns, out);
}

bool generated_market::trade_at_touch(made_instrument& x, std::int64_t now_ns, book_change& change,
                                      std::vector<market_event>& out) {
  const auto taker = chance_.chance(0.5) ? side::buy : side::sell;
  const auto hit = x.book.take(taker, chance_, change);
  if (!hit) return false;
  x.last = hit->at;
  if (x.open_interest) x.open_interest = *x.open_interest + (chance_.chance(0.6) ? 1 : -0.5) * to_double(hit->size);
  trade done{.at = hit->at, .size = hit->size, .aggressor = taker, .id = next_trade_id(x.at)};
  const bool is_second = x.market && chance_.chance(0.5);
  if (is_second) done = {mirrored(done.at), done.size, opposite(taker), done.id};
  out.push_back(event_of(listing_of(x, is_second).id, now_ns, std::move(done)));
  return true;
}

void generated_market::refine_tick(made_instrument& x, const valuation& worth, std::int64_t now_ns,
                                   std::vector<market_event>& out) {
  if (!x.market || (worth.fair <= fine_above && worth.fair >= fine_below)) return;
  auto& market = markets_[*x.market];
  if (market.tick != coarse_tick) return;
  market.tick = fine_tick;
  for (const bool is_second : {false, true}) {
    auto& of = listing_of(x, is_second);
    of.rules.ticks.base = fine_tick;
    out.push_back(event_of(of.id, now_ns,
                           instrument_status{.state = instrument_state::tick_changed,
                                             .definition = std::make_shared<const instrument>(of.rules)}));
  }
}

void generated_market::put_change(made_instrument& x, book_change change, std::int64_t now_ns,
                                  std::vector<market_event>& out) {
  if (change.bids.empty() && change.asks.empty()) return;
  auto& counter = sequences_[static_cast<std::size_t>(x.at)];
  change.previous = x.sequence;
  change.sequence = x.sequence = ++counter;
  book_change other;
  if (x.market) {
    other = {.previous = x.mirror_sequence, .bids = mirrored(change.asks), .asks = mirrored(change.bids)};
    other.sequence = x.mirror_sequence = ++counter;
  }
  out.push_back(event_of(listing_of(x).id, now_ns, std::move(change)));
  if (x.market) out.push_back(event_of(listing_of(x, true).id, now_ns, std::move(other)));
}

void generated_market::put_ticker(made_instrument& x, const valuation& worth, std::int64_t now_ns,
                                  std::vector<market_event>& out) {
  auto t = worth.analytics;
  if (!x.book.bids().empty()) {
    t.best_bid = x.book.bids().back().at;
    t.best_bid_size = x.book.bids().back().size;
  }
  if (!x.book.asks().empty()) {
    t.best_ask = x.book.asks().back().at;
    t.best_ask_size = x.book.asks().back().size;
  }
  t.last = x.last;
  t.open_interest = x.open_interest;
  const auto& of = listing_of(x);
  add_touch_volatility(t, of.rules, now_ns);
  if (x.market) {
    auto other = mirrored(t);
    out.push_back(event_of(of.id, now_ns, std::move(t)));
    out.push_back(event_of(listing_of(x, true).id, now_ns, std::move(other)));
  } else {
    out.push_back(event_of(of.id, now_ns, std::move(t)));
  }
}

valuation generated_market::value(made_instrument& x, std::int64_t now_ns) {
  if (now_ns > x.strayed_ns) x.strays.advance(static_cast<double>(now_ns - x.strayed_ns) / 1e9, chance_);
  x.strayed_ns = now_ns;
  const auto& rules = listing_of(x).rules;
  const auto& coin = world_.coins()[x.coin];
  if (x.market) return value_of(x.terms, coin, x.ends_ns, now_ns, x.strays.now);
  if (x.spread) return value_of(*x.spread, rules, coin, now_ns);
  return value_of(rules, coin, now_ns, x.strays.now);
}

market_source::listing& generated_market::listing_of(const made_instrument& x, bool is_second) {
  return listings_[static_cast<std::size_t>(x.at)][x.listing + (is_second ? 1 : 0)];
}

std::string generated_market::next_trade_id(venue at) {
  if (at == venue::polymarket) return {}; // its tape has none
  if (at == venue::deribit) return std::to_string(++trades_);
  const auto a = chance_.bits(), b = chance_.bits();
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32, (a >> 16) & 0xFFFF, a & 0xFFF, b >> 52,
                     b & 0xFFFF'FFFF'FFFF);
}

} // namespace strike::sandbox
