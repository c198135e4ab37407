#pragma once

#include "base/enums.hpp"
#include "bus/options.hpp"
#include "config/section.hpp"
#include "journal/reader.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace strike::replay {

/// What lets the recording's clock run.
enum class start_policy : std::uint8_t {
  on_demand, ///< somebody wants market data, and the time to settle is over
  at_once,   ///< the service has started
  paused,    ///< a control request to resume
};
/// What happens when all was published.
enum class end_policy : std::uint8_t {
  stay, ///< who joins late still gets the last values
  exit, ///< the process ends, with code 0
};

struct feed_settings {
  std::vector<std::filesystem::path> files;
  journal::read_options read;
  bus::bind_config publish;
  std::optional<bus::bind_config> control; ///< none: no control requests
  double speed = 1;                        ///< recorded seconds in a second, > 0
  start_policy start = start_policy::on_demand;
  std::chrono::nanoseconds settle{std::chrono::milliseconds{500}}; ///< on_demand: so that all consumers are in
  std::chrono::nanoseconds grace{std::chrono::seconds{10}};        ///< of `feed::market_publisher`
  end_policy at_end = end_policy::stay;
};

/// The command line of strike-replay as it was written; what is given wins over the configuration.
struct feed_arguments {
  std::vector<std::string> files;
  std::string publish, control, start, at_end, from, to, venue, timestamp_unit;
  std::optional<double> speed;
  bool is_realtime = false; ///< says nothing new: it always is
};
void add_feed_options(CLI::App& app, feed_arguments& into);

/// Reads `[replay]`, and `[bus]` for keys. Mistakes of the configuration are recorded in its document.
/// @returns `ec::invalid_config` for a mistake of the command line, with the option's name
result<feed_settings> read_feed_settings(config::section root, const feed_arguments& given = {});

} // namespace strike::replay

template <> struct strike::enum_names<strike::replay::start_policy> {
  using start_policy = replay::start_policy;
  static constexpr std::string_view what = "start";
  static constexpr std::array table = {enum_name{start_policy::on_demand, "on_demand"},
                                       enum_name{start_policy::at_once, "at_once"},
                                       enum_name{start_policy::paused, "paused"}};
};
template <> struct strike::enum_names<strike::replay::end_policy> {
  static constexpr std::string_view what = "end";
  static constexpr std::array table = {enum_name{replay::end_policy::stay, "stay"},
                                       enum_name{replay::end_policy::exit, "exit"}};
};
