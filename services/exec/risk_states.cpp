#include "exec/risk_states.hpp"

#include <algorithm>

namespace strike::exec {

namespace {

constexpr std::size_t index(state_source x) { return static_cast<std::size_t>(x); }

} // namespace

void risk_states::set(risk_state_entry x) {
  const bool is_lifted = x.state == trading_state::active;
  const auto at = entries_.find(x.where);
  if (is_lifted && at == entries_.end()) return;
  auto& row = at == entries_.end() ? entries_[x.where] : at->second;
  auto& slot = row[index(x.source)];
  const auto before = slot ? slot->state : trading_state::active;
  if (before == x.state && (is_lifted || slot->reason == x.reason)) return;
  if (is_lifted)
    slot.reset();
  else
    slot = x;
  if (std::ranges::none_of(row, [](const auto& y) { return y.has_value(); })) entries_.erase(x.where);
  told_({std::move(x), before});
}

bool risk_states::resume(const risk_scope& where, std::string_view by, std::int64_t now_ns) {
  bool found = false;
  for (const auto source : {state_source::command, state_source::trigger, state_source::stale_data}) {
    if (!find(where, source)) continue;
    found = true;
    set({.where = where,
         .source = source,
         .state = trading_state::active,
         .reason = "resumed",
         .by = std::string{by},
         .since_ns = now_ns});
  }
  return found;
}

void risk_states::restore(const std::vector<risk_state_entry>& entries) {
  for (const auto& x : entries)
    if (x.state != trading_state::active) entries_[x.where][index(x.source)] = x;
}

const risk_state_entry* risk_states::strictest(venue at, std::string_view strategy, std::string_view instrument) const {
  if (entries_.empty()) return nullptr;
  const risk_state_entry* found = nullptr;
  for (const auto& key : {less::key{scope_kind::all, {}}, less::key{scope_kind::venue, to_text(at)},
                          less::key{scope_kind::strategy, strategy}, less::key{scope_kind::instrument, instrument}}) {
    const auto row = entries_.find(key);
    if (row == entries_.end()) continue;
    for (const auto& x : row->second)
      if (x && (!found || x->state > found->state)) found = &*x;
  }
  return found;
}

const risk_state_entry* risk_states::find(const risk_scope& where, state_source source) const {
  const auto row = entries_.find(where);
  if (row == entries_.end() || !row->second[index(source)]) return nullptr;
  return &*row->second[index(source)];
}

std::vector<risk_state_entry> risk_states::all() const {
  std::vector<risk_state_entry> out;
  for (const auto& [where, row] : entries_)
    for (const auto& x : row)
      if (x) out.push_back(*x);
  return out;
}

} // namespace strike::exec
