#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strike::gateway_polymarket {

/// How often each of the latest texts has been seen; what is older than `most` different ones is forgotten. Pure.
class recent_counts {
public:
  explicit recent_counts(std::size_t most) : most_{most} {}
  /// @returns how often it was seen before
  std::uint32_t add(std::string_view text);

private:
  std::size_t most_;
  std::unordered_map<std::string, std::uint32_t> counts_;
  std::deque<std::string> order_; ///< of first sight
};

} // namespace strike::gateway_polymarket
