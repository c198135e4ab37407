#include "gateway-polymarket/recent_counts.hpp"

namespace strike::gateway_polymarket {

std::uint32_t recent_counts::add(std::string_view text) {
  const auto [at, is_new] = counts_.try_emplace(std::string{text}, 0U);
  const auto before = at->second++;
  if (!is_new) return before;
  order_.push_back(at->first);
  if (order_.size() > most_) {
    counts_.erase(order_.front());
    order_.pop_front();
  }
  return before;
}

} // namespace strike::gateway_polymarket
