#include "exec/order_table.hpp"

#include <algorithm>

namespace strike::exec {

tracked_order& order_table::add(tracked_order what) {
  const auto number = what.what.id.value;
  by_client_id_.emplace(what.what.label, number);
  auto made = std::make_unique<tracked_order>(std::move(what));
  if (made->life.is_final())
    final_.push_back(number);
  else
    open_.insert(number);
  return *orders_.insert_or_assign(number, std::move(made)).first->second;
}

tracked_order* order_table::find(order_id id) {
  const auto at = orders_.find(id.value);
  return at == orders_.end() ? nullptr : at->second.get();
}

tracked_order* order_table::find(std::string_view client_id) {
  const auto at = by_client_id_.find(client_id);
  return at == by_client_id_.end() ? nullptr : find(order_id{at->second});
}

void order_table::ended(const tracked_order& x) {
  if (open_.erase(x.what.id.value) == 0) return;
  final_.push_back(x.what.id.value);
  while (final_.size() > kept_final) {
    const auto at = orders_.find(final_.front());
    by_client_id_.erase(at->second->what.label);
    orders_.erase(at);
    final_.pop_front();
  }
}

std::vector<tracked_order*> order_table::open_of(owner_id owner) {
  std::vector<tracked_order*> all;
  for (const auto number : open_)
    if (auto* x = find(order_id{number}); x->what.owner == owner) all.push_back(x);
  return all;
}

std::vector<tracked_order*> order_table::with_fill(venue at, std::string_view trade_id) {
  std::vector<tracked_order*> all;
  for (const auto& [number, x] : orders_)
    if (x->at == at &&
        std::ranges::find(x->life.fills(), trade_id, &order_life::booked_fill::trade_id) != x->life.fills().end())
      all.push_back(x.get());
  std::ranges::sort(all, {}, [](const auto* x) { return x->what.id; });
  return all;
}

} // namespace strike::exec
