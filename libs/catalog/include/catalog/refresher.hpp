#pragma once

#include "catalog/market_catalog.hpp"

#include <thread>

namespace strike::catalog {

/// Keeps a catalog fresh, on a thread of its own that looks once a minute. Lists that were never fetched are fetched
/// before the constructor returns, so that nobody starts without markets because it is the first start; should that
/// fail, it is reported and tried again like any other. The view is laid out before that, too.
class refresher {
public:
  explicit refresher(market_catalog& of);
  /// Waits for the refresh that is under way; end its `fetch` first.
  ~refresher() = default;

private:
  std::jthread thread_;
};

} // namespace strike::catalog
