#include "dashboard/market_watch.hpp"

#include <algorithm>

namespace strike::dashboard {

void market_watch::touch(const std::string& prefix, std::int64_t now_ns) {
  const std::scoped_lock lock{guard_};
  const auto [at, is_new] = until_.insert_or_assign(prefix, now_ns + lasts_ns);
  if (!is_new) return;
  set_(prefix, true);
  if (until_.size() <= most) return;
  const auto oldest = std::ranges::min_element(until_, {}, [](const auto& x) { return x.second; });
  set_(oldest->first, false);
  until_.erase(oldest);
}

void market_watch::expire(std::int64_t now_ns) {
  const std::scoped_lock lock{guard_};
  std::erase_if(until_, [&](const auto& x) {
    if (x.second > now_ns) return false;
    set_(x.first, false);
    return true;
  });
}

} // namespace strike::dashboard
