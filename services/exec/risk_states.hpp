#pragma once

#include "base/instrument.hpp"
#include "base/risk.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace strike::exec {

/// A trading state that was set, changed or lifted: for audit, log and metrics.
struct risk_state_change {
  risk_state_entry entry; ///< as it stands now; lifted: state is active, reason and by are of whoever lifted it
  trading_state before = trading_state::active;
};

/// Which scopes may trade less than fully, and why. The strictest entry that an order falls under counts. One thread.
class risk_states {
public:
  using listener = std::function<void(const risk_state_change&)>;
  explicit risk_states(listener told) : told_{std::move(told)} {}

  /// Puts the entry in the place of that of the same scope and source; told if state or reason differ. `active` lifts.
  void set(risk_state_entry x);
  /// Lifts what commands and triggers set at that scope, and stale data; what reconciling set stays.
  /// @returns whether there was anything
  bool resume(const risk_scope& where, std::string_view by, std::int64_t now_ns);
  /// Nothing is told: the entries come from the store.
  void restore(const std::vector<risk_state_entry>& entries);

  /// The strictest that an order falls under; null: it may go.
  /// @param instrument "deribit:BTC-PERPETUAL"
  const risk_state_entry* strictest(venue at, std::string_view strategy, std::string_view instrument) const;
  const risk_state_entry* find(const risk_scope& where, state_source source) const;
  bool is_empty() const { return entries_.empty(); }
  std::vector<risk_state_entry> all() const; ///< by scope, then source

private:
  using by_source = std::array<std::optional<risk_state_entry>, enum_names<state_source>::table.size()>;
  /// Looks scopes up without making a string.
  struct less {
    using is_transparent = void;
    using key = std::pair<scope_kind, std::string_view>;
    static key of(const risk_scope& x) { return {x.kind, x.name}; }
    static key of(const key& x) { return x; }
    template <class A, class B> bool operator()(const A& a, const B& b) const { return of(a) < of(b); }
  };

  std::map<risk_scope, by_source, less> entries_;
  listener told_;
};

} // namespace strike::exec
