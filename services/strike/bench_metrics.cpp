#include "strike/bench_metrics.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

namespace strike::bench {

buckets buckets_of(const std::string& metrics, const std::string& name, std::string_view venue_name) {
  buckets made;
  std::istringstream lines{metrics};
  const auto start = fmt::format("{}_bucket{{venue=\"{}\",le=\"", name, venue_name);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(start))
      made.emplace_back(std::strtod(line.c_str() + start.size(), nullptr),
                        std::strtod(line.c_str() + line.rfind(' '), nullptr));
  return made;
}

buckets between(const buckets& earlier, const buckets& later) {
  auto made = later;
  for (std::size_t i = 0; i < made.size() && i < earlier.size(); ++i) made[i].second -= earlier[i].second;
  return made;
}

std::string percentile(const buckets& of, double share) {
  if (of.empty() || of.back().second == 0) return "-";
  const double wanted = share * of.back().second;
  double bound = 0, below = 0;
  for (const auto& [seconds, count] : of) {
    if (count >= wanted && count > below)
      return seconds == HUGE_VAL
                 ? fmt::format("> {:.0f}", bound * 1e6)
                 : fmt::format("{:.0f}", 1e6 * (bound + (seconds - bound) * (wanted - below) / (count - below)));
    bound = seconds;
    below = count;
  }
  return "-";
}

} // namespace strike::bench
