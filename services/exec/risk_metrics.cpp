#include "exec/risk_metrics.hpp"

#include <algorithm>
#include <cmath>

namespace strike::exec {

namespace {

constexpr double thousandth = 1e-3;
constexpr double most_shown = 1e6; ///< times the limit

} // namespace

risk_metrics::risk_metrics(process::metric_registry& in)
    : in_{in}, trips_{in.get_counter("strike_exec_risk_trips_total", "How often a trigger restricted trading")} {
  for (const auto& [rule, text] : enum_names<risk_rule>::table)
    refusals_[static_cast<std::size_t>(rule)] =
        &in.get_counter("strike_exec_risk_refusals_total", "Orders and amends that risk refused, by rule",
                        {{"rule", std::string{text}}});
}

void risk_metrics::show(const std::vector<risk_state_entry>& states, const std::vector<limit_use>& limits) {
  for (const auto& [where, gauge] : states_) gauge->set(0);
  for (const auto& x : states) {
    auto& gauge = states_[x.where];
    if (!gauge)
      gauge = &in_.get_gauge("strike_exec_risk_state", "0 active, 1 reduce-only, 2 halted",
                             {{"scope", to_string(x.where)}});
    gauge->set(std::max(gauge->value(), static_cast<std::int64_t>(x.state)));
  }
  for (const auto& x : limits) {
    auto& gauge = used_[{x.where, x.limit}];
    if (!gauge)
      gauge = &in_.get_gauge("strike_exec_risk_limit_used_ratio", "How much of a limit is used; 1 is all of it",
                             {{"scope", to_string(x.where)}, {"limit", x.limit}}, thousandth);
    gauge->set(std::llround(std::min(x.used / x.most, most_shown) / thousandth));
  }
}

} // namespace strike::exec
