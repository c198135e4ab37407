#pragma once

#include "base/instrument.hpp"
#include "base/time.hpp"
#include "catalog/source.hpp"
#include "config/section.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace strike::catalog {

/// `[catalog]` of strike.toml. Keys: deploy/strike.example.toml.
struct settings {
  std::filesystem::path folder = "catalog"; ///< of the cache files, one a venue
  std::vector<venue> venues{venue::polymarket, venue::deribit, venue::derive};
  std::int64_t refresh_ns = ns_per_day;   ///< > 0: a list older than this is stale
  std::int64_t keep_ns = 90 * ns_per_day; ///< how far back the history reaches, in at most 1,000 changed lists
  source_settings sources;
  std::filesystem::path ca_file; ///< PEM; whom to trust. Empty: the system's store
};

/// Mistakes are recorded in the document.
settings read_settings(config::section root);

std::filesystem::path cache_file_of(const std::filesystem::path& folder, venue at);
/// Of the venues in the settings, those that exist.
std::vector<std::filesystem::path> cache_files(const settings& how);

} // namespace strike::catalog
