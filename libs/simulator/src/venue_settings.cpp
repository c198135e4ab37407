#include "simulator/venue_settings.hpp"

#include "rules/patterns.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace strike::simulator {

namespace {

constexpr quantity one{nanos_per_unit};

match::delay read_delay(config::section& settings, const std::string& direction, match::delay fallback) {
  fallback.median_ns = settings.duration_ns(direction + "_latency", fallback.median_ns);
  fallback.sigma = settings.number(direction + "_sigma", fallback.sigma, 0, 10);
  fallback.kind = fallback.sigma > 0 ? match::delay::shape::lognormal : match::delay::shape::constant;
  return fallback;
}

std::vector<match::latency_row> read_recorded(config::section& settings) {
  const auto file = settings.file("recorded");
  if (file.empty()) return {};
  std::ifstream in{file, std::ios::binary};
  const std::string csv{std::istreambuf_iterator<char>{in}, {}};
  if (!in.is_open() || in.bad()) {
    settings.reject("recorded", fmt::format("cannot read {}", file.string()));
    return {};
  }
  auto rows = match::parse_latency_rows(csv, file.string());
  if (rows) return std::move(*rows);
  settings.reject("recorded", rows.error().text);
  return {};
}

match::latency_config read_latency(config::section& settings, const match::latency_config& defaults) {
  auto x = defaults;
  using match::order_action;
  for (const auto& [action, name] : {std::pair{order_action::place, "place"}, std::pair{order_action::amend, "amend"},
                                     std::pair{order_action::cancel, "cancel"}}) {
    const auto i = static_cast<std::size_t>(action);
    auto own = settings.table(name);
    x.entry[i] = read_delay(own, "entry", read_delay(settings, "entry", x.entry[i]));
    x.response[i] = read_delay(own, "response", read_delay(settings, "response", x.response[i]));
  }
  x.recorded = read_recorded(settings);
  return x;
}

/// A rate, share or amount within bounds that exclude slips of the decimal point.
quantity read_share(config::section& settings, std::string_view key, quantity fallback, quantity lowest) {
  const auto x = settings.quantity_of(key, fallback);
  if (x >= lowest && x <= one) return x;
  settings.reject(key, fmt::format("{} is not within {} to 1; it is a fraction, 0.0005 means 0.05 %", to_string(x),
                                   to_string(lowest)));
  return fallback;
}

} // namespace

bool fee_pattern::matches(const instrument& what) const {
  return at == what.at && (base.empty() || base == what.info.base) && (!kind || *kind == what.info.kind) &&
         (!is_inverse || *is_inverse == what.info.is_inverse);
}

match::fee_schedule read_fees(config::section& settings) {
  const quantity rebate_at_most{-nanos_per_unit};
  match::fee_schedule x;
  x.rule = settings.choice("rule", x.rule);
  x.maker_rate = read_share(settings, "maker_rate", x.maker_rate, rebate_at_most);
  x.taker_rate = read_share(settings, "taker_rate", x.taker_rate, rebate_at_most);
  x.cap = read_share(settings, "cap", x.cap, {});
  x.flat = {settings.quantity_of("flat", {}).nanos};
  x.exponent = static_cast<int>(settings.integer("exponent", x.exponent, 1, 2));
  x.rebate = read_share(settings, "rebate", x.rebate, {});
  x.decimals = static_cast<int>(settings.integer("decimals", x.decimals, 0, 9));
  x.delivery_rate = read_share(settings, "delivery_rate", x.delivery_rate, {});
  x.delivery_cap = read_share(settings, "delivery_cap", x.delivery_cap, {});
  return x;
}

venue_settings read_venue(config::section settings, venue at, const venue_settings& defaults) {
  venue_settings x;
  x.feed_delay_ns = settings.duration_ns("feed_delay", defaults.feed_delay_ns);
  x.latency = read_latency(settings, defaults.latency);
  for (auto& row : settings.tables("rule")) x.rules.push_back(rules::read_rule(row, at));
  for (auto& row : settings.tables("fee")) {
    x.fees.push_back(rules::read_pattern<fee_pattern>(row, at));
    x.fees.back().fees = read_fees(row);
  }
  x.rules.insert(x.rules.end(), defaults.rules.begin(), defaults.rules.end());
  x.fees.insert(x.fees.end(), defaults.fees.begin(), defaults.fees.end());
  auto cash = settings.table("cash");
  for (const auto& currency : cash.keys()) {
    const auto amount = cash.quantity_of(currency, {});
    if (amount < quantity{}) cash.reject(currency, "must not be negative");
    x.cash.push_back({at, currency, money{amount.nanos}});
  }
  return x;
}

} // namespace strike::simulator
