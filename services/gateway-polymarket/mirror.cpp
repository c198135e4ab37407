#include "gateway-polymarket/mirror.hpp"

#include <algorithm>

namespace strike::gateway_polymarket {

namespace {

constexpr price one{nanos_per_unit};

/// Worst first in both: bids ascend as the other's asks descend.
bool are_alike(std::span<const book_level> bids, std::span<const book_level> asks) {
  return std::ranges::equal(bids, asks, [](const book_level& bid, const book_level& ask) {
    return bid.at == one - ask.at && bid.size == ask.size;
  });
}

} // namespace

bool are_mirrors(const order_book& a, const order_book& b) {
  return are_alike(a.bids(), b.asks()) && are_alike(b.bids(), a.asks());
}

bool is_mirrored(const order_book& a, const order_book& b, side on, price at) {
  return on == side::buy ? a.bid_size_at(at) == b.ask_size_at(one - at) : a.ask_size_at(at) == b.bid_size_at(one - at);
}

void mirror_audit::check(bool are_alike_now, std::int64_t now_ns) {
  if (are_alike_now) {
    since_ns_ = 0;
    is_armed_ = true;
  } else if (is_armed_ && since_ns_ == 0) {
    since_ns_ = now_ns;
  }
}

} // namespace strike::gateway_polymarket
