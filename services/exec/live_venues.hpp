#pragma once

#include "config/section.hpp"
#include "exec/order_venue.hpp"
#include "exec/venue_tools.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strike::exec {

/// A real venue that is to carry out orders.
struct live_venue {
  venue at = venue::deribit;
  std::string account; ///< for the store: one text for each account that orders could go to, "testnet abc123"
  std::string shown;   ///< for the banner; no secret: "key abc..., testnet"
  /// Called for each start of exec's actor, on its thread.
  std::function<std::unique_ptr<order_venue>(const venue_tools&, venue_reports&)> make;
};

/// How the adapter of a venue is set up.
struct live_venue_kind {
  venue at;
  std::vector<std::string_view> secrets; ///< environment variables that must be set, or their `_FILE`
  /// Reads the adapter's table and its keys; mistakes are recorded in the document.
  live_venue (*read)(config::section root);
};

/// Every adapter that there is; a new one is a row here.
std::span<const live_venue_kind> live_venue_kinds();

/// The venues that real orders go to; reads `live_orders` and `live` of `[exec]`.
std::vector<live_venue> read_live_venues(config::section root, config::section exec,
                                         std::span<const live_venue_kind> kinds);

} // namespace strike::exec
