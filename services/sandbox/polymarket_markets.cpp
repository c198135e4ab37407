#include "sandbox/polymarket_markets.hpp"

#include "base/time.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <cassert>

namespace strike::sandbox::polymarket {

namespace {

using namespace strike::literals;

constexpr std::int64_t first_event_id = 20'000;

void put_levels(std::string& out, std::span<const book_level> levels) {
  out += '[';
  for (const auto& x : levels) {
    if (out.back() != '[') out += ',';
    fmt::format_to(std::back_inserter(out), R"({{"price":"{}","size":"{}"}})", to_string(x.at), to_string(x.size));
  }
  out += ']';
}

std::string sha1(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const auto x : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", x);
  return hex;
}

} // namespace

void market_state::take_over() const {
  const auto markets = source_.markets();
  for (auto place = tokens_.size() / 2; place < markets.size(); ++place) {
    const auto& x = markets[place];
    for (std::size_t n = 0; n < 2; ++n) {
      by_token_[x.outcomes[n].token] = tokens_.size();
      tokens_.push_back({.market = place, .outcome = n, .tick = x.tick});
    }
    by_condition_[x.condition_id] = place;
    const auto [event, is_new] = events_.try_emplace(x.event_slug);
    if (is_new) {
      event->second.id = std::to_string(first_event_id + static_cast<std::int64_t>(event_slugs_.size()));
      event_slugs_.push_back(x.event_slug);
    }
    event->second.markets.push_back(place);
  }
}

token_state& market_state::apply(const market_event& x) {
  take_over();
  const auto found = by_token_.find(source_.instruments().at(x.instrument).symbol);
  assert(found != by_token_.end() && "each token belongs to a market");
  auto& token = tokens_[found->second];
  if (const auto* snapshot = std::get_if<book_snapshot>(&x.body)) {
    token.book.apply(*snapshot);
    token.book_ns = x.venue_ns;
  } else if (const auto* change = std::get_if<book_change>(&x.body)) {
    token.book.apply(*change);
    token.book_ns = x.venue_ns;
  } else if (const auto* done = std::get_if<trade>(&x.body)) {
    token.last = done->at;
    token.last_side = done->aggressor.value_or(side::buy);
    if (volumes_.size() <= token.market) volumes_.resize(token.market + 1);
    volumes_[token.market] += to_double(done->size);
  } else if (const auto* status = std::get_if<instrument_status>(&x.body)) {
    token.is_trading = status->state != instrument_state::expired && status->state != instrument_state::settled;
    if (status->definition) token.tick = status->definition->ticks.base;
  }
  return token;
}

const token_state& market_state::token(std::size_t market, std::size_t outcome) const {
  take_over();
  return tokens_[2 * market + outcome];
}

const token_state* market_state::find_token(std::string_view name) const {
  take_over();
  const auto found = by_token_.find(name);
  return found == by_token_.end() ? nullptr : &tokens_[found->second];
}

const binary_market* market_state::find_condition(std::string_view id) const {
  take_over();
  const auto found = by_condition_.find(id);
  return found == by_condition_.end() ? nullptr : &source_.markets()[found->second];
}

const event_state* market_state::find_event(std::string_view slug) const {
  take_over();
  const auto found = events_.find(slug);
  return found == events_.end() ? nullptr : &found->second;
}

price market_state::outcome_price(std::size_t market, std::size_t outcome) const {
  const auto& x = markets()[market];
  if (x.is_closed) return x.winner == static_cast<int>(outcome) ? 1_px : 0_px;
  const auto& of = token(market, outcome);
  return middle(of.book).value_or(of.last.value_or(0.5_px));
}

optional_price middle(const order_book& x) {
  if (x.best_bid() == nullptr || x.best_ask() == nullptr) return {};
  return price{(x.best_bid()->at.nanos + x.best_ask()->at.nanos) / 2};
}

book_text text_of(const token_state& x, const market_state& in) {
  const auto& market = in.market_of(x);
  auto front = fmt::format(R"({{"market":"{}","asset_id":"{}","timestamp":"{}","hash":")", market.condition_id,
                           in.name_of(x), x.book_ns / ns_per_ms);
  std::string back = R"(","bids":)";
  put_levels(back, x.book.bids());
  back += R"(,"asks":)";
  put_levels(back, x.book.asks());
  fmt::format_to(
      std::back_inserter(back), R"(,"min_order_size":"{}","tick_size":"{}","neg_risk":{},"last_trade_price":"{}"}})",
      to_string(market.minimum), to_string(x.tick), market.is_neg_risk, x.last ? to_string(*x.last) : std::string{});
  auto hash = sha1(front + back);
  return {front + hash + back, std::move(hash)};
}

} // namespace strike::sandbox::polymarket
