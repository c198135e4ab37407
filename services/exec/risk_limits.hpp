#pragma once

#include "base/instrument.hpp"
#include "base/time.hpp"
#include "config/section.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace strike::exec {

/// What a trigger does where it goes off.
enum class risk_action : std::uint8_t {
  off,
  reduce_only,
  halt,
  kill, ///< halt and cancel everything there
};

/// The limits of one scope: everything together, a venue, a strategy. 0 is no limit. USD is USD, USDC or USDT alike.
struct risk_limits {
  quantity order_size;      ///< of one order, in the instrument's unit
  money order_notional;     ///< of one order, USD
  quantity position_size;   ///< of one instrument, if all open orders of that side fill, in its unit
  money position_notional;  ///< the same in USD
  money portfolio_notional; ///< the sum over all instruments, each at its worst, USD
  std::int64_t open_orders = 0;
  double orders_per_second = 0; ///< places and amends; cancels always pass
  double order_burst = 0;       ///< so many at once, after a rest
  double daily_loss = 0;        ///< USD since midnight UTC, open positions at their mark
  double drawdown = 0;          ///< USD below the highest equity
  std::int64_t rejects = 0;     ///< orders refused by the venue or here, within the reject window
  std::map<std::string, double, std::less<>> delta, gamma, vega; ///< of options and futures, by underlying: "BTC"
};

/// What prices are held against; the most specific table that sets a value counts.
struct price_guard {
  double collar = 0.05;          ///< fraction of the mark by which a limit may be worse than it: futures, spot
  double option_collar = 0.5;    ///< the same for options and combos
  double binary_collar = 0.1;    ///< absolute: 0.1 is ten cents
  std::int64_t collar_ticks = 5; ///< no collar is narrower than so many ticks
  std::int64_t mark_age_ns = 60 * ns_per_s;       ///< no order on older market data
  std::int64_t held_mark_age_ns = 300 * ns_per_s; ///< older data of what is held sets off the stale-data trigger
};

/// How the kill switch goes about it.
struct kill_settings {
  std::int64_t retry_ns = 2 * ns_per_s;    ///< between two attempts
  std::int64_t alarm_ns = 20 * ns_per_s;   ///< without success for so long: an alarm; the attempts go on
  std::int64_t give_up_ns = 60 * ns_per_s; ///< flattening ends after this, and says what is left
  double slippage = 0.02;                  ///< fraction of the mark that closing may give up: futures and spot
  double option_slippage = 0.2;            ///< the same for options and combos
  double binary_slippage = 0.05;           ///< absolute
};

/// `[risk]`, `[risk.venue.<name>]` and `[risk.strategy.<name>]` of strike.toml. Defaults and units:
/// strike.example.toml.
struct risk_settings {
  risk_settings();

  risk_limits all;
  std::array<risk_limits, venue_count> venues;
  std::map<std::string, risk_limits, std::less<>> strategies;

  /// @param strategy by name; the most specific wins: strategy, venue, all
  const price_guard& guard_of(venue at, std::string_view strategy) const;
  std::array<price_guard, venue_count> guards;                                              ///< by venue
  std::map<std::string, std::array<price_guard, venue_count>, std::less<>> strategy_guards; ///< by strategy, venue

  bool self_trade_prevention = true;
  std::int64_t reject_window_ns = 60 * ns_per_s;
  risk_action on_daily_loss = risk_action::halt, on_drawdown = risk_action::halt, on_rejects = risk_action::halt,
              on_stale_data = risk_action::reduce_only, on_mismatch = risk_action::halt;
  kill_settings kill;
};

/// Mistakes are recorded in the document.
risk_settings read_risk(config::section root);

} // namespace strike::exec

template <> struct strike::enum_names<strike::exec::risk_action> {
  using risk_action = exec::risk_action;
  static constexpr std::string_view what = "risk action";
  static constexpr std::array table = {enum_name{risk_action::off, "off"},
                                       enum_name{risk_action::reduce_only, "reduce_only"},
                                       enum_name{risk_action::halt, "halt"}, enum_name{risk_action::kill, "kill"}};
};
