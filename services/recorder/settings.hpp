#pragma once

#include "bus/options.hpp"
#include "config/section.hpp"
#include "recorder/tape.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace strike::recorder {

struct settings {
  std::vector<bus::connect_config> upstream;    ///< gateways or routers; at least one
  std::vector<std::string> subscribe = {"md/"}; ///< prefixes, see feed::demand_table; "md/" is a tap
  bool orders = false;                          ///< order updates, too
  std::optional<bus::bind_config> publish;      ///< where it says that it lives; none: nowhere
  tape_settings tape;
  std::chrono::nanoseconds flush = std::chrono::seconds{1}; ///< what a crash may cost, > 0
  std::chrono::nanoseconds retry = std::chrono::seconds{5}; ///< after a fault of the disk, > 0
  std::size_t queue = 200'000; ///< bus messages that may wait for the disk; what comes on top is dropped
};

/// The command line; it wins over the file.
struct overrides {
  std::vector<std::string> upstream;
  std::string folder;
  bool orders = false;
};

/// Table `[recorder]`. Mistakes are recorded in the document.
settings read_settings(config::section root, const overrides& given = {});

} // namespace strike::recorder
