#pragma once

#include "base/error.hpp"
#include "wire/control.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace strike::strategies {

/// What a ControlRequest asks of this service, or why it cannot be done.
struct command {
  std::uint64_t request_id = 0;
  std::variant<wire::start_strategy, wire::stop_strategy, wire::reconfigure_strategy, error> what;
};
command command_of(std::string_view bytes);

/// The ControlReply.
std::string reply_bytes(std::uint64_t request_id, result<void> outcome);

} // namespace strike::strategies
