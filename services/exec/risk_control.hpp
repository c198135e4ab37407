#pragma once

#include "exec/kill_switch.hpp"
#include "exec/order_desk.hpp"
#include "exec/order_store.hpp"
#include "exec/risk_gate.hpp"
#include "process/log.hpp"
#include "process/metrics.hpp"
#include "wire/control.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace strike::exec {

/// Where risk, kill switch, desk and store meet: remembers states, keeps the audit, raises alarms, and answers
/// operators. One thread.
class risk_control final : kill_port {
public:
  struct tools {
    const instrument_registry& instruments;
    instrument_rules& rules;
    risk_gate& gate;
    order_desk& desk;
    order_store& store;
    process::logger& log;
    process::metric_registry& metrics;
  };

  explicit risk_control(tools with);

  /// Takes up what the store remembers; after the desk has restored its orders and fills.
  /// @returns `ec::io` or `ec::malformed`
  result<void> restore();
  /// What an operator asks for; `ec::not_found` for what another service takes.
  wire::control_reply answer(const wire::control_request& request, const moment& now);
  /// @returns when to call again, steady time; INT64_MAX: not before another call
  std::int64_t round(const moment& now);

  void on_state(const risk_state_change& what);
  void on_kill(const risk_scope& where, std::string_view why, const moment& now);
  void on_account(const account_fact& what, const moment& now) { kill_.on_account(what, now); }

private:
  struct performer; ///< of requests
  /// The last attempt to close one position.
  struct closing {
    order_id order;
    double share = 1; ///< of the give-way that is allowed
  };

  void halt(const risk_scope& where, std::string_view why, std::string_view by, const moment& now) override;
  std::vector<venue> venues(const risk_scope& where) const override;
  std::vector<order_id> open_orders(const risk_scope& where) const override;
  bool is_within(const risk_scope& where, order_id order) const override;
  void cancel(order_id order, const moment& now) override { tools_.desk.cancel(order, now); }
  void cancel_everything(venue at, const moment& now) override { tools_.desk.cancel_everything(at, now); }
  void ask_account(venue at, const moment& now) override { tools_.desk.ask_account(at, now); }
  bool take_over(const risk_scope& where, const moment& now) override;
  std::vector<open_position> positions(const risk_scope& where) const override;
  result<void> close(const open_position& what, const moment& now) override;
  std::string name_of(const open_position& what) const override;

  bool is_within(const risk_scope& where, std::optional<owner_id> owner, instrument_id instrument) const;
  double share_of(closing& x) const;
  /// Whether it names something that exec knows: a slip of the pen must not look like a halt.
  result<void> check(const risk_scope& where) const;
  std::string name_of(instrument_id id) const;
  void tell(const kill_report& what, bool is_alarm);
  void remember();

  tools tools_;
  kill_switch kill_;
  std::map<std::pair<std::optional<owner_id>, instrument_id>, closing> closings_;
  process::counter& alarms_;
  std::vector<pnl_base> remembered_;
};

} // namespace strike::exec
