#pragma once

#include "config/section.hpp"
#include "process/app.hpp"
#include "process/log.hpp"

#include <chrono>
#include <expected>
#include <string>

namespace strike::process {

inline constexpr const char* default_health = "127.0.0.1:0"; ///< this machine only, on a free port, which is logged

/// The `[process]` table, with what the command line says instead.
struct settings {
  config::document document;
  level log_level = level::info;
  log_format format = log_format::text;
  std::string health = default_health;
  std::chrono::nanoseconds stop_timeout{std::chrono::seconds{5}};
};

/// Reads command line and configuration. Help, version and errors are printed.
/// @returns the exit code if the process ends here
std::expected<settings, int> settings_from(int argc, char** argv, const service_description& what);

} // namespace strike::process
