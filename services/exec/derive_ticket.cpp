// An order becomes a signed request. Source: Derive API, sections "private/order", "Fees and max_fee", "Signing".
#include "base/time.hpp"
#include "exec/derive_venue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace strike::exec {
namespace {

constexpr std::int64_t fee_step_nanos = 1000; // max_fee is rounded up to 6 decimals
constexpr std::int64_t key_margin_s = 1;      // a signature may not outlive its key

derive::lifetime life_of(const order_request& x) {
  if (x.post_only) return derive::lifetime::post_only;
  if (x.tif == time_in_force::ioc || (x.type == order_type::market && x.tif != time_in_force::fok))
    return derive::lifetime::ioc;
  return x.tif == time_in_force::fok ? derive::lifetime::fok : derive::lifetime::gtc;
}

} // namespace

/// Market orders are signed with the worst price they accept: the end of the venue's price band; of a stop market
/// order, which may be set off far from today's, some way beyond its stop price.
result<price> derive_venue::worst_price(const order_request& what, const market& at, const moment& now) const {
  const auto& ticks = tools_.rules.of(what.instrument).ticks;
  const bool is_buy = what.side == side::buy;
  if (what.stop.nanos > 0) {
    const auto way = static_cast<std::int64_t>(static_cast<double>(what.stop.nanos) * how_.stop_slack);
    const price beyond{is_buy ? what.stop.nanos + way : what.stop.nanos - way};
    return is_buy ? ticks.round_down(beyond) : std::max(ticks.round_up(beyond), ticks.tick_at(beyond));
  }
  const auto& end = is_buy ? at.band->highest : at.band->lowest;
  if (!end || now.steady_ns - at.band_seen_ns > how_.band_age.count())
    return fail(ec::invalid_order, "derive: the price band of " + at.terms->symbol +
                                       " is not known, or old; a market order needs it. Send a limit order");
  return is_buy ? ticks.round_down(*end) : ticks.round_up(*end);
}

std::int64_t derive_venue::expiry_of(const order_request& what, const moment& now) const {
  const std::int64_t now_s = now.wall_ns / ns_per_s;
  std::int64_t life = how_.order_life.count() / ns_per_s;
  const auto kind = life_of(what);
  if (kind == derive::lifetime::ioc || kind == derive::lifetime::fok) life = how_.brief_life.count() / ns_per_s;
  if (what.tif == time_in_force::gtd) life = what.expire_ns / ns_per_s - now_s;
  if (what.stop.nanos > 0) life = how_.network.trigger_life_s;
  return std::min(now_s + std::max(life, how_.network.minimum_life_s), key_expiry_s_ - key_margin_s);
}

/// factor x max(maker, taker rate) x max(index, limit) + base fee / min(amount, minimum), rounded up; not below what
/// the venue asked for.
price derive_venue::max_fee_of(const derive_order& x, const market& at, price limit, quantity amount) const {
  const auto& terms = *at.terms;
  const double rate = std::max({terms.maker_rate, terms.taker_rate, 0.0});
  const double smallest = to_double(terms.minimum.nanos > 0 ? std::min(amount, terms.minimum) : amount);
  const double fee = how_.fee_factor * rate * std::max(*at.band->index, to_double(limit)) + terms.base_fee / smallest;
  const double steps = std::ceil(std::max(fee, x.fee_floor) * 1e9 / fee_step_nanos);
  constexpr double most = 9e15; // steps; beyond, no price can hold it, and the venue's rates are nonsense
  return {static_cast<std::int64_t>(std::min(steps, most)) * fee_step_nanos};
}

result<std::string> derive_venue::write_order(derive_order& x, const ticket_terms& what, std::uint64_t id,
                                              const moment& now) {
  const auto& request = x.what.request;
  const auto& symbol = tools_.instruments.at(request.instrument).symbol;
  const auto& at = markets_.at(symbol);
  price limit = what.limit;
  if (request.type == order_type::market) {
    const auto worst = worst_price(request, at, now);
    if (!worst) return std::unexpected{worst.error()};
    limit = *worst;
  }
  const auto expiry_s = expiry_of(request, now);
  if (expiry_s < now.wall_ns / ns_per_s + how_.network.minimum_life_s)
    return fail(ec::invalid_order, fmt::format("derive: the session key expires at {}: register a new one",
                                               iso_from_ns(key_expiry_s_ * ns_per_s)));
  const auto fee = max_fee_of(x, at, limit, what.amount);
  const derive_order::attempt attempt{.nonce = nonces_.next(now.wall_ns), .expiry_s = expiry_s};
  if (auto kept = tools_.keys.keep(x.what.id, key_of(attempt)); !kept) return std::unexpected{kept.error()};

  derive::trade_terms trade{.asset = at.terms->asset,
                            .sub_id = at.terms->sub_id,
                            .subaccount = keys_->subaccount,
                            .is_bid = request.side == side::buy};
  const auto scaled = [](std::int64_t nanos) { return int128{nanos} * nanos_per_unit; }; // x 10^18
  trade.limit = scaled(limit.nanos);
  trade.amount = scaled(what.amount.nanos);
  trade.max_fee = scaled(fee.nanos);
  const auto made = derive::sign_order(
      how_.network, {keys_->subaccount, attempt.nonce, expiry_s, keys_->wallet, keys_->session.address()}, trade,
      keys_->session);
  if (!made) return std::unexpected{made.error()};

  x.attempts.push_back(attempt);
  const derive::order_ticket ticket{.subaccount = keys_->subaccount,
                                    .symbol = symbol,
                                    .label = x.what.label,
                                    .what = request.side,
                                    .is_market = request.type == order_type::market,
                                    .life = life_of(request),
                                    .limit = limit,
                                    .amount = what.amount,
                                    .max_fee = fee,
                                    .nonce = attempt.nonce,
                                    .expiry_s = expiry_s,
                                    .signer = signer_,
                                    .reduce_only = request.reduce_only,
                                    .stop = request.stop};
  if (what.replaces == nullptr) {
    to_.on_leaving(x.what.id);
    return write_.place(id, ticket, *made);
  }
  x.replacing = attempt.nonce;
  return write_.replace(id, ticket, {what.replaces->venue_id, what.replaces->filled}, *made);
}

} // namespace strike::exec
