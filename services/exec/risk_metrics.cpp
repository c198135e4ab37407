#include "exec/risk_metrics.hpp"

#include <algorithm>
#include <cmath>

namespace strike::exec {

namespace {

constexpr double thousandth = 1e-3;
constexpr double most_shown = 1e6; ///< times the limit
constexpr double cent = 0.01;

} // namespace

risk_metrics::risk_metrics(process::metric_registry& in)
    : in_{in}, trips_{in.get_counter("strike_exec_risk_trips_total", "How often a trigger restricted trading")} {
  for (const auto& [rule, text] : enum_names<risk_rule>::table)
    refusals_[static_cast<std::size_t>(rule)] =
        &in.get_counter("strike_exec_risk_refusals_total", "Orders and amends that risk refused, by rule",
                        {{"rule", std::string{text}}});
}

void risk_metrics::show(const std::vector<risk_state_entry>& states, const std::vector<limit_use>& limits,
                        const std::map<risk_scope, risk_pnl::standing>& pnl) {
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
  for (const auto& [where, x] : pnl) {
    auto& of = pnl_[where];
    const auto set = [&](process::gauge*& gauge, std::string_view name, std::string_view help, double usd) {
      if (!gauge) gauge = &in_.get_gauge(name, help, {{"scope", to_string(where)}}, cent);
      gauge->set(std::llround(usd / cent));
    };
    set(of.equity, "strike_exec_pnl_usd", "Profit and loss since the first fill, open positions at their mark",
        x.equity);
    set(of.daily_loss, "strike_exec_daily_loss_usd", "Loss of this UTC day", x.daily_loss());
    set(of.drawdown, "strike_exec_drawdown_usd", "Below the highest profit", x.drawdown());
  }
}

} // namespace strike::exec
