#include "exec/risk_pnl.hpp"

#include "base/time.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

/// The sum of a scope, or that it cannot be told yet.
struct sum {
  double usd = 0;
  bool is_known = true;
};

} // namespace

void risk_pnl::value(const prices& at, const namer& name_of, std::int64_t wall_ns) {
  std::map<risk_scope, sum> sums{{risk_scope{}, {}}};
  for (const auto& row : ledger_.equity(at.mark)) {
    const auto rate = at.usd(row.currency);
    for (auto& where : {risk_scope{}, risk_scope{scope_kind::venue, std::string{to_text(row.at)}},
                        risk_scope{scope_kind::strategy, std::string{name_of(row.owner)}}}) {
      auto& x = sums[where];
      if (rate)
        x.usd += row.equity * *rate;
      else if (row.equity != 0)
        x.is_known = false;
    }
  }
  const auto day_ns = wall_ns / ns_per_day * ns_per_day;
  for (const auto& [where, x] : sums) {
    if (!x.is_known) continue;
    auto& s = standings_[where];
    s.equity = x.usd;
    const auto start = has_past_ ? s.equity : 0; // what came before the first value was made today, or is the past
    if (s.base.day_ns == 0) s.base = {where, day_ns, start, start};
    if (day_ns > s.base.day_ns) {
      s.base.day_ns = day_ns;
      s.base.day_start = s.equity;
    }
    s.base.peak = std::max(s.base.peak, s.equity);
  }
  has_past_ = has_past_ && std::ranges::any_of(sums, [](const auto& x) { return !x.second.is_known; });
}

void risk_pnl::rebase(const risk_scope& where) {
  const auto found = standings_.find(where);
  if (found == standings_.end()) return;
  found->second.base.day_start = found->second.base.peak = found->second.equity;
}

std::vector<pnl_base> risk_pnl::bases() const {
  std::vector<pnl_base> out;
  for (const auto& [where, x] : standings_) out.push_back(x.base);
  return out;
}

void risk_pnl::restore(const std::vector<pnl_base>& bases) {
  has_past_ = true;
  for (const auto& x : bases) standings_[x.where].base = x;
}

} // namespace strike::exec
