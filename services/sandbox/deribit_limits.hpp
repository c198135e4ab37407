#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>

namespace strike::sandbox::deribit {

/// Credits that requests cost, refilled continuously. Source: Deribit page, section 15.
class credit_pool {
public:
  credit_pool(std::int64_t size, std::int64_t per_second) : size_{size}, per_second_{per_second}, left_{size} {}

  /// @returns false if there are too few; then nothing is taken
  bool take(std::int64_t cost, std::int64_t now_ns) {
    const auto earned = (now_ns - filled_ns_) / ns_per_ms * per_second_ / 1000;
    if (filled_ns_ == 0 || earned > size_)
      left_ = size_, filled_ns_ = now_ns;
    else if (earned > 0)
      left_ = std::min(size_, left_ + earned), filled_ns_ = now_ns;
    if (left_ < cost) return false;
    left_ -= cost;
    return true;
  }

private:
  std::int64_t size_, per_second_, left_;
  std::int64_t filled_ns_ = 0;
};

enum class cost_class : std::uint8_t {
  plain,
  subscribe,
  listing,
  trading,    ///< of the matching engine
  cancel_all, ///< cancels of everything have a pool of their own
};

/// The pools of one account, or of one address for those who have not logged in.
struct credits {
  static constexpr std::int64_t request = 1'000; ///< of the matching engine, whose limits are in requests

  credit_pool plain{50'000, 10'000}, subscribe{30'000, 10'000}, listing{500'000, 10'000};
  credit_pool trading, cancel_all;

  /// @param rate requests a second; @param burst at once
  credits(std::int64_t rate, std::int64_t burst)
      : trading{burst * request, rate * request}, cancel_all{burst * request, rate * request} {}

  bool take(cost_class x, std::int64_t now_ns) {
    switch (x) {
    case cost_class::plain:
      return plain.take(500, now_ns);
    case cost_class::subscribe:
      return subscribe.take(3'000, now_ns);
    case cost_class::listing:
      return listing.take(10'000, now_ns);
    case cost_class::trading:
      return trading.take(request, now_ns);
    case cost_class::cancel_all:
      return cancel_all.take(request, now_ns);
    }
    return false;
  }
};

} // namespace strike::sandbox::deribit
