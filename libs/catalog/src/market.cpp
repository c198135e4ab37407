#include "catalog/market.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strike::catalog {

namespace {

const outcome* first_of(const std::vector<outcome>& all, auto predicate) {
  const auto at = std::ranges::find_if(all, predicate);
  return at == all.end() ? nullptr : &*at;
}

} // namespace

const outcome* market::outcome_named(std::string_view label) const {
  return first_of(outcomes, [&](const outcome& x) { return x.label == label; });
}

const outcome* market::complement_of(std::string_view token) const {
  if (outcomes.size() != 2 || !first_of(outcomes, [&](const outcome& x) { return x.token == token; })) return nullptr;
  return first_of(outcomes, [&](const outcome& x) { return x.token != token; });
}

const outcome* market::winner() const {
  return first_of(outcomes, [](const outcome& x) { return x.has_won; });
}

bool is_same_listing(const market& a, const market& b) {
  if (a.volume == b.volume && a.liquidity == b.liquidity) return a == b;
  auto same_activity = b;
  same_activity.volume = a.volume;
  same_activity.liquidity = a.liquidity;
  return a == same_activity;
}

std::string describe(const symbol_info& info, std::string_view symbol) {
  const bool is_plain = info.is_inverse || info.quote.empty() || info.quote == "USD";
  const auto pair = is_plain ? info.base : fmt::format("{}/{}", info.base, info.quote);
  std::string expiry;
  if (info.expiry_ns != 0) {
    const auto iso = iso_from_ns(info.expiry_ns); // 2026-11-27T08:00:00Z
    expiry = fmt::format(" expiring {} {} UTC", iso.substr(0, 10), iso.substr(11, 5));
  }
  switch (info.kind) {
  case instrument_kind::option:
    return fmt::format("{} {} {}{}", pair, info.right ? to_text(*info.right) : "option",
                       info.strike ? to_string(*info.strike) : "", expiry);
  case instrument_kind::future_combo:
    return fmt::format("{} future combo {}{}", pair, symbol, expiry);
  case instrument_kind::option_combo:
    return fmt::format("{} option combo {}{}", pair, symbol, expiry);
  default:
    return fmt::format("{} {}{}", pair, to_text(info.kind), expiry);
  }
}

} // namespace strike::catalog
