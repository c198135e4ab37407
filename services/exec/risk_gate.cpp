#include "exec/risk_gate.hpp"

#include <fmt/format.h>

namespace strike::exec {

result<approved_order> risk_gate::check(venue_order what, const moment&) {
  const auto& traded = instruments_.at(what.request.instrument);
  if (what.request.reduce_only) return approved_order{std::move(what)};
  if (is_reduce_only_[static_cast<std::size_t>(traded.at)])
    return fail(ec::invalid_order,
                fmt::format("{} is reduce-only until its orders and positions have been compared with "
                            "the store; try again shortly",
                            to_text(traded.at)));
  if (const auto at = halted_.find(what.request.instrument); at != halted_.end())
    return fail(ec::invalid_order, fmt::format("{}:{} is halted: {}", to_text(traded.at), traded.symbol, at->second));
  return approved_order{std::move(what)};
}

result<void> risk_gate::check_amend(order_id, price, quantity, const moment&) { return {}; }
void risk_gate::on_order(order_id, price, quantity, bool, const moment&) {}
void risk_gate::on_fill(std::optional<owner_id>, const fill&) {}
void risk_gate::on_fill_undone(std::optional<owner_id>, const fill&) {}
void risk_gate::on_settlement(const match::settlement&) {}
void risk_gate::restore_order(const venue_order&, price, quantity) {}
void risk_gate::name_owner(owner_id, std::string_view) {}
void risk_gate::on_market(const market_event&, const moment&) {}
void risk_gate::on_mismatch(instrument_id id, std::string_view what, const moment&) { halted_[id] = what; }
void risk_gate::on_reconciling(venue at, bool is_done, const moment&) {
  is_reduce_only_[static_cast<std::size_t>(at)] = !is_done;
}
std::int64_t risk_gate::round(const moment&) { return INT64_MAX; }

} // namespace strike::exec
