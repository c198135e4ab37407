#include "base/time.hpp"

#include "base/decimal.hpp"

#include <fmt/format.h>

#include <charconv>

namespace strike {

bool ns_from_count(std::int64_t count, time_unit unit, std::int64_t& ns) {
  if (count < 0) return false;
  if (unit == time_unit::automatic) {
    if (count < 100'000'000'000)
      unit = time_unit::seconds;
    else if (count < 100'000'000'000'000)
      unit = time_unit::milliseconds;
    else if (count < 100'000'000'000'000'000)
      unit = time_unit::microseconds;
    else
      unit = time_unit::nanoseconds;
  }
  std::int64_t factor = 1;
  switch (unit) {
  case time_unit::seconds:
    factor = ns_per_s;
    break;
  case time_unit::milliseconds:
    factor = ns_per_ms;
    break;
  case time_unit::microseconds:
    factor = ns_per_us;
    break;
  case time_unit::automatic:
  case time_unit::nanoseconds:
    break;
  }
  return !__builtin_mul_overflow(count, factor, &ns);
}

result<std::int64_t> ns_from_date(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return fail(ec::malformed, fmt::format("{}-{:02}-{:02} is not in the calendar", year, month, day));
  if (year < 1970 || year > 2261) return fail(ec::malformed, fmt::format("year {} is not within 1970 to 2261", year));
  return std::chrono::sys_days{date}.time_since_epoch().count() * ns_per_day;
}

std::string iso_from_ns(std::int64_t ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> at{nanoseconds{ns}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                          time.minutes().count(), time.seconds().count());
  if (const auto fraction = time.subseconds().count(); fraction != 0) {
    if (fraction % ns_per_ms == 0)
      text += fmt::format(".{:03}", fraction / ns_per_ms);
    else if (fraction % ns_per_us == 0)
      text += fmt::format(".{:06}", fraction / ns_per_us);
    else
      text += fmt::format(".{:09}", fraction);
  }
  return text + "Z";
}

namespace {

/// Takes fixed-width fields off the front of a text.
struct scanner {
  std::string_view rest;

  bool digits(std::size_t width, int& value) {
    if (rest.size() < width) return false;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + width, value);
    if (fault != std::errc{} || end != rest.data() + width || rest[0] == '-') return false;
    rest.remove_prefix(width);
    return true;
  }
  bool literal(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest[0]) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  /// ".901214" to nanoseconds; further digits than nine are cut.
  bool fraction(std::int64_t& ns) {
    std::int64_t unit = ns_per_s;
    std::size_t count = 0;
    for (; count < rest.size() && rest[count] >= '0' && rest[count] <= '9'; ++count) {
      unit /= 10;
      ns += (rest[count] - '0') * unit;
    }
    rest.remove_prefix(count);
    return count > 0;
  }
};

/// "Z", "+02:00", "-0500" or nothing.
bool scan_zone(scanner& in, std::int64_t& offset_ns) {
  if (in.rest.empty()) return true;
  if (in.literal("Zz")) return in.rest.empty();
  const bool east = in.rest[0] == '+';
  int hours = 0, minutes = 0;
  if (!in.literal("+-") || !in.digits(2, hours)) return false;
  in.literal(":");
  if (!in.rest.empty() && !in.digits(2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  offset_ns = (hours * 3600 + minutes * 60) * ns_per_s * (east ? 1 : -1);
  return in.rest.empty();
}

bool scan_clock(scanner& in, std::int64_t& ns) {
  int hour = 0, minute = 0, second = 0;
  std::int64_t fraction = 0;
  if (!in.digits(2, hour) || !in.literal(":") || !in.digits(2, minute)) return false;
  if (in.literal(":") && (!in.digits(2, second) || (in.literal(".,") && !in.fraction(fraction)))) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  ns = ((hour * 60 + minute) * 60 + second) * ns_per_s + fraction;
  return true;
}

} // namespace

result<std::int64_t> ns_from_text(std::string_view text) {
  const auto refuse = [&] {
    return fail(ec::malformed, fmt::format("'{}' is not a time; write 2026-07-01, 2026-07-01T07:18:49.5Z or a Unix "
                                           "time in s, ms, us or ns",
                                           text.substr(0, 64)));
  };
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (fault == std::errc{} && end == text.data() + text.size()) {
    std::int64_t ns = 0;
    if (!ns_from_count(count, time_unit::automatic, ns)) return refuse();
    return ns;
  }
  scanner in{text};
  int year = 0, month = 0, day = 0;
  if (!in.digits(4, year) || !in.literal("-") || !in.digits(2, month) || !in.literal("-") || !in.digits(2, day))
    return refuse();
  std::int64_t clock_ns = 0, offset_ns = 0;
  if (in.literal("T ") && !scan_clock(in, clock_ns)) return refuse();
  if (!scan_zone(in, offset_ns)) return refuse();
  auto midnight = ns_from_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  if (!midnight) return midnight;
  const auto ns = *midnight + clock_ns - offset_ns;
  if (ns < 0) return fail(ec::malformed, fmt::format("'{}' is before 1970", text.substr(0, 64)));
  return ns;
}

result<std::int64_t> duration_from_text(std::string_view text) {
  struct unit {
    std::string_view name;
    std::int64_t ns;
  };
  static constexpr unit units[] = {{"ns", 1},        {"us", ns_per_us},    {"ms", ns_per_ms},
                                   {"s", ns_per_s},  {"m", 60 * ns_per_s}, {"h", 3600 * ns_per_s},
                                   {"d", ns_per_day}};
  const auto number_end = text.find_first_not_of("0123456789.");
  if (number_end != std::string_view::npos && number_end > 0)
    for (const auto& x : units)
      if (x.name == text.substr(number_end)) {
        std::int64_t nanos = 0;
        if (parse_nanos(text.substr(0, number_end), nanos) != decimal_fault::none) break;
        const auto ns = mul_div(nanos, x.ns, nanos_per_unit);
        if (ns > INT64_MAX) break;
        return static_cast<std::int64_t>(ns);
      }
  return fail(ec::malformed,
              fmt::format("'{}' is not a duration; write 250us, 5ms, 1.5s, 30m, 24h or 7d", text.substr(0, 64)));
}

} // namespace strike
