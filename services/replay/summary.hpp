#pragma once

#include "journal/reader.hpp"
#include "replay/kernel.hpp"
#include "replay/run_output.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <vector>

namespace strike::replay {

/// What a strategy still holds when a run ends.
struct open_position {
  std::string strategy;
  venue at = venue::deribit;
  std::string instrument;
  quantity size; ///< signed
  double average_price = 0;
  optional_double mark;
};

/// How a run ended and what it made.
struct run_summary {
  struct strategy_row {
    std::string name, type;
    activity did;
    std::map<std::string, double> pnl;  ///< by currency: cash and open positions at their marks, after fees
    std::map<std::string, double> fees; ///< by currency, paid
  };
  std::string ended = "end of recording"; ///< or "stopped", or the error that ended it
  bool is_complete = true;                ///< the recording was read to its end, or the user stopped the run
  journal::read_stats read;
  std::uint64_t events = 0;
  std::int64_t first_ns = 0, last_ns = 0; ///< of what ran
  std::vector<strategy_row> strategies;
  std::map<std::string, double> pnl, fees;
  std::map<std::string, double> cash; ///< by currency: starting cash and what trading moved
  std::vector<open_position> positions;
  std::map<std::string, drawdown> drawdowns;
  std::string fill_hash;
  double wall_seconds = 0;
  std::uint64_t peak_rss_bytes = 0; ///< of the process
  std::vector<std::string> warnings;

  double events_per_second() const { return wall_seconds > 0 ? static_cast<double>(events) / wall_seconds : 0; }
};

/// The largest resident set of this process so far.
std::uint64_t peak_rss_bytes();

/// @param wall_seconds from start to end
run_summary summarize(const kernel& run, const run_output& output, const journal::read_stats& read,
                      double wall_seconds);

/// The shape of `summary.json`.
boost::json::object to_json(const run_summary& x);
/// The same for a person at a terminal.
std::string to_report(const run_summary& x);

} // namespace strike::replay
