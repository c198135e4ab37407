#pragma once

#include "config/section.hpp"
#include "process/environment.hpp"
#include "sandbox/deribit_venue.hpp"
#include "sandbox/derive_venue.hpp"
#include "sandbox/market_settings.hpp"
#include "sandbox/market_source.hpp"
#include "sandbox/polymarket_venue.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace strike::sandbox {

struct settings {
  /// By venue; empty: not served. Port 0 takes a free one.
  std::array<std::string, venue_count> listen = {"127.0.0.1:9443", "127.0.0.1:9444", "127.0.0.1:9445"};
  std::string control = "127.0.0.1:9440";       ///< on loopback
  std::filesystem::path folder = "sandbox-tls"; ///< of the certificates
  std::vector<std::string> names;               ///< of the server, besides localhost; `is_certificate_name`
  deribit::settings deribit;
  derive::settings derive;
  polymarket::settings polymarket;
  market_settings market;
};

/// Reads `[sandbox]` and its sub-tables.
settings read_settings(config::section root);

/// Where a sandbox is.
struct running {
  std::array<std::string, venue_count> addresses; ///< "127.0.0.1:43121"; empty: not served
  std::string control;
  std::filesystem::path ca; ///< what clients are to trust
};

/// Starts a sandbox on a thread of its own, which ends when the process stops.
/// @param market null: the made-up one of the settings
/// @returns `ec::io`: an address is taken, or the folder cannot be written; `ec::invalid_config`
result<running> start(process::environment& env, settings how, std::unique_ptr<market_source> market = {});

} // namespace strike::sandbox
