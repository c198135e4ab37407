#pragma once

#include "base/order.hpp"
#include "match/ledger.hpp"
#include "strategy/context.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strike::replay {

/// The deepest fall of a currency's equity, sampled at the run's equity step.
/// Source: specs "Reports and statistics": largest (peak - value) / peak, with its start, bottom and recovery.
struct drawdown {
  double amount = 0;   ///< in the currency, >= 0
  double fraction = 0; ///< of the peak; 0 while the peak is not positive (no starting cash)
  std::int64_t peak_ns = 0, bottom_ns = 0;
  std::int64_t recovered_ns = 0; ///< 0: not before the end
};

/// Something that was said once or many times.
struct notice {
  std::string text;
  std::uint64_t count = 0;
  std::int64_t first_ns = 0;
};
/// "momentum: no touch on the side to trade (12 times, first at 2026-07-01T08:00:00Z)"
std::string to_string(const notice& x);

/// What one strategy did, in numbers.
struct activity {
  std::uint64_t signals = 0, orders = 0, fills = 0, settlements = 0;
};

/// What a run leaves behind while it runs: counts, drawdowns, the hash of its fills, and, if a folder was named,
/// `fills.csv`, `orders.csv`, `signals.csv`, `settlements.csv` and `equity.csv`. Memory does not grow with the run.
class run_output {
public:
  struct options {
    std::filesystem::path folder; ///< empty: no files
    std::vector<std::string> strategies;
    std::map<std::string, double> starting_cash; ///< by currency, over all venues
    bool log_to_terminal = false;                ///< every log line of the strategies, on standard error
  };
  /// @returns `ec::io` that names the file
  static result<std::unique_ptr<run_output>> create(options settings, const instrument_registry& instruments);
  virtual ~run_output() = default;

  /// A new order on its way to the venue.
  virtual void on_order(std::uint32_t strategy, std::int64_t sent_ns, order_id id, const order_request& what) = 0;
  /// What became of an order, at the venue's time.
  virtual void on_update(std::uint32_t strategy, const order_update& what) = 0;
  virtual void on_fill(std::uint32_t strategy, const fill& what, const instrument& rules) = 0;
  virtual void on_signal(std::uint32_t strategy, std::int64_t seen_ns, const signal& what) = 0;
  virtual void on_settlement(const match::settlement& what, const instrument& rules) = 0;
  virtual void on_equity(std::int64_t venue_ns, const std::vector<match::ledger::equity_row>& rows) = 0;
  virtual void on_log(std::uint32_t strategy, std::int64_t now_ns, log_level level, std::string_view text) = 0;

  virtual const std::vector<activity>& activities() const = 0;          ///< by strategy
  virtual const std::map<std::string, drawdown>& drawdowns() const = 0; ///< by currency
  virtual const std::vector<notice>& log_notices() const = 0; ///< warnings and errors, the first 50 different ones
  /// XXH3-128 over (venue time, venue:symbol, side, price, quantity) of every fill, in 32 hexadecimal digits.
  virtual std::string fill_hash() const = 0;
  /// Writes what is buffered. @returns the first write that failed
  virtual result<void> close() = 0;
};

} // namespace strike::replay
