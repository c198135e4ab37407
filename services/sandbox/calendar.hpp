#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace strike::sandbox {

/// The next `count` expiries after a time, as option venues list them: three days, three Fridays, then the last Fridays
/// of the months; each at 08:00 UTC, in order.
std::vector<std::int64_t> next_expiries(std::int64_t after_ns, std::size_t count);
/// Fridays have futures, too.
bool is_friday(std::int64_t ns);

/// Noon in New York on the day (there) that is `days` after the one of `now_ns`.
std::int64_t new_york_noon(std::int64_t now_ns, int days);
std::string new_york_date(std::int64_t ns); ///< "March 12"
std::string new_york_time(std::int64_t ns); ///< "5:20AM"

/// Strikes about a price: `count` of them, the middle one nearest to it, apart by a round number close to `spacing`.
std::vector<double> strikes_about(double price, double spacing, std::size_t count);

} // namespace strike::sandbox
