#pragma once

#include "base/error.hpp"
#include "base/instrument.hpp"
#include "sandbox/fault.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace strike::sandbox {

/// Ends all faults.
struct no_fault {};

/// What `POST /fault` asks for.
struct fault_command {
  std::optional<venue> at; ///< none: all
  std::variant<fault, fault_mix, no_fault> what;
};

/// Reads, and refuses what would do nothing:
///
///     {"venue":"deribit","fault":"silence","for":"5s"}
///     {"venue":"derive","fault":"skip","count":3}
///     {"fault":"delay","delay":"200ms","for":"10s"}
///     {"fault":"throttle","orders":true}
///     {"venue":"deribit","fault":"mute","count":2}
///     {"fault":"random","seed":7,"every":"2s","for":"1m","orders":true}
///     {"fault":"clear"}
///
/// `venue` left out means all of them; `for` and `count` left out mean 5 seconds for silence, delay and refuse, and one
/// text or request for the others. `orders` spares what is no order; to `random` it adds the faults of orders.
/// @returns `ec::malformed` that names the key
result<fault_command> parse_fault_command(std::string_view json);

/// `strike-sandbox fault ...`: sends one command to a running sandbox.
/// @returns the exit code
int run_fault_command(int argc, char** argv);

} // namespace strike::sandbox
