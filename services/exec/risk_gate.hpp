#pragma once

#include "base/error.hpp"
#include "base/moment.hpp"
#include "base/rules.hpp"
#include "exec/order_venue.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace strike::exec {

/// What every order passes before it leaves. Knows what is open and held as far as it has been told. Pure: time is
/// handed in. One thread.
class risk_gate {
public:
  explicit risk_gate(const instrument_registry& instruments) : instruments_{instruments} {}

  /// @returns `ec::invalid_order`, which names the rule or limit, its value and the order's
  result<approved_order> check(venue_order what, const moment& now);
  /// @returns as `check`, which then changed nothing
  result<void> check_amend(order_id id, price limit, quantity size, const moment& now);

  /// How the order stands: by the venue's word, or because it was never sent.
  /// @param open what may yet fill; 0: it is final
  void on_order(order_id id, price limit, quantity open, bool is_rejected, const moment& now);
  /// Books a fill; what the order has open is told by `on_order`. No owner: the account's own.
  void on_fill(std::optional<owner_id> owner, const fill& what);
  void on_fill_undone(std::optional<owner_id> owner, const fill& what);
  void on_settlement(const match::settlement& what);
  void restore_order(const venue_order& what, price limit, quantity open);

  void name_owner(owner_id owner, std::string_view name);
  void on_market(const market_event& event, const moment& now);
  /// The reconciler found that the venue holds something else.
  void on_mismatch(instrument_id id, std::string_view what, const moment& now);
  /// Until the venue has been compared with, it is reduce-only.
  void on_reconciling(venue at, bool is_done, const moment& now);
  /// @returns when to call again, steady time
  std::int64_t round(const moment& now);

private:
  const instrument_registry& instruments_;
  std::array<bool, venue_count> is_reduce_only_{};
  std::map<instrument_id, std::string> halted_; ///< why
};

} // namespace strike::exec
