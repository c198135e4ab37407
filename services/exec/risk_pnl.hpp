#pragma once

#include "base/risk.hpp"
#include "exec/order_venue.hpp"
#include "match/ledger.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace strike::exec {

/// From where the losses of a scope are counted; kept over restarts.
struct pnl_base {
  risk_scope where;
  std::int64_t day_ns = 0; ///< midnight UTC of the day that `day_start` belongs to
  double day_start = 0;    ///< equity then, USD
  double peak = 0;         ///< the highest equity, USD
  bool operator==(const pnl_base&) const = default;
};

/// Profit and loss of every strategy, venue and all, in USD: cash of fills, fees and settlements, open positions at
/// their mark, coins at their index. Equity begins at 0 with the first fill that it knows; what was booked before
/// `restore` is the past: without a base of its own, a scope starts from what that left. One thread.
class risk_pnl {
public:
  struct standing {
    pnl_base base;
    double equity = 0;
    double daily_loss() const { return std::max(0.0, base.day_start - equity); }
    double drawdown() const { return std::max(0.0, base.peak - equity); }
  };
  struct prices {
    std::function<optional_double(instrument_id)> mark;   ///< in the unit of the instrument's prices
    std::function<optional_double(std::string_view)> usd; ///< of one unit of a currency
  };
  using namer = std::function<std::string_view(owner_id)>;

  explicit risk_pnl(instrument_rules& rules) : ledger_{rules} {}

  void book(owner_id owner, const fill& what) { ledger_.book(owner, what); }
  void settle(const match::settlement& what) { ledger_.settle(what); }

  /// Values everything. A scope with a currency that has no price yet keeps its last value. With a new UTC day the
  /// daily loss is counted anew.
  void value(const prices& at, const namer& name_of, std::int64_t wall_ns);
  /// Losses of that scope are counted from now on: after somebody saw them and lets it go on.
  void rebase(const risk_scope& where);

  const std::map<risk_scope, standing>& all() const { return standings_; }
  const match::holding& of(owner_id owner, instrument_id id) const { return ledger_.of(owner, id); }
  std::vector<pnl_base> bases() const;
  void restore(const std::vector<pnl_base>& bases);

private:
  match::ledger ledger_;
  std::map<risk_scope, standing> standings_;
  bool has_past_ = false; ///< restored, and not all of it valued yet
};

} // namespace strike::exec
