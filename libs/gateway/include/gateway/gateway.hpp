#pragma once

#include "bus/context.hpp"
#include "bus/options.hpp"
#include "gateway/venue_feed.hpp"
#include "process/environment.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace strike::gateway {

/// What every gateway has in its table, `[gateway.<venue>]` of strike.toml.
struct settings {
  venue at = venue::deribit;
  bus::bind_config publish;
  std::string ca_file; ///< whom to trust; empty: the system's store
  std::chrono::nanoseconds grace = std::chrono::seconds{10};
  /// Of a socket that carries tickers or books, without an event, though heartbeats may come: it is replaced. While its
  /// replacements are as quiet, the market is, and the wait doubles, up to 16 times this. 0: never.
  std::chrono::nanoseconds data_silence = std::chrono::seconds{60};
  bool busy_poll = false; ///< never sleep, so that no frame has to wake the thread: for a core of its own
};

/// Mistakes are recorded in the document.
/// @param publish the default endpoint of this venue's gateway
settings read_settings(config::section root, venue at, std::string_view publish);

struct running {
  std::string endpoint; ///< where it publishes, with the port that was chosen
};

/// Starts a gateway in this process: an actor with a thread of its own, on which sockets are read, frames become events
/// and events leave for the bus.
/// @param make called on that thread, for each start of the actor
/// @returns `ec::invalid_config` or `ec::io`
result<running> start(process::environment& env, const bus::context& where, settings how,
                      std::function<std::unique_ptr<venue_feed>(instrument_registry&)> make);

} // namespace strike::gateway
