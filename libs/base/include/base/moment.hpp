#pragma once

#include <cstdint>

namespace strike {

/// The two clocks at one instant. What waits uses `steady_ns`; what is told and recorded carries `wall_ns`.
struct moment {
  std::int64_t steady_ns = 0;
  std::int64_t wall_ns = 0; ///< since the Unix epoch
};

} // namespace strike
