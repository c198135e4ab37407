#pragma once

#include "book/order_book.hpp"
#include "sandbox/market_source.hpp"

#include <deque>
#include <map>
#include <string_view>

namespace strike::sandbox::polymarket {

/// An outcome's token, with its book as of the last event that was applied.
struct token_state {
  std::size_t market = 0;
  std::size_t outcome = 0;
  price tick;
  order_book book;
  std::int64_t book_ns = 0;
  optional_price last;
  side last_side = side::buy;
  bool is_trading = false; ///< it has a book
};

/// An event: a question with several markets, or with one.
struct event_state {
  std::string id; ///< small decimal number
  std::vector<std::size_t> markets;
};

/// Polymarket as its clients may know it. One thread.
class market_state {
public:
  explicit market_state(const market_source& source) : source_{source} {}

  /// Takes an event of one of its tokens.
  /// @returns the token
  token_state& apply(const market_event& x);

  std::span<const binary_market> markets() const { return source_.markets(); }
  const binary_market& market_of(const token_state& x) const { return source_.markets()[x.market]; }
  const std::string& name_of(const token_state& x) const { return market_of(x).outcomes[x.outcome].token; }
  const token_state& token(std::size_t market, std::size_t outcome) const;
  /// Null for one that there is not.
  const token_state* find_token(std::string_view name) const;
  const binary_market* find_condition(std::string_view id) const;
  std::size_t place_of(const binary_market& x) const { return static_cast<std::size_t>(&x - source_.markets().data()); }
  const event_state* find_event(std::string_view slug) const;
  /// In order of listing.
  const std::vector<std::string>& event_slugs() const { return take_over(), event_slugs_; }
  /// What the markets of a neg-risk event share.
  const std::string& neg_risk_id(const binary_market& x) const {
    return markets()[find_event(x.event_slug)->markets.front()].question_id;
  }
  double volume(std::size_t market) const { return market < volumes_.size() ? volumes_[market] : 0; } ///< shares

  bool is_accepting(const binary_market& x) const { return token(place_of(x), 0).is_trading; }
  /// 0 or 1 once it is resolved; else in the middle of the touch, or at the last trade; 0.5 if there is neither.
  price outcome_price(std::size_t market, std::size_t outcome) const;

private:
  void take_over() const;

  const market_source& source_;
  // Markets are taken over when they are first asked for.
  mutable std::deque<token_state> tokens_; ///< two a market
  mutable std::map<std::string, std::size_t, std::less<>> by_token_, by_condition_;
  mutable std::map<std::string, event_state, std::less<>> events_;
  mutable std::vector<std::string> event_slugs_;
  std::vector<double> volumes_;
};

/// In the middle of the touch; none if a side is empty.
optional_price middle(const order_book& x);

/// Of `GET /book`, with its hash: SHA-1 over the object with an empty hash. Levels best last. Source: Polymarket,
/// public CLOB REST, book hash.
struct book_text {
  std::string json, hash;
};
book_text text_of(const token_state& x, const market_state& in);

} // namespace strike::sandbox::polymarket
