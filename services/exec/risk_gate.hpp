#pragma once

#include "base/error.hpp"
#include "base/rules.hpp"
#include "exec/order_venue.hpp"

namespace strike::exec {

/// What every order passes before it leaves. Knows what is open and held as far as it has been told. Pure: time is
/// handed in. One thread.
class risk_gate {
public:
  explicit risk_gate(const instrument_rules& rules) : rules_{rules} {}

  /// @returns `ec::invalid_order`, which names the rule or limit, its value and the order's
  result<approved_order> check(venue_order what, const moment& now);

private:
  const instrument_rules& rules_;
};

} // namespace strike::exec
