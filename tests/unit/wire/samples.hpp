#pragma once

#include "base/order.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace strike::wire {

/// Random values of every domain type, at the edges of their ranges as often as inside.
class samples {
public:
  explicit samples(std::uint64_t seed) : random_{seed} {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool coin() { return below(2) == 0; }
  std::uint64_t any_unsigned() { return coin() ? random_() >> below(64) : below(3) - 1; }
  std::int64_t any_signed() {
    const std::int64_t edges[] = {0, 1, -1, std::numeric_limits<std::int64_t>::max(),
                                  std::numeric_limits<std::int64_t>::min()};
    return below(4) == 0 ? edges[below(5)] : static_cast<std::int64_t>(random_()) >> below(64);
  }
  std::int64_t positive() { return static_cast<std::int64_t>((random_() >> (1 + below(62))) | 1); }
  double number() {
    const double edges[] = {0, -0.0, 1e-308, std::numeric_limits<double>::infinity(), 0.65};
    return coin() ? edges[below(5)] : static_cast<double>(any_signed()) / 977;
  }
  std::string text() {
    std::string made;
    for (auto n = coin() ? 0 : below(40); n > 0; --n)
      made += below(9) == 0 ? "é" : std::string(1, char(' ' + below(95)));
    return made;
  }
  template <class E> E one_of() { return enum_names<E>::table[below(enum_names<E>::table.size())].value; }
  template <class T> std::optional<T> maybe(T x) { return coin() ? std::optional{x} : std::nullopt; }
  optional_double maybe_number() { return coin() ? optional_double{number()} : optional_double{}; }
  template <class Decimal> optional_value<Decimal> maybe_decimal() {
    return coin() ? optional_value<Decimal>{Decimal{any_signed()}} : optional_value<Decimal>{};
  }

  ticker any_ticker() {
    ticker x;
    for (auto* to : {&x.best_bid, &x.best_ask, &x.last}) *to = maybe_decimal<price>();
    for (auto* to : {&x.best_bid_size, &x.best_ask_size}) *to = maybe_decimal<quantity>();
    for (auto* to : {&x.mark, &x.index, &x.underlying, &x.open_interest, &x.funding, &x.mark_iv, &x.bid_iv, &x.ask_iv,
                     &x.delta, &x.gamma, &x.vega, &x.theta, &x.rho})
      *to = maybe_number();
    return x;
  }
  book_levels levels() {
    book_levels made;
    for (auto n = coin() ? below(4) : below(50); n > 0; --n) made.push_back({{any_signed()}, {any_signed()}});
    return made;
  }
  instrument definition() {
    instrument x{.at = one_of<venue>(), .symbol = text()};
    x.info = {.kind = one_of<instrument_kind>(),
              .base = text(),
              .quote = text(),
              .settlement = text(),
              .is_inverse = coin(),
              .expiry_ns = any_signed(),
              .strike = maybe_decimal<price>(),
              .right = maybe(one_of<option_type>())};
    x.ticks.base = {positive()};
    std::int64_t above = any_signed() / 2;
    for (auto n = below(4); n > 0; --n)
      x.ticks.steps.push_back({{above += std::int64_t(1 + below(1000))}, {positive()}});
    x.lot = {positive()};
    x.minimum = {positive()};
    x.multiplier = {positive()};
    x.index = text();
    x.outcome = text();
    x.complement = text();
    return x;
  }
  instrument_status status() {
    instrument_status x{.state = one_of<instrument_state>(), .settlement = maybe_number(), .definition = nullptr};
    if (coin()) x.definition = std::make_shared<const instrument>(definition());
    return x;
  }
  /// @param alternative index into `market_event::body`
  market_event event(std::size_t alternative, instrument_id of) {
    market_event x{.venue_ns = any_signed(), .recv_ns = any_signed(), .instrument = of, .state = one_of<trust>()};
    switch (alternative) {
    case 0:
      x.body = any_ticker();
      break;
    case 1:
      x.body = book_snapshot{any_unsigned(), levels(), levels()};
      break;
    case 2:
      x.body = book_change{any_unsigned(), any_unsigned(), levels(), levels()};
      break;
    case 3:
      x.body = trade{{any_signed()}, {any_signed()}, maybe(one_of<side>()), text()};
      break;
    default:
      x.body = status();
      break;
    }
    return x;
  }
  order_request request(instrument_id of) {
    order_request x{
        of,     one_of<side>(), one_of<order_type>(), {any_signed()}, {any_signed()}, one_of<time_in_force>(),
        coin(), coin(),         any_signed()};
    if (coin()) {
      x.stop = {any_signed() | 1};
      x.trigger = one_of<stop_trigger>();
    }
    return x;
  }
  order_update update(instrument_id of) {
    order_update x{any_signed(),   {any_unsigned()}, of,           one_of<order_state>(),
                   {any_signed()}, {any_signed()},   std::nullopt, text()};
    const money fee{static_cast<int128>(any_signed()) * (coin() ? 1 : positive())};
    if (coin())
      x.execution = fill{any_signed(),         x.order,        of,  one_of<side>(),
                         {any_signed()},       {any_signed()}, fee, one_of<liquidity>(),
                         one_of<fill_reason>()};
    return x;
  }

private:
  std::mt19937_64 random_;
};

inline bool equal(const instrument_status& a, const instrument_status& b) {
  const bool same_rules = a.definition && b.definition ? *a.definition == *b.definition : a.definition == b.definition;
  return a.state == b.state && a.settlement == b.settlement && same_rules;
}

inline bool equal(const market_event& a, const market_event& b) {
  if (a.venue_ns != b.venue_ns || a.recv_ns != b.recv_ns || a.instrument != b.instrument || a.state != b.state)
    return false;
  const auto same_body = [&](const auto& x) {
    const auto* y = std::get_if<std::decay_t<decltype(x)>>(&b.body);
    if constexpr (std::is_same_v<std::decay_t<decltype(x)>, instrument_status>)
      return y && equal(x, *y);
    else
      return y && x == *y;
  };
  return std::visit(same_body, a.body);
}

inline bool equal(const std::vector<market_event>& a, const std::vector<market_event>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return equal(x, y); });
}

inline bool equal(const order_request& a, const order_request& b) {
  return a.instrument == b.instrument && a.side == b.side && a.type == b.type && a.limit == b.limit &&
         a.size == b.size && a.tif == b.tif && a.post_only == b.post_only && a.reduce_only == b.reduce_only &&
         a.expire_ns == b.expire_ns && a.stop == b.stop && a.trigger == b.trigger;
}

inline bool equal(const fill& a, const fill& b) {
  return a.venue_ns == b.venue_ns && a.order == b.order && a.instrument == b.instrument && a.side == b.side &&
         a.at == b.at && a.size == b.size && a.fee == b.fee && a.liquidity == b.liquidity && a.reason == b.reason;
}

inline bool equal(const order_update& a, const order_update& b) {
  const bool same_fill =
      a.execution.has_value() == b.execution.has_value() && (!a.execution || equal(*a.execution, *b.execution));
  return a.venue_ns == b.venue_ns && a.order == b.order && a.instrument == b.instrument && a.state == b.state &&
         a.filled == b.filled && a.remaining == b.remaining && same_fill && a.reason == b.reason;
}

} // namespace strike::wire
