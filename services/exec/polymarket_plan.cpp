#include "exec/polymarket_plan.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace strike::exec {

using polymarket::order_kind;

namespace {

constexpr std::uint64_t marketable_minimum = 1'000'000; // 1 pUSD
constexpr std::int64_t cent = nanos_per_unit / 100;

std::unexpected<error> refuse(std::string why) { return fail(ec::invalid_order, std::move(why)); }

order_kind kind_of(const order_request& x) {
  if (x.tif == time_in_force::fok) return order_kind::fok;
  if (x.type == order_type::market || x.tif == time_in_force::ioc) return order_kind::fak;
  return x.tif == time_in_force::gtd ? order_kind::gtd : order_kind::gtc;
}
bool is_immediate(order_kind x) { return x == order_kind::fok || x == order_kind::fak; }

/// A buy that must trade at once spends whole cents.
result<void> fit_to_cents(polymarket_plan& x, price tick, const polymarket_settings& how) {
  const auto worth = notional(x.limit, x.size);
  if (worth.nanos % cent == 0) return {};
  if (how.inexact == inexact_buys::amount) {
    const quantity cash{static_cast<std::int64_t>(worth.nanos / cent * cent)};
    const auto made = polymarket::market_amounts(side::buy, x.limit, cash, tick);
    if (!made) return std::unexpected{made.error()};
    x.amounts = *made;
    x.size = {static_cast<std::int64_t>(made->taker) * 1000};
    return {};
  }
  const auto smaller = polymarket::whole_cents_size(x.limit, x.size);
  if (x.kind == order_kind::fok || smaller == quantity{})
    return refuse(fmt::format("a buy that trades at once must be worth whole cents, {} at {} is not: {}",
                              to_string(x.size), to_string(x.limit),
                              smaller == quantity{} ? "buy more, or at a rounder price"
                                                    : "the next smaller size is " + to_string(smaller)));
  x.size = smaller;
  const auto made = polymarket::limit_amounts(side::buy, x.limit, x.size, tick);
  if (!made) return std::unexpected{made.error()};
  x.amounts = *made;
  return {};
}

result<std::int64_t> expiration_of(const order_request& asked, const polymarket_settings& how, std::int64_t venue_ns) {
  const auto stated_ns = asked.expire_ns + how.gtd_early.count();
  const auto soonest_ns = venue_ns + how.gtd_minimum.count() - how.gtd_early.count();
  if (asked.expire_ns < soonest_ns)
    return refuse(fmt::format("Polymarket takes no order that expires within {} s: let it expire at {} or later, or "
                              "cancel it yourself",
                              (soonest_ns - venue_ns) / ns_per_s, iso_from_ns(soonest_ns)));
  return stated_ns / ns_per_s;
}

} // namespace

result<void> check_polymarket(const order_request& asked, const polymarket_settings& how, bool is_closed_only,
                              std::int64_t venue_ns) {
  if (asked.stop != price{}) return refuse("Polymarket has no stop orders: watch the price, and place the order then");
  if (asked.reduce_only && asked.side == side::buy)
    return refuse("a reduce-only buy reduces nothing: Polymarket has no short positions");
  if (is_closed_only && asked.side == side::buy)
    return refuse("Polymarket has put the account into closed-only mode: it may only sell what it holds");
  const auto kind = kind_of(asked);
  if (asked.post_only && is_immediate(kind))
    return refuse("post-only and trading at once exclude each other: use gtc or gtd");
  if (kind != order_kind::gtd) return {};
  const auto checked = expiration_of(asked, how, venue_ns);
  return checked ? result<void>{} : std::unexpected{checked.error()};
}

result<polymarket_plan> plan_polymarket(const order_request& asked, price limit, quantity size,
                                        const polymarket::market& at, price tick, const polymarket_settings& how,
                                        std::int64_t venue_ns) {
  if (!polymarket::is_tradable(at)) return refuse("the market takes no orders: it is closed, resolved or paused");
  polymarket_plan x{.limit = limit, .size = size, .kind = kind_of(asked)};
  if (!polymarket::is_valid_price(limit, tick))
    return refuse(fmt::format("price {} is no multiple of the tick {} between it and 1 less it", to_string(limit),
                              to_string(tick)));
  if (const auto least = at.minimum; !is_immediate(x.kind) && least && size < *least)
    return refuse(
        fmt::format("{} shares are less than the market's minimum of {}", to_string(size), to_string(*least)));
  const auto made = polymarket::limit_amounts(asked.side, limit, size, tick);
  if (!made) return std::unexpected{made.error()};
  x.amounts = *made;
  if (asked.side == side::buy && is_immediate(x.kind)) {
    if (const auto fits = fit_to_cents(x, tick, how); !fits) return std::unexpected{fits.error()};
    if (x.amounts.maker < marketable_minimum)
      return refuse(fmt::format("a buy that trades at once must be worth 1 pUSD at least, {} at {} is not: buy more",
                                to_string(x.size), to_string(limit)));
  }
  if (x.kind == order_kind::gtd) {
    const auto expiration = expiration_of(asked, how, venue_ns);
    if (!expiration) return std::unexpected{expiration.error()};
    x.expiration_s = *expiration;
  }
  return x;
}

} // namespace strike::exec
