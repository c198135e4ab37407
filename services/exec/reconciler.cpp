#include "exec/reconciler.hpp"

#include <algorithm>
#include <set>

namespace strike::exec {

void reconciler::restart(bool is_up, std::int64_t steady_ns) {
  is_reconciled_ = false;
  seen_.clear();
  due_ns_ = is_up ? steady_ns : INT64_MAX;
}

comparison reconciler::compare(const account_fact& account, order_table& orders, const account_book& book,
                               const instrument_registry& instruments) {
  comparison made;
  std::set<order_id> listed;
  for (const auto& x : account.open) {
    listed.insert(x.order);
    if (const auto* ours = orders.find(x.order); ours && ours->life.is_final()) made.revived.push_back(x.order);
  }
  for (const auto number : orders.open()) {
    const auto* x = orders.find(order_id{number});
    const bool may_be_newer = x->life.stage() == order_stage::placing || x->life.last().changed_ns >= account.asked_ns;
    if (x->at == at_ && x->life.has_left() && !listed.contains(x->what.id) && !may_be_newer)
      made.missing.push_back(x->what.id);
  }
  std::map<instrument_id, quantity> theirs;
  for (const auto id : book.instruments())
    if (instruments.at(id).at == at_) theirs[id] = {};
  for (const auto& x : account.positions) theirs[x.instrument] += x.size;
  auto before = std::exchange(seen_, {});
  for (const auto& [id, size] : theirs) {
    const position_difference x{id, book.in_all(id), size};
    if (x.ours == x.theirs) continue;
    if (!is_quiet(id, account, orders, book)) {
      made.is_settled = false;
    } else if (const auto was = before.find(id); was != before.end() && was->second == x) {
      made.confirmed.push_back(x);
      seen_.emplace(id, x);
    } else {
      made.is_settled = false;
      made.differences.push_back(x);
      seen_.emplace(id, x);
    }
  }
  return made;
}

/// Whether nothing about it was on its way while the venue answered.
bool reconciler::is_quiet(instrument_id instrument, const account_fact& account, order_table& orders,
                          const account_book& book) const {
  if (book.changed_ns(instrument) >= account.asked_ns) return false;
  return std::ranges::none_of(orders.open(), [&](std::uint64_t number) {
    const auto* x = orders.find(order_id{number});
    const auto stage = x->life.stage();
    return x->what.request.instrument == instrument && (stage == order_stage::closing || stage == order_stage::unsure);
  });
}

void reconciler::done(bool is_settled, const reconcile_rules& rules, std::int64_t steady_ns) {
  is_reconciled_ = is_reconciled_ || is_settled;
  due_ns_ = steady_ns + (is_settled ? rules.every_ns : look_again_ns);
}

} // namespace strike::exec
