#pragma once

#include "base/moment.hpp"
#include "base/risk.hpp"
#include "exec/order_venue.hpp"
#include "exec/risk_limits.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// What is held of an instrument, signed; to be closed.
struct open_position {
  std::optional<owner_id> owner; ///< none: what no strategy holds, the account's own
  instrument_id instrument;
  quantity size;
  bool operator==(const open_position&) const = default;
};
/// What makes the sum of each instrument's positions 0, and none of them greater: a venue knows the sum alone, and lets
/// reduce-only orders close no more than that.
std::vector<open_position> netted(const std::vector<open_position>& held);

/// What the kill switch does and sees by. What it asks for takes effect at once or fails; it asks again.
class kill_port {
public:
  virtual ~kill_port() = default;
  virtual void halt(const risk_scope& where, std::string_view why, std::string_view by, const moment& now) = 0;
  /// The venues where the scope may have orders.
  virtual std::vector<venue> venues(const risk_scope& where) const = 0;
  /// Those exec knows and that are not final.
  virtual std::vector<order_id> open_orders(const risk_scope& where) const = 0;
  virtual bool is_within(const risk_scope& where, order_id order) const = 0;
  virtual void cancel(order_id order, const moment& now) = 0;
  virtual void cancel_everything(venue at, const moment& now) = 0;
  /// `kill_switch::on_account` follows. Asked while the session is down it does not.
  virtual void ask_account(venue at, const moment& now) = 0;
  /// What venues hold, and exec has found twice that it cannot explain, becomes the account's own.
  /// @returns false: found once; ask again
  virtual bool take_over(const risk_scope& where, const moment& now) = 0;
  /// To be closed for nothing to be held: by a strategy, or else by the accounts in all.
  virtual std::vector<open_position> positions(const risk_scope& where) const = 0;
  /// Sends a reduce-only order within the slippage bound that would close it.
  /// @returns why not, if it cannot be sent
  virtual result<void> close(const open_position& what, const moment& now) = 0;
  virtual std::string name_of(const open_position& what) const = 0;
};

/// Told of every line of a kill, as it is written.
using kill_listener = std::function<void(const kill_report&, bool is_alarm)>;

/// THE KILL SWITCH: halts, cancels everything within a scope, asks the venues until they say that nothing is open, and
/// closes what is held, if asked to. Never gives up to cancel; says so when it takes too long. Pure: time is handed in.
/// One thread.
class kill_switch {
public:
  /// Finished kills that are remembered.
  static constexpr std::size_t kept = 8;

  kill_switch(const kill_settings& how, kill_port& port, kill_listener told)
      : how_{how}, port_{port}, told_{std::move(told)} {}

  /// Halts at once; the rest begins with the next `round`. A kill of that scope that is under way goes on, and flattens
  /// from now on if this one does.
  void start(const risk_scope& where, bool flattens, std::string_view why, std::string_view by, const moment& now);
  /// What a venue answered, to whomever: after the desk has taken in its orders and fills.
  void on_account(const account_fact& what, const moment& now);
  /// Does what is due. @returns when to call again, steady time; INT64_MAX: not before another call
  std::int64_t round(const moment& now);

  bool is_idle() const;
  std::vector<kill_report> reports() const; ///< newest last

private:
  struct run {
    kill_report report;
    std::int64_t began_ns = 0, next_ns = 0; ///< steady
    std::int64_t asked_wall_ns = 0;         ///< answers to older questions do not count
    std::map<venue, bool> is_clean;         ///< by the word of the venue since then
    std::size_t orders = 0, closings = 0;
    bool was_verified = false;
  };

  void attempt(run& x, const moment& now);
  void verified(run& x, const moment& now);
  void close_positions(run& x, const std::vector<open_position>& held, const moment& now);
  /// @param is_settled the venues hold what exec knows
  void finish(run& x, std::string_view open, const std::vector<open_position>& left, bool is_settled,
              const moment& now);
  void say(run& x, std::string line, bool is_alarm = false);

  kill_settings how_;
  kill_port& port_;
  kill_listener told_;
  std::deque<run> runs_; ///< oldest first
};

} // namespace strike::exec
