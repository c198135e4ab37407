#include "sandbox/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace strike::sandbox {

namespace {

using namespace std::chrono;

constexpr auto expiry_hour = hours{8};
constexpr const char* month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};

sys_time<nanoseconds> time_of(std::int64_t ns) { return sys_time<nanoseconds>{nanoseconds{ns}}; }
std::int64_t ns_of(sys_time<nanoseconds> x) { return x.time_since_epoch().count(); }

/// Summer time from the second Sunday of March, 07:00 UTC, to the first Sunday of November, 06:00 UTC.
hours new_york_offset(sys_time<nanoseconds> at) {
  const auto year = year_month_day{floor<days>(at)}.year();
  const auto begins = sys_days{year / March / Sunday[2]} + hours{7},
             ends = sys_days{year / November / Sunday[1]} + hours{6};
  return at >= begins && at < ends ? hours{-4} : hours{-5};
}

sys_time<nanoseconds> in_new_york(std::int64_t ns) { return time_of(ns) + new_york_offset(time_of(ns)); }

} // namespace

std::vector<std::int64_t> next_expiries(std::int64_t after_ns, std::size_t count) {
  std::vector<std::int64_t> found;
  const auto add = [&](sys_days day) {
    const auto at = ns_of(day + expiry_hour);
    if (at > after_ns && std::ranges::find(found, at) == found.end()) found.push_back(at);
  };
  const auto today = floor<days>(time_of(after_ns));
  for (int ahead = 0; found.size() < 3; ++ahead) add(today + days{ahead});
  const auto friday = today + (Friday - weekday{today});
  for (int week = 0; week < 4; ++week) add(friday + weeks{week});
  const year_month month{year_month_day{today}.year(), year_month_day{today}.month()};
  for (int ahead = 0; found.size() < count + 4; ++ahead) add(sys_days{(month + months{ahead}) / Friday[last]});
  std::ranges::sort(found);
  found.resize(count);
  return found;
}

bool is_friday(std::int64_t ns) { return weekday{floor<days>(time_of(ns))} == Friday; }

std::int64_t new_york_noon(std::int64_t now_ns, int ahead) {
  const auto noon = floor<days>(in_new_york(now_ns)) + days{ahead} + hours{12};
  return ns_of(noon - new_york_offset(noon + hours{5}));
}

std::string new_york_date(std::int64_t ns) {
  const year_month_day date{floor<days>(in_new_york(ns))};
  return fmt::format("{} {}", month_names[static_cast<unsigned>(date.month()) - 1], static_cast<unsigned>(date.day()));
}

std::string new_york_time(std::int64_t ns) {
  const auto at = in_new_york(ns);
  const hh_mm_ss clock{floor<minutes>(at - floor<days>(at))};
  const auto hour = clock.hours().count();
  return fmt::format("{}:{:02}{}", hour % 12 == 0 ? 12 : hour % 12, clock.minutes().count(), hour < 12 ? "AM" : "PM");
}

std::vector<double> strikes_about(double price, double spacing, std::size_t count) {
  const double power = std::pow(10, std::floor(std::log10(spacing)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0})
    if (std::abs(std::log(factor * power / spacing)) < std::abs(std::log(step / spacing))) step = factor * power;
  step = std::max(step, 1.0); // strikes are whole numbers
  const double middle = std::round(price / step);
  std::vector<double> strikes;
  for (std::size_t n = 0; n < count; ++n) {
    const double at = (middle + static_cast<double>(n) - static_cast<double>(count / 2)) * step;
    if (at > 0) strikes.push_back(at);
  }
  return strikes;
}

} // namespace strike::sandbox
