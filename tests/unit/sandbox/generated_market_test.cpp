#include "sandbox/generated_market.hpp"

#include "base/symbol.hpp"
#include "base/time.hpp"
#include "sandbox/market_view.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

using namespace strike;
using namespace strike::literals;
using namespace strike::sandbox;

namespace {

const std::int64_t start = *ns_from_text("2026-11-26T06:30:10Z");

bool is_multiple(std::int64_t x, std::int64_t of) { return x % of == 0; }

/// Checks every event as it comes.
struct auditor {
  const market_source& market;
  std::map<instrument_id, order_book> books;
  std::map<instrument_id, instrument_state> states;
  std::array<std::uint64_t, venue_count> last_sequence{};
  std::int64_t last_ns = 0;
  std::map<instrument_state, int> seen;
  std::size_t changes = 0, trades = 0;

  const market_source::listing& listing(instrument_id id) const {
    for (const auto at : {venue::deribit, venue::derive, venue::polymarket})
      for (const auto& x : market.listings(at))
        if (x.id == id) return x;
    throw std::logic_error{"an event of an instrument that is not listed"};
  }

  void check_level(const instrument& rules, const book_level& x) const {
    ASSERT_TRUE(rules.ticks.is_on_tick(x.at)) << rules.symbol << ' ' << to_string(x.at);
    ASSERT_TRUE(is_multiple(x.size.nanos, rules.lot.nanos)) << rules.symbol << ' ' << to_string(x.size);
    ASSERT_GE(x.size, quantity{});
    if (rules.info.kind == instrument_kind::option_combo) return;
    ASSERT_GT(x.at, price{}) << rules.symbol;
    if (rules.at == venue::polymarket) {
      ASSERT_LE(x.at, 1_px - rules.ticks.base);
    }
  }

  void check_sequence(venue at, std::uint64_t sequence) {
    ASSERT_GT(sequence, last_sequence[static_cast<std::size_t>(at)]);
    last_sequence[static_cast<std::size_t>(at)] = sequence;
  }

  void operator()(const market_event& x) {
    ASSERT_GE(x.venue_ns, last_ns);
    last_ns = x.venue_ns;
    std::visit([&](const auto& body) { see(x.instrument, body); }, x.body);
  }

  void see(instrument_id id, const instrument_status& x) {
    ++seen[x.state];
    if (x.state == instrument_state::listed) {
      ASSERT_FALSE(states.contains(id));
    } else {
      ASSERT_TRUE(states.contains(id));
    }
    if (x.state == instrument_state::settled) {
      ASSERT_EQ(states[id], instrument_state::expired);
      ASSERT_TRUE(x.settlement);
    }
    states[id] = x.state;
  }

  void see(instrument_id id, const book_snapshot& x) {
    ASSERT_FALSE(books.contains(id)) << "a second snapshot";
    check_sequence(listing(id).rules.at, x.sequence);
    books[id].apply(x);
    check_book(id);
  }

  void see(instrument_id id, const book_change& x) {
    ++changes;
    check_sequence(listing(id).rules.at, x.sequence);
    ASSERT_EQ(books[id].apply(x), book_result::applied);
    for (const auto* levels : {&x.bids, &x.asks})
      for (const auto& level : *levels) check_level(listing(id).rules, level);
    check_book(id);
  }

  void check_book(instrument_id id) { ASSERT_FALSE(books[id].is_crossed()) << listing(id).rules.symbol; }

  void see(instrument_id id, const trade& x) {
    ++trades;
    const auto& book = books[id];
    const auto* touch = *x.aggressor == side::buy ? book.best_ask() : book.best_bid();
    ASSERT_TRUE(touch);
    ASSERT_EQ(x.at, touch->at);
    ASSERT_LE(x.size, touch->size);
    ASSERT_GT(x.size, quantity{});
    ASSERT_TRUE(is_multiple(x.size.nanos, listing(id).rules.lot.nanos));
  }

  void see(instrument_id id, const ticker& x) {
    const auto& book = books[id];
    const auto* bid = book.best_bid();
    const auto* ask = book.best_ask();
    ASSERT_EQ(x.best_bid, bid ? optional_price{bid->at} : optional_price{});
    ASSERT_EQ(x.best_ask, ask ? optional_price{ask->at} : optional_price{});
    ASSERT_TRUE(x.mark);
    const auto& rules = listing(id).rules;
    if (rules.info.kind != instrument_kind::option) return;
    ASSERT_GT(*x.mark_iv, 0.05);
    ASSERT_LT(*x.mark_iv, 5);
    ASSERT_GE(*x.gamma, 0);
    ASSERT_LE(*x.theta, 0);
  }
};

struct run {
  generated_market market;
  auditor audit{.market = market};
  std::vector<market_event> events; ///< of the last step
  explicit run(const market_settings& settings) : market{settings, start} {}

  void until(std::int64_t end_ns, std::int64_t by_ns = ns_per_s) {
    for (auto now = start; now <= end_ns; now += by_ns) {
      events.clear();
      market.step(now, events);
      for (const auto& x : events) {
        audit(x);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
};

} // namespace

TEST(generated_market, keeps_every_rule_of_books_and_tapes_over_two_hours) {
  run x{{.events_per_s = 100}}; // over 08:00 UTC, so that an expiry is in it
  x.until(start + 7'200 * ns_per_s);
  EXPECT_GT(x.audit.changes, 100'000U);
  EXPECT_GT(x.audit.trades, 10'000U);
  EXPECT_GT(x.audit.seen[instrument_state::expired], 36);
  EXPECT_GT(x.audit.seen[instrument_state::settled], 36);
  EXPECT_GT(x.audit.seen[instrument_state::tick_changed], 0);
  for (const auto& [id, book] : x.audit.books)
    if (x.audit.states[id] == instrument_state::expired || x.audit.states[id] == instrument_state::settled) {
      EXPECT_TRUE(book.bids().empty() && book.asks().empty());
    }
}

TEST(generated_market, happens_alike_however_often_it_is_asked) {
  const market_settings settings{.events_per_s = 200};
  generated_market once{settings, start}, often{settings, start};
  std::vector<market_event> a, b;
  once.step(start + 40 * ns_per_s, a);
  for (auto now = start; now <= start + 40 * ns_per_s; now += 7 * ns_per_ms) often.step(now, b);
  often.step(start + 40 * ns_per_s, b);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    ASSERT_EQ(a[n].venue_ns, b[n].venue_ns);
    ASSERT_EQ(a[n].instrument, b[n].instrument);
    ASSERT_EQ(a[n].body.index(), b[n].body.index());
    if (const auto* change = std::get_if<book_change>(&a[n].body)) {
      ASSERT_EQ(*change, std::get<book_change>(b[n].body));
    }
  }
}

TEST(generated_market, is_another_one_with_another_seed) {
  std::vector<market_event> a, b;
  generated_market{{.seed = 1}, start}.step(start + ns_per_s, a);
  generated_market{{.seed = 2}, start}.step(start + ns_per_s, b);
  const auto* first = std::get_if<book_snapshot>(&a[1].body);
  const auto* second = std::get_if<book_snapshot>(&b[1].body);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
}

TEST(generated_market, keeps_its_rate_of_events) {
  generated_market market{{.events_per_s = 1'000}, start};
  std::vector<market_event> events;
  market.step(start, events);
  events.clear();
  market.step(start + 30 * ns_per_s, events);
  EXPECT_NEAR(static_cast<double>(events.size()), 30'000, 1'500); // the calendar's own come on top
}

TEST(generated_market, tells_when_something_happens_next) {
  generated_market market{{}, start};
  std::vector<market_event> events;
  const auto next = market.step(start, events);
  EXPECT_GT(next, start);
  events.clear();
  market.step(next - 1, events);
  EXPECT_TRUE(events.empty());
  market.step(next, events);
  EXPECT_FALSE(events.empty());
}

TEST(generated_market, expires_early_when_asked_to_and_lists_the_day_after) {
  run x{{.events_per_s = 50, .first_expiry_after_ns = 120 * ns_per_s}};
  x.until(start + 119 * ns_per_s);
  EXPECT_EQ(x.audit.seen[instrument_state::settled], 0);
  const auto listed = x.market.listings(venue::derive).size();
  x.events.clear();
  x.market.step(start + 125 * ns_per_s, x.events);
  int settled = 0;
  for (const auto& event : x.events)
    if (const auto* status = std::get_if<instrument_status>(&event.body);
        status && status->state == instrument_state::settled)
      settled += std::abs(*status->settlement / (*status->settlement > 20'000 ? 90'000 : 3'000) - 1) < 0.05;
  EXPECT_EQ(settled, 2 * 2 * 9 * 2); // two venues, two coins, nine strikes, calls and puts
  EXPECT_EQ(x.market.listings(venue::derive).size(), listed + 2 * 9 * 2);
}

TEST(generated_market, resolves_a_five_minute_market_to_what_the_coin_did) {
  run x{{.events_per_s = 50}};
  const auto first_five_minutes = *ns_from_text("2026-11-26T06:35:00Z");
  x.until(first_five_minutes + 20 * ns_per_s);
  int resolved = 0;
  for (const auto& market : x.market.markets()) {
    if (market.ends_ns != first_five_minutes) continue;
    EXPECT_TRUE(market.is_closed);
    ASSERT_TRUE(market.winner == 0 || market.winner == 1);
    const auto id =
        x.market.instruments().find(venue::polymarket, market.outcomes[static_cast<std::size_t>(market.winner)].token);
    EXPECT_EQ(x.audit.states[*id], instrument_state::settled);
    ++resolved;
  }
  EXPECT_EQ(resolved, 3);
}

TEST(generated_market, shows_the_two_outcomes_of_a_market_as_mirror_images) {
  run x{{.events_per_s = 200}};
  x.until(start + 60 * ns_per_s);
  int pairs = 0;
  for (const auto& market : x.market.markets()) {
    const auto& first = x.audit.books[*x.market.instruments().find(venue::polymarket, market.outcomes[0].token)];
    const auto& second = x.audit.books[*x.market.instruments().find(venue::polymarket, market.outcomes[1].token)];
    ASSERT_EQ(first.bids().size(), second.asks().size());
    for (const auto& level : first.bids()) EXPECT_EQ(second.ask_size_at(1_px - level.at), level.size);
    for (const auto& level : first.asks()) EXPECT_EQ(second.bid_size_at(1_px - level.at), level.size);
    pairs += !first.bids().empty();
  }
  EXPECT_GT(pairs, 20);
}

TEST(generated_market, gives_the_ranges_of_a_day_odds_that_add_up_to_one) {
  std::map<std::string, double> sums;
  std::map<instrument_id, double> marks;
  generated_market fresh{{.prediction_noise = 0}, start};
  std::vector<market_event> events;
  fresh.step(start, events);
  for (const auto& event : events)
    if (const auto* t = std::get_if<ticker>(&event.body)) marks[event.instrument] = *t->mark;
  for (const auto& market : fresh.markets())
    if (market.is_neg_risk)
      sums[market.event_slug] += marks[*fresh.instruments().find(venue::polymarket, market.outcomes[0].token)];
  ASSERT_EQ(sums.size(), 2U);
  for (const auto& [slug, sum] : sums) EXPECT_NEAR(sum, 1, 0.01) << slug;
}

TEST(generated_market, names_its_tokens_with_77_or_78_digits) {
  generated_market market{{}, start};
  for (const auto& x : market.markets())
    for (const auto& outcome : x.outcomes) {
      EXPECT_TRUE(outcome.token.size() == 77 || outcome.token.size() == 78) << outcome.token;
      EXPECT_TRUE(parse_token_id(outcome.token));
      EXPECT_EQ(x.condition_id.size(), 66U);
    }
}

TEST(generated_market, serves_five_thousand_instruments) {
  generated_market market{{.expiries = 10, .strikes = 62, .events_per_s = 20'000}, start};
  EXPECT_GT(market.instruments().size(), 5'000U);
  std::vector<market_event> events;
  market.step(start, events);
  events.clear();
  market.step(start + ns_per_s / 2, events);
  EXPECT_NEAR(static_cast<double>(events.size()), 10'000, 500);
}
