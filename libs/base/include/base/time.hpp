#pragma once

#include "base/enums.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace strike {

/// Times are `std::int64_t` nanoseconds since the Unix epoch, UTC; a name that holds one ends in `_ns`.
inline constexpr std::int64_t ns_per_us = 1'000;
inline constexpr std::int64_t ns_per_ms = 1'000'000;
inline constexpr std::int64_t ns_per_s = 1'000'000'000;
inline constexpr std::int64_t ns_per_day = 86'400 * ns_per_s;

/// The unit of a recording's `timestamp`; `automatic` tells by magnitude.
enum class time_unit : std::uint8_t { automatic, seconds, milliseconds, microseconds, nanoseconds };
template <> struct enum_names<time_unit> {
  static constexpr std::string_view what = "timestamp unit";
  static constexpr std::array table = {enum_name{time_unit::automatic, "auto"}, enum_name{time_unit::seconds, "s"},
                                       enum_name{time_unit::milliseconds, "ms"},
                                       enum_name{time_unit::microseconds, "us"},
                                       enum_name{time_unit::nanoseconds, "ns"}};
};

/// A count of `unit` to nanoseconds. `automatic` reads below 1e11 as seconds (to the year 5138), below 1e14 as
/// milliseconds, below 1e17 as microseconds, else nanoseconds.
/// @returns false for a negative count and outside the years 1970 to 2262, where int64 nanoseconds end
bool ns_from_count(std::int64_t count, time_unit unit, std::int64_t& ns);

/// "2026-07-01T07:18:49.901214Z"; as many fraction digits as are needed (0, 3, 6 or 9).
std::string iso_from_ns(std::int64_t ns);

/// "2026-07-01", "2026-07-01T07:18", "2026-07-01 07:18:49.901214+02:00", or a bare count as in `ns_from_count`.
/// Without a zone it is UTC.
/// @returns `ec::malformed` that shows the accepted forms
result<std::int64_t> ns_from_text(std::string_view text);

/// Midnight UTC of a civil date.
/// @returns `ec::malformed` for a date that the calendar does not have
result<std::int64_t> ns_from_date(int year, unsigned month, unsigned day);

/// "250us", "5ms", "1.5s", "30m", "24h", "7d" to nanoseconds.
/// @returns `ec::malformed` that shows the accepted forms
result<std::int64_t> duration_from_text(std::string_view text);

} // namespace strike
