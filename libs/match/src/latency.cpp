#include "match/latency.hpp"

#include "base/decimal.hpp"
#include "match/portable_math.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace strike::match {

namespace {

/// splitmix64 by Sebastiano Vigna, public domain.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The line through (x0, y0) and (x1, y1) at x; y0 if the points coincide.
std::int64_t interpolate(std::int64_t x, std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1) {
  if (x0 == x1) return y0;
  return y0 + static_cast<std::int64_t>(mul_div(y1 - y0, x - x0, x1 - x0));
}

/// As recorded: between two rows by the line through them, outside by the nearest row. A refusal at either end refuses.
round_trip recorded_trip(const std::vector<latency_row>& rows, std::int64_t now_ns) {
  auto next = std::ranges::upper_bound(rows, now_ns, {}, &latency_row::request_ns);
  const auto& a = next == rows.begin() ? *next : *(next - 1);
  const auto& b = next == rows.end() || a.request_ns >= now_ns ? a : *next;
  const auto between = [&](std::int64_t at_a, std::int64_t at_b) {
    return interpolate(now_ns, a.request_ns, at_a, b.request_ns, at_b);
  };
  if (!a.venue_ns || !b.venue_ns)
    return {false, now_ns, between(a.response_ns - a.request_ns, b.response_ns - b.request_ns)};
  return {true, now_ns + between(*a.venue_ns - a.request_ns, *b.venue_ns - b.request_ns),
          between(a.response_ns - *a.venue_ns, b.response_ns - *b.venue_ns)};
}

} // namespace

latency_model::latency_model(latency_config config) : config_{std::move(config)}, random_{config_.seed} {}

double latency_model::uniform() {
  return (static_cast<double>(next_random(random_) >> 11) + 0.5) * 0x1p-53; // inside (0, 1)
}

std::int64_t latency_model::sample(const delay& from) {
  if (from.kind == delay::shape::constant) return from.median_ns;
  const double factor = portable_exp(from.sigma * portable_normal_quantile(uniform()));
  return std::llround(std::min(static_cast<double>(from.median_ns) * factor, 1e18));
}

round_trip latency_model::send(order_action action, std::int64_t now_ns) {
  round_trip trip;
  if (!config_.recorded.empty()) {
    trip = recorded_trip(config_.recorded, now_ns);
  } else {
    const auto i = static_cast<std::size_t>(action);
    trip.venue_ns = now_ns + sample(config_.entry[i]);
    trip.response_delay_ns = sample(config_.response[i]);
  }
  if (trip.reaches_venue) last_arrival_ns_ = trip.venue_ns = std::max(trip.venue_ns, last_arrival_ns_);
  return trip;
}

std::int64_t latency_model::unasked_response_delay(std::int64_t now_ns) {
  if (config_.recorded.empty()) return sample(config_.response[static_cast<std::size_t>(order_action::place)]);
  return recorded_trip(config_.recorded, now_ns).response_delay_ns;
}

std::int64_t latency_model::response_at(std::int64_t venue_ns, std::int64_t response_delay_ns) {
  return last_response_ns_ = std::max(last_response_ns_, venue_ns + response_delay_ns);
}

namespace {

bool parse_count(std::string_view text, std::int64_t& value) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() && value >= 0;
}

std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

/// @returns what is wrong with the line; empty if nothing is
std::string_view parse_row(std::string_view line, latency_row& row) {
  if (std::ranges::count(line, ',') != 2) return "must have three fields";
  std::int64_t venue = 0;
  const auto request_text = take_until(line, ','), venue_text = take_until(line, ',');
  if (!parse_count(request_text, row.request_ns)) return "request_ns is not a count of nanoseconds";
  if (!venue_text.empty()) {
    if (!parse_count(venue_text, venue)) return "venue_ns is neither empty nor a count of nanoseconds";
    row.venue_ns = venue;
  }
  if (!parse_count(line, row.response_ns)) return "response_ns is not a count of nanoseconds";
  if (row.venue_ns && (*row.venue_ns < row.request_ns || row.response_ns < *row.venue_ns))
    return "must have request_ns <= venue_ns <= response_ns";
  if (row.response_ns < row.request_ns) return "must have request_ns <= response_ns";
  return {};
}

} // namespace

result<std::vector<latency_row>> parse_latency_rows(std::string_view csv, std::string_view name) {
  constexpr std::string_view header = "request_ns,venue_ns,response_ns";
  std::vector<latency_row> rows;
  for (int number = 1; !csv.empty(); ++number) {
    auto line = take_until(csv, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1) {
      if (line == header) continue;
      return fail(ec::malformed, fmt::format("{}:1: the header must be '{}'", name, header));
    }
    if (line.empty()) continue;
    latency_row row;
    auto fault = parse_row(line, row);
    if (fault.empty() && !rows.empty() && row.request_ns < rows.back().request_ns) fault = "goes back in request_ns";
    if (!fault.empty()) return fail(ec::malformed, fmt::format("{}:{}: {}", name, number, fault));
    rows.push_back(row);
  }
  if (rows.empty()) return fail(ec::malformed, fmt::format("{}: has no rows", name));
  return rows;
}

} // namespace strike::match
