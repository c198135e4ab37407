#pragma once

#include <cstdint>

namespace strike::deribit {

/// What an error of an order request asks for. Source: Deribit API v2, section "Errors".
enum class remedy : std::uint8_t {
  retry,   ///< nothing was done; the same may be asked again, later
  log_in,  ///< nothing was done; authenticate, then ask again
  never,   ///< nothing was done, and never will be for the same request
  closed,  ///< the order is no longer open: ask how it ended
  unknown, ///< whether it was done has to be found out
};
/// Codes that this program does not know are `never`.
remedy remedy_of(std::int64_t code);
/// Whether the page lists the code.
bool is_known_error(std::int64_t code);

} // namespace strike::deribit
