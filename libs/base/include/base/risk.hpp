#pragma once

#include "base/enums.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace strike {

/// Which orders may leave exec, from the mildest to the strictest.
enum class trading_state : std::uint8_t {
  active,
  reduce_only, ///< only what makes a position of its strategy smaller
  halted,      ///< nothing but cancels
};
template <> struct enum_names<trading_state> {
  static constexpr std::string_view what = "trading state";
  static constexpr std::array table = {enum_name{trading_state::active, "active"},
                                       enum_name{trading_state::reduce_only, "reduce_only"},
                                       enum_name{trading_state::halted, "halted"}};
};

/// What a limit, a trading state or a kill is about.
enum class scope_kind : std::uint8_t { all, venue, strategy, instrument };
template <> struct enum_names<scope_kind> {
  static constexpr std::string_view what = "scope";
  static constexpr std::array table = {enum_name{scope_kind::all, "all"}, enum_name{scope_kind::venue, "venue"},
                                       enum_name{scope_kind::strategy, "strategy"},
                                       enum_name{scope_kind::instrument, "instrument"}};
};

struct risk_scope {
  risk_scope() = default; // as an aggregate it makes g++ 12 warn of a string that is not initialised
  risk_scope(scope_kind of, std::string named) : kind{of}, name{std::move(named)} {}

  scope_kind kind = scope_kind::all;
  std::string name; ///< "deribit", "gamma", "deribit:BTC-PERPETUAL"; empty for all
  auto operator<=>(const risk_scope&) const = default;
};

/// "all", "venue deribit", "strategy gamma", "instrument deribit:BTC-PERPETUAL".
inline std::string to_string(const risk_scope& x) {
  return std::string{to_text(x.kind)} + (x.name.empty() ? "" : " " + x.name);
}

/// Why a trading state holds; each source is lifted by its own means.
enum class state_source : std::uint8_t {
  command,     ///< somebody asked for it, or the kill switch; ends on command
  trigger,     ///< loss, drawdown, rejections, a position that differs from the venue's; ends on command
  stale_data,  ///< the market data of a held instrument is old; reduce-only ends with fresh data, halted on command
  reconciling, ///< the venue has not been compared with yet; ends with the comparison
};
template <> struct enum_names<state_source> {
  static constexpr std::string_view what = "state source";
  static constexpr std::array table = {
      enum_name{state_source::command, "command"}, enum_name{state_source::trigger, "trigger"},
      enum_name{state_source::stale_data, "stale_data"}, enum_name{state_source::reconciling, "reconciling"}};
};

/// One reason why less than everything may be traded. Several may stand for one scope, one of each source.
struct risk_state_entry {
  risk_scope where;
  state_source source = state_source::command;
  trading_state state = trading_state::halted;
  std::string reason;        ///< for people
  std::string by;            ///< who set it
  std::int64_t since_ns = 0; ///< wall time
  bool operator==(const risk_state_entry&) const = default;
};

/// How a kill of the kill switch goes, or went.
struct kill_report {
  risk_scope where;
  bool flattens = false; ///< positions are closed, too
  std::string why, by;
  std::int64_t began_ns = 0; ///< wall time
  bool is_over = false;
  bool is_clean = false;          ///< over, and the venues say that nothing is open, and nothing is held if it flattens
  bool is_alarmed = false;        ///< takes longer than it may
  std::vector<std::string> lines; ///< what happened, the last one the result
  bool operator==(const kill_report&) const = default;
};

/// How much of a limit is used.
struct limit_use {
  risk_scope where;
  std::string limit; ///< its key: "max_delta.BTC"
  double used = 0, most = 0;
  bool operator==(const limit_use&) const = default;
};

} // namespace strike
