#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strike::bench {

/// Of a histogram, by bound: seconds, and how many observations were at or below.
using buckets = std::vector<std::pair<double, double>>;

/// One histogram of the metrics' text; empty if it is not there.
buckets buckets_of(const std::string& metrics, const std::string& name, std::string_view venue_name);

/// What was observed between two readings of one histogram.
buckets between(const buckets& earlier, const buckets& later);

/// In microseconds, straight within a bucket.
/// @param share 0.5: the median
/// @returns "-" if there is no observation, "> 10000" beyond the last bound
std::string percentile(const buckets& of, double share);

} // namespace strike::bench
