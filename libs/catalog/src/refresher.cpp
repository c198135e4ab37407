#include "catalog/refresher.hpp"

#include <chrono>
#include <condition_variable>

namespace strike::catalog {

namespace {

void keep_fresh(const std::stop_token& stop, market_catalog& of) {
  std::mutex guard;
  std::condition_variable_any stopping;
  std::unique_lock lock{guard};
  while (!stop.stop_requested()) {
    of.freshen_due();
    stopping.wait_for(lock, stop, std::chrono::minutes{1}, [] { return false; });
  }
}

} // namespace

refresher::refresher(market_catalog& of) {
  of.freshen_empty();
  of.current()->lay_out();
  thread_ = std::jthread{[&of](const std::stop_token& stop) { keep_fresh(stop, of); }};
}

} // namespace strike::catalog
