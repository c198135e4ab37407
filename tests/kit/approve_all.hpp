#pragma once

#include "exec/order_venue.hpp"

#include <utility>

namespace strike::exec {

/// For tests of one venue's adapter, which link no risk check: lets every order pass.
class risk_gate {
public:
  static approved_order pass(venue_order what) { return approved_order{std::move(what)}; }
};

} // namespace strike::exec
