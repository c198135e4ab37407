#include "sandbox/prediction_markets.hpp"

#include "base/symbol.hpp"
#include "sandbox/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace strike::sandbox {

namespace {

using namespace strike::literals;

constexpr double crypto_fee_rate = 0.07; ///< Source: Polymarket, fees, schedule as last seen

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// 1234567 as "1,234,567".
std::string with_commas(double x) {
  auto digits = fmt::format("{:.0f}", x);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string slug_number(double x) {
  return std::fmod(x, 1000) == 0 ? fmt::format("{:.0f}k", x / 1000) : fmt::format("{:.0f}", x);
}

std::string slug_date(std::int64_t ns) {
  auto date = lower(new_york_date(ns));
  std::ranges::replace(date, ' ', '-');
  return date;
}

binary_market crypto_market(const coin_settings& coin) {
  return {.tags = {"crypto", lower(coin.long_name), "crypto-prices"},
          .outcomes = {{{.label = "Yes"}, {.label = "No"}}},
          .tick = 0.01_px,
          .minimum = 5_qty,
          .fee_rate = crypto_fee_rate};
}

std::string hex(random_source& chance) {
  return fmt::format("0x{:016x}{:016x}{:016x}{:016x}", chance.bits(), chance.bits(), chance.bits(), chance.bits());
}

/// With the highest bit set, so that it has 77 or 78 digits.
std::string token(random_source& chance) {
  token_id id;
  for (auto& x : id) x = static_cast<std::uint8_t>(chance.bits());
  id[0] |= 0x80;
  return to_string(id);
}

} // namespace

std::vector<made_market> above_family(coin_choice of, std::span<const double> strikes, std::int64_t ends_ns) {
  const auto name = of.settings.long_name, date = new_york_date(ends_ns);
  std::vector<made_market> family;
  for (const double strike : strikes) {
    auto x = crypto_market(of.settings);
    x.slug = fmt::format("{}-above-{}-on-{}", lower(name), slug_number(strike), slug_date(ends_ns));
    x.question = fmt::format("Will the price of {} be above ${} on {}?", name, with_commas(strike), date);
    x.description = fmt::format("This market will resolve to \"Yes\" if the {} index is at or above ${} at noon in New "
                                "York on {}. Otherwise, it will resolve to \"No\".",
                                of.settings.name, with_commas(strike), date);
    x.event_slug = fmt::format("{}-above-on-{}", lower(name), slug_date(ends_ns));
    x.event_title = fmt::format("{} above ___ on {}?", name, date);
    x.ends_ns = ends_ns;
    family.push_back({std::move(x), {.coin = of.place, .low = strike}});
  }
  return family;
}

std::vector<made_market> range_family(coin_choice of, std::span<const double> strikes, std::int64_t ends_ns) {
  const auto name = of.settings.long_name, date = new_york_date(ends_ns);
  std::vector<made_market> family;
  for (std::size_t n = 0; n <= strikes.size(); ++n) {
    binary_terms terms{.coin = of.place};
    std::string words, slug;
    if (n > 0) terms.low = strikes[n - 1];
    if (n < strikes.size()) terms.high = strikes[n];
    if (n == 0) {
      words = fmt::format("less than ${}", with_commas(terms.high));
      slug = fmt::format("less-than-{}", slug_number(terms.high));
    } else if (n == strikes.size()) {
      words = fmt::format("${} or greater", with_commas(terms.low));
      slug = fmt::format("{}-or-greater", slug_number(terms.low));
    } else {
      words = fmt::format("between ${} and ${}", with_commas(terms.low), with_commas(terms.high));
      slug = fmt::format("between-{}-{}", slug_number(terms.low), slug_number(terms.high));
    }
    auto x = crypto_market(of.settings);
    x.slug = fmt::format("will-the-price-of-{}-be-{}-on-{}", lower(name), slug, slug_date(ends_ns));
    x.question = fmt::format("Will the price of {} be {} on {}?", name, words, date);
    x.description = fmt::format("This market will resolve to \"Yes\" if the {} index is {} at noon in New York on {}. "
                                "Otherwise, it will resolve to \"No\".",
                                of.settings.name, words, date);
    x.event_slug = fmt::format("{}-price-on-{}", lower(name), slug_date(ends_ns));
    x.event_title = fmt::format("{} price on {}?", name, date);
    x.ends_ns = ends_ns;
    x.is_neg_risk = true;
    family.push_back({std::move(x), terms});
  }
  return family;
}

made_market up_or_down(coin_choice of, std::int64_t starts_ns, std::int64_t length_ns) {
  const auto length_s = length_ns / ns_per_s;
  const auto length = length_s % 60 == 0 ? fmt::format("{}m", length_s / 60) : fmt::format("{}s", length_s);
  auto x = crypto_market(of.settings);
  x.outcomes[0].label = "Up";
  x.outcomes[1].label = "Down";
  x.slug = x.event_slug = fmt::format("{}-updown-{}-{}", lower(of.settings.name), length, starts_ns / ns_per_s);
  x.ends_ns = starts_ns + length_ns;
  x.question = x.event_title =
      fmt::format("{} Up or Down - {}, {}-{} ET", of.settings.long_name, new_york_date(starts_ns),
                  new_york_time(starts_ns), new_york_time(x.ends_ns));
  x.description =
      fmt::format("This market will resolve to \"Up\" if the {} index at the end of the time range is greater "
                  "than or equal to that at its beginning. Otherwise, it will resolve to \"Down\".",
                  of.settings.name);
  return {std::move(x), {.coin = of.place, .low = std::nan(""), .low_from_ns = starts_ns}};
}

void identify(binary_market& x, std::uint64_t seed) {
  for (const unsigned char c : x.slug) seed = (seed ^ c) * 0x100000001B3U;
  random_source chance{seed};
  x.condition_id = hex(chance);
  x.question_id = hex(chance);
  for (auto& outcome : x.outcomes) outcome.token = token(chance);
}

} // namespace strike::sandbox
