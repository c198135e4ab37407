#include "sandbox/valuation.hpp"

#include "base/time.hpp"
#include "sandbox/black76.hpp"

#include <algorithm>
#include <cmath>

namespace strike::sandbox {

namespace {

constexpr double year_ns = 365.0 * 86'400 * 1e9;
constexpr double hours_of_funding = 8; ///< what `ticker::funding` is quoted for

double years_to(std::int64_t end_ns, std::int64_t now_ns) {
  return static_cast<double>(std::max(end_ns - now_ns, ns_per_s)) / year_ns;
}

/// Options quoted in coin are worth their USD price over the forward.
double unit_of(const instrument& rules, double forward) { return rules.info.is_inverse ? forward : 1; }

valuation value_option(const instrument& rules, const coin& of, std::int64_t now_ns, double strays) {
  const double years = years_to(rules.info.expiry_ns, now_ns), strike = to_double(*rules.info.strike);
  const option_terms terms{of.forward(years), strike, years, *rules.info.right};
  const double sigma = of.volatility(strike, years) * (1 + strays);
  const auto x = black76(terms, sigma);
  const double unit = unit_of(rules, terms.forward);
  valuation v{.fair = x.price / unit, .half_spread = (0.4 * x.vega + 0.002 * x.price) / unit};
  auto& t = v.analytics;
  t.mark = v.fair;
  t.index = of.index;
  t.underlying = terms.forward;
  t.mark_iv = sigma;
  t.delta = x.delta;
  t.gamma = x.gamma;
  t.vega = x.vega;
  const bool is_derive = rules.at == venue::derive;
  t.theta = is_derive ? x.theta : x.theta * std::min(1.0, years * 365); // Deribit: of the day, or of what remains of it
  t.rho = is_derive ? years * x.price : x.rho;                          // Source: Derive, rho
  return v;
}

} // namespace

valuation value_of(const instrument& rules, const coin& of, std::int64_t now_ns, double strays) {
  if (rules.info.kind == instrument_kind::option) return value_option(rules, of, now_ns, strays);
  const double tick = to_double(rules.ticks.base);
  double fair = of.index * (1 + strays);
  valuation v;
  if (rules.info.kind == instrument_kind::perpetual) {
    fair *= 1 + of.premium.now;
    v.analytics.funding = of.premium.now / 2 * hours_of_funding / 24;
  }
  if (rules.info.kind == instrument_kind::future) fair *= of.forward(years_to(rules.info.expiry_ns, now_ns)) / of.index;
  v.fair = fair;
  v.half_spread = std::max(0.6 * tick, fair * 0.00002);
  v.analytics.mark = fair;
  v.analytics.index = of.index;
  return v;
}

valuation value_of(const call_spread& what, const instrument& rules, const coin& of, std::int64_t now_ns) {
  const double years = years_to(rules.info.expiry_ns, now_ns), forward = of.forward(years);
  const auto call = [&](double strike) {
    return black76({forward, strike, years, option_type::call}, of.volatility(strike, years));
  };
  const auto bought = call(what.long_strike), sold = call(what.short_strike);
  valuation v;
  v.fair = (bought.price - sold.price) / unit_of(rules, forward);
  v.half_spread = 0.2 * (bought.vega + sold.vega) / unit_of(rules, forward);
  v.analytics.mark = v.fair;
  v.analytics.index = of.index;
  v.analytics.delta = bought.delta - sold.delta;
  v.analytics.gamma = bought.gamma - sold.gamma;
  v.analytics.vega = bought.vega - sold.vega;
  v.analytics.theta = bought.theta - sold.theta;
  v.analytics.rho = bought.rho - sold.rho;
  return v;
}

valuation value_of(const binary_terms& what, const coin& of, std::int64_t ends_ns, std::int64_t now_ns, double strays) {
  double odds = 0.5; // up or down, before it begins
  if (!std::isnan(what.low)) {
    const double years = years_to(ends_ns, now_ns), forward = of.forward(years);
    const auto above = [&](double strike) {
      if (strike <= 0) return 1.0;
      if (std::isinf(strike)) return 0.0;
      return chance_above(forward, strike, years, [&](double k) { return of.volatility(k, years); });
    };
    odds = above(what.low) - above(what.high);
  }
  // Near certainty nobody strays far.
  odds += strays * std::min(1.0, 8 * odds * (1 - odds));
  valuation v{.fair = std::clamp(odds, 0.0005, 0.9995)};
  v.half_spread = 0.002 + 0.01 * v.fair * (1 - v.fair);
  v.analytics.mark = v.fair;
  return v;
}

void add_touch_volatility(ticker& x, const instrument& rules, std::int64_t now_ns) {
  if (rules.info.kind != instrument_kind::option) return;
  const option_terms terms{*x.underlying, to_double(*rules.info.strike), years_to(rules.info.expiry_ns, now_ns),
                           *rules.info.right};
  const double unit = unit_of(rules, terms.forward);
  if (x.best_bid) x.bid_iv = implied_volatility(terms, to_double(*x.best_bid) * unit, *x.mark_iv);
  if (x.best_ask) x.ask_iv = implied_volatility(terms, to_double(*x.best_ask) * unit, *x.mark_iv);
}

} // namespace strike::sandbox
