// What a generated market lists, and when.

#include "base/symbol.hpp"
#include "sandbox/calendar.hpp"
#include "sandbox/generated_market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace strike::sandbox {

namespace {

constexpr std::size_t option_coins = 2;   ///< BTC and ETH: the first of the settings
constexpr std::int64_t updowns_ahead = 2; ///< five-minute markets that are listed before they begin
constexpr double strike_range = 5;        ///< strikes span so many standard deviations
constexpr double seconds_per_year = 365.0 * 86'400;

constexpr double stray_of(instrument_kind kind) {
  if (kind == instrument_kind::option) return 0.004; // of the volatility
  return 0.00002;
}

} // namespace

void generated_market::list_missing(std::int64_t now_ns, std::vector<market_event>& out) {
  // When the first expiry was early, the chain is filled up as it will be on the day after.
  const bool first_is_over = expiry_of(first_nominal_ns_) <= now_ns;
  const auto from_ns = first_is_over ? std::max(now_ns, first_nominal_ns_) : now_ns;
  for (const auto nominal_ns : next_expiries(from_ns, settings_.expiries))
    if (listed_expiries_.insert(nominal_ns).second) list_expiry(nominal_ns, now_ns, out);
  list_predictions(now_ns, out);
}

void generated_market::list_perpetual(std::int64_t now_ns, std::vector<market_event>& out) {
  for (std::size_t coin = 0; coin < settings_.coins.size(); ++coin) {
    const auto& name = settings_.coins[coin].name;
    list_contract(venue::deribit, name + "_USDC-PERPETUAL", coin, now_ns, out);
    list_contract(venue::derive, name + "-PERP", coin, now_ns, out);
    if (coin >= option_coins) continue;
    list_contract(venue::deribit, name + "-PERPETUAL", coin, now_ns, out);
    list_contract(venue::deribit, name + "_USDC", coin, now_ns, out);
    list_contract(venue::derive, name + "-USDC", coin, now_ns, out);
  }
}

void generated_market::list_expiry(std::int64_t nominal_ns, std::int64_t now_ns, std::vector<market_event>& out) {
  for (std::size_t coin = 0; coin < option_coins; ++coin) {
    if (is_friday(nominal_ns))
      list_contract(venue::deribit,
                    *print_symbol(venue::deribit, {.kind = instrument_kind::future,
                                                   .base = settings_.coins[coin].name,
                                                   .quote = "USD",
                                                   .is_inverse = true,
                                                   .expiry_ns = nominal_ns}),
                    coin, now_ns, out);
    list_options(coin, nominal_ns, now_ns, out);
  }
}

void generated_market::list_options(std::size_t coin, std::int64_t nominal_ns, std::int64_t now_ns,
                                    std::vector<market_event>& out) {
  const auto& of = world_.coins()[coin];
  const double years = static_cast<double>(nominal_ns - now_ns) / 1e9 / seconds_per_year;
  const double forward = of.forward(years), deviation = forward * of.settings.volatility * std::sqrt(years);
  const auto strikes =
      strikes_about(forward, strike_range * deviation / static_cast<double>(settings_.strikes), settings_.strikes);
  for (const auto at : {venue::deribit, venue::derive})
    for (const double strike : strikes)
      for (const auto right : {option_type::call, option_type::put}) {
        const symbol_info info{.kind = instrument_kind::option,
                               .base = of.settings.name,
                               .quote = "USD",
                               .is_inverse = at == venue::deribit,
                               .expiry_ns = nominal_ns,
                               .strike = *nearest_decimal<price>(strike),
                               .right = right};
        list_contract(at, *print_symbol(at, info), coin, now_ns, out);
      }
  // A call spread on the nearest Friday of the first coin.
  if (coin != 0 || !is_friday(nominal_ns)) return;
  const bool has_one = std::ranges::any_of(quoted_[static_cast<std::size_t>(share::option)],
                                           [](const auto* x) { return x->spread.has_value(); });
  if (has_one || strikes.size() < 3) return;
  const call_spread legs{strikes[strikes.size() / 2], strikes[strikes.size() / 2 + 1]};
  const auto future = *print_symbol(venue::deribit, {.kind = instrument_kind::future,
                                                     .base = of.settings.name,
                                                     .quote = "USD",
                                                     .is_inverse = true,
                                                     .expiry_ns = nominal_ns});
  list_contract(venue::deribit,
                fmt::format("{0}-CS-{1}-{2:.0f}_{3:.0f}", of.settings.name, future.substr(of.settings.name.size() + 1),
                            legs.long_strike, legs.short_strike),
                coin, now_ns, out, legs);
}

void generated_market::list_predictions(std::int64_t now_ns, std::vector<market_event>& out) {
  const auto list_once = [&](std::vector<made_market> family) {
    if (!listed_events_.insert(family.front().record.event_slug).second) return;
    for (auto& x : family) list_market(std::move(x), now_ns, out);
  };
  for (std::size_t place = 0; place < settings_.coins.size(); ++place) {
    const coin_choice of{settings_.coins[place], place};
    const auto length_ns = settings_.updown_ns;
    for (std::int64_t ahead = 0; ahead <= updowns_ahead; ++ahead)
      list_once({up_or_down(of, now_ns - now_ns % length_ns + ahead * length_ns, length_ns)});
    if (place >= option_coins) continue;
    int day = new_york_noon(now_ns, 0) > now_ns ? 0 : 1;
    for (std::size_t count = 0; count < settings_.prediction_days; ++count, ++day) {
      const auto ends_ns = new_york_noon(now_ns, day);
      const double years = static_cast<double>(ends_ns - now_ns) / 1e9 / seconds_per_year;
      const double index = world_.coins()[place].index, deviation = index * of.settings.volatility * std::sqrt(years);
      const auto spacing = 4 * deviation / static_cast<double>(settings_.prediction_strikes);
      list_once(above_family(of, strikes_about(index, spacing, settings_.prediction_strikes), ends_ns));
      if (place == 0) list_once(range_family(of, strikes_about(index, deviation, 3), ends_ns));
    }
  }
}

void generated_market::list_contract(venue at, const std::string& symbol, std::size_t coin, std::int64_t now_ns,
                                     std::vector<market_event>& out, std::optional<call_spread> spread) {
  auto contract = contract_of(at, symbol);
  assert(contract && "the sandbox lists what it has terms for");
  const auto kind = contract->rules.info.kind;
  auto& expiry_ns = contract->rules.info.expiry_ns;
  if (expiry_ns != 0) expiry_ns = expiry_of(expiry_ns);
  made_instrument x{.at = at,
                    .listing = listings_[static_cast<std::size_t>(at)].size(),
                    .coin = coin,
                    .book = quote_book{book_limits(*contract, settings_.depth)},
                    .strays = {.spread = stray_of(kind), .memory_s = 120},
                    .strayed_ns = now_ns,
                    .ends_ns = expiry_ns,
                    .spread = spread};
  if (kind != instrument_kind::spot) x.open_interest = 50 * to_double(contract->typical);
  add_listing(contract->rules, now_ns, out);
  const bool is_option = kind == instrument_kind::option || spread;
  quoted_[static_cast<std::size_t>(is_option ? share::option : share::linear)].push_back(
      &made_.emplace_back(std::move(x)));
  open_book(made_.back(), now_ns, out);
}

void generated_market::list_market(made_market x, std::int64_t now_ns, std::vector<market_event>& out) {
  identify(x.record, settings_.seed);
  x.record.gamma_id = std::to_string(500'000 + markets_.size());
  x.record.created_ns = now_ns;
  if (x.terms.low_from_ns != 0 && x.terms.low_from_ns <= now_ns) x.terms.low = world_.coins()[x.terms.coin].index;
  auto& listed = listings_[static_cast<std::size_t>(venue::polymarket)];
  made_contract contract;
  const auto place = listed.size();
  for (const std::size_t n : {0U, 1U}) {
    contract = contract_of_token(x.record.outcomes[n].token);
    contract.rules.outcome = x.record.outcomes[n].label;
    contract.rules.complement = x.record.outcomes[1 - n].token;
    contract.rules.info.expiry_ns = x.record.ends_ns;
    add_listing(contract.rules, now_ns, out);
  }
  made_.push_back({.at = venue::polymarket,
                   .listing = place,
                   .coin = x.terms.coin,
                   .book = quote_book{book_limits(contract, settings_.depth)},
                   .strays = {.spread = settings_.prediction_noise, .memory_s = 90},
                   .strayed_ns = now_ns,
                   .ends_ns = x.record.ends_ns,
                   .market = markets_.size(),
                   .terms = x.terms});
  markets_.push_back(std::move(x.record));
  quoted_[static_cast<std::size_t>(share::binary)].push_back(&made_.back());
  open_book(made_.back(), now_ns, out);
}

void generated_market::add_listing(const instrument& rules, std::int64_t now_ns, std::vector<market_event>& out) {
  const auto id = registry_.intern(rules.at, rules.symbol);
  assert(id && "a symbol that the sandbox made is one");
  listings_[static_cast<std::size_t>(rules.at)].push_back(listing{.id = *id, .rules = rules, .listed_ns = now_ns});
  out.push_back({.venue_ns = now_ns,
                 .instrument = *id,
                 .body = instrument_status{.state = instrument_state::listed,
                                           .definition = std::make_shared<const instrument>(rules)}});
}

void generated_market::open_book(made_instrument& x, std::int64_t now_ns, std::vector<market_event>& out) {
  const auto worth = value(x, now_ns);
  const auto& rules = listing_of(x).rules;
  book_change filling;
  for (int round = 0; round < 3; ++round) x.book.follow(touch_about(worth, rules), rules.ticks, chance_, filling);
  auto& counter = sequences_[static_cast<std::size_t>(x.at)];
  book_snapshot first{.sequence = x.sequence = ++counter};
  first.bids.assign(x.book.bids().begin(), x.book.bids().end());
  first.asks.assign(x.book.asks().begin(), x.book.asks().end());
  if (x.market) {
    book_snapshot second{
        .sequence = x.mirror_sequence = ++counter, .bids = mirrored(first.asks), .asks = mirrored(first.bids)};
    out.push_back({.venue_ns = now_ns, .instrument = listing_of(x).id, .body = std::move(first)});
    out.push_back({.venue_ns = now_ns, .instrument = listing_of(x, true).id, .body = std::move(second)});
  } else {
    out.push_back({.venue_ns = now_ns, .instrument = listing_of(x).id, .body = std::move(first)});
  }
  put_ticker(x, worth, now_ns, out);
}

std::int64_t generated_market::expiry_of(std::int64_t nominal_ns) const {
  if (settings_.first_expiry_after_ns == 0 || nominal_ns != first_nominal_ns_) return nominal_ns;
  const auto wished_ns = start_ns_ + settings_.first_expiry_after_ns;
  return std::min(nominal_ns, wished_ns - wished_ns % ns_per_s);
}

} // namespace strike::sandbox
