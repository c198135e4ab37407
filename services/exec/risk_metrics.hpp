#pragma once

#include "base/risk.hpp"
#include "exec/risk_pnl.hpp"
#include "exec/risk_rules.hpp"
#include "process/metrics.hpp"

#include <array>
#include <map>
#include <vector>

namespace strike::exec {

/// The metrics of risk: `strike_exec_risk_*`.
class risk_metrics {
public:
  explicit risk_metrics(process::metric_registry& in);

  void refused(risk_rule by) { refusals_[static_cast<std::size_t>(by)]->add(); }
  void tripped() { trips_.add(); }
  /// What stands: the strictest state of each scope (0 active, 1 reduce-only, 2 halted), how much of limits is used,
  /// and profit and loss.
  void show(const std::vector<risk_state_entry>& states, const std::vector<limit_use>& limits,
            const std::map<risk_scope, risk_pnl::standing>& pnl);

private:
  process::metric_registry& in_;
  process::counter& trips_;
  std::array<process::counter*, enum_names<risk_rule>::table.size()> refusals_{};
  std::map<risk_scope, process::gauge*> states_; ///< all that ever stood
  std::map<std::pair<risk_scope, std::string>, process::gauge*> used_;
  struct pnl_gauges {
    process::gauge *equity = nullptr, *daily_loss = nullptr, *drawdown = nullptr;
  };
  std::map<risk_scope, pnl_gauges> pnl_;
};

} // namespace strike::exec
